"""The one place that chooses where generations are published."""

from index.generations import Generations, Published
from index.settings import IndexSettings


def published(settings: IndexSettings) -> Published:
    """A Chroma server where CHROMA_URL names one, else the folder INDEX_DIR; nothing is asked of either yet."""
    if settings.chroma_url is None:
        return Generations(settings.index_dir)
    from index.server import ServerGenerations

    return ServerGenerations(settings.index_dir, settings.chroma_url.rstrip("/"), settings.header())
