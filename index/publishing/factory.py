"""The one place that chooses where generations are published."""

from index.publishing.folder import FolderPublisher
from index.publishing.publisher import Publisher
from index.settings import IndexSettings


def make_publisher(settings: IndexSettings) -> Publisher:
    """A Chroma server where CHROMA_URL names one, else the folder INDEX_DIR; nothing is asked of either yet."""
    if settings.chroma_url is None:
        return FolderPublisher(settings.index_dir)
    from index.publishing.server import ServerPublisher

    return ServerPublisher(settings.index_dir, settings.chroma_url.rstrip("/"), settings.header())
