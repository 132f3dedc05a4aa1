"""python -m bot: ask questions, run the Discord bot, evaluate; the same program as `byline`."""

from index.console import exit_process

from bot.cli import main

if __name__ == "__main__":
    exit_process(main())
