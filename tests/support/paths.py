"""Paths: the repository, and its folder of sample articles."""

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


SHIPPED = REPOSITORY / "articles"
