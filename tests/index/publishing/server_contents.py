"""What stands on a Chroma server, for the tests that publish to one."""

from index.generation import open_current
from index.publishing import locks
from index.publishing.folder import FolderPublisher
from index.publishing.server import ServerPublisher
from index.store.chroma import list_collections

from tests.support.fakes import FAKE_MODEL


def collection_names(server_publisher: ServerPublisher) -> list[str]:
    return sorted(collection.name for collection in list_collections(server_publisher._client))


def lock_names(server_publisher: ServerPublisher) -> list[str]:
    return [name for name in collection_names(server_publisher) if name.startswith(locks.SERVER_LOCK)]


def generations_of(server_publisher: ServerPublisher) -> list[str]:
    return sorted(
        {
            name.split("-files")[0].removeprefix("byline-")
            for name in collection_names(server_publisher)
            if name.endswith("-files")
        }
    )


def texts(server_publisher: ServerPublisher | FolderPublisher) -> list[str]:
    with open_current(server_publisher, FAKE_MODEL) as generation:
        return [row.passage.text for row in generation.passages(generation.positions().tolist())]
