"""Where the repository is, and the article that ships with it."""

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


SHIPPED = REPOSITORY / "articles"
