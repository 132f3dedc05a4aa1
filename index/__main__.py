"""python -m index: the commands of `byline` that build and inspect the index."""

from index.cli import main
from index.console import exit_process

if __name__ == "__main__":
    exit_process(main())
