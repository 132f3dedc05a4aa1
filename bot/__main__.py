"""Run Byline: the installed command `byline`, and `python -m bot`."""

import sys


def byline() -> None:
    """Run the command line, and end the process."""
    try:
        from index.console import exit_process

        from bot.cli import main
    except KeyboardInterrupt:  # before Ctrl-C is handled by the command line
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
    exit_process(main())


if __name__ == "__main__":
    byline()
