"""Run `python -m bot`, which is the same program as `byline`."""

from bot.cli import byline

if __name__ == "__main__":
    byline()
