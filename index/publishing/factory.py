"""Choose the publisher that the settings name."""

from index.publishing.folder import FolderPublisher
from index.publishing.publisher import Publisher
from index.settings import IndexSettings


def make_publisher(settings: IndexSettings) -> Publisher:
    """Return a publisher on the Chroma server CHROMA_URL, or on the folder INDEX_DIR if there is none.

    Neither is accessed yet.
    """
    if settings.chroma_url is None:
        return FolderPublisher(settings.index_dir)
    from index.publishing.server import ServerPublisher

    return ServerPublisher(settings.index_dir, settings.chroma_url.rstrip("/"), settings.header())
