"""How many examples the property tests try: a third in `make test`; `make soak` sets EXAMPLES=all."""

import os

ALL = os.environ.get("EXAMPLES") == "all"


def examples(number: int) -> int:
    """Return the number of examples for this run: all of them, or a third."""
    return number if ALL else max(10, number // 3)
