"""python -m index: build and inspect the index of articles; the same program as `byline`."""

from index.cli import main
from index.console import exit_process

if __name__ == "__main__":
    exit_process(main())
