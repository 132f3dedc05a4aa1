"""The child process: reads one file after another from its standard input, and replies with text and metadata.

It has no settings and no secrets in its environment, writes no file, and ends by itself when it has had nothing to do
for a while, or when the parent is gone.
"""

import contextlib
import importlib
import json
import os
import select
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from index.errors import ArticleRejected

READERS = {
    "docx": "index.articles.formats.zipped.docx:read_docx",
    "epub": "index.articles.formats.zipped.epub:read_epub",
    "html": "index.articles.formats.html.page:read_page",
    "mail": "index.articles.formats.mail:read_mail",
    "pdf": "index.articles.formats.pdf.reader:read_pdf",
}
"""The function that reads each kind of file, as module and name. It is called with the file's bytes and options."""

_IDLE_SECONDS = 20


def serve(memory: int) -> None:
    """Read files until the parent closes the pipe.

    Args:
        memory: Limit of the address space, in bytes.
    """
    _limit_memory(memory)
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123 - what a library prints must not mix with the replies
        for descriptor in (0, 1, 2):
            os.dup2(nothing.fileno(), descriptor)
    # On Windows, select waits for sockets only; there the child ends with its parent.
    while os.name == "nt" or select.select([requests], [], [], _IDLE_SECONDS)[0]:
        header = requests.readline()
        if not header:
            return
        request = json.loads(header)
        data = requests.read(request["size"])
        _limit_processor_time(request["seconds"])
        _reply(replies, _read(request["reader"], data, request["options"]))


def _read(reader: str, data: bytes, options: dict[str, Any]) -> dict[str, Any]:
    module, _, name = READERS[reader].partition(":")
    try:
        result = getattr(importlib.import_module(module), name)(data, **options)
    except ArticleRejected as error:
        return {"rejected": error.message}
    except ImportError as error:
        return {"missing": (error.name or str(error)).partition(".")[0]}
    except MemoryError:
        return {"failed": "memory"}
    except RecursionError:
        return {"failed": "nesting"}
    except Exception as error:
        return {"failed": type(error).__name__}
    return {"result": asdict(result)}


def _reply(replies: BinaryIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def _limit_memory(memory: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows, and not always on macOS
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _limit_processor_time(seconds: float) -> None:
    """Let the system end this process after so many more seconds of processor time."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    serve(int(sys.argv[1]))
