"""The repository's folder, and the folder of the article that ships with it."""

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


SHIPPED = REPOSITORY / "articles"
