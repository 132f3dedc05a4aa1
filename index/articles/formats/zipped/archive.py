"""Open a ZIP archive that may be a trap: sizes are checked before anything is decompressed."""

import io
import zipfile

from index.errors import ArticleRejected

ENCRYPTED = "it is encrypted (save a copy without a password)"
DAMAGED = "it is damaged"

_MAX_ENTRIES = 5_000
_MAX_ENTRY = 64 * 1024 * 1024
_MAX_TOTAL = 128 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open an archive whose entries have bounded sizes.

    Raises:
        ArticleRejected: It is no archive, encrypted, or would become too large.
    """
    if data.startswith(_OLE):
        raise ArticleRejected("it is encrypted, or in an older format of the program (save it anew)")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise ArticleRejected(DAMAGED) from None
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise ArticleRejected(ENCRYPTED)
    if len(entries) > _MAX_ENTRIES:
        raise ArticleRejected(f"it has more than {_MAX_ENTRIES:,} parts")
    if max((e.file_size for e in entries), default=0) > _MAX_ENTRY or sum(e.file_size for e in entries) > _MAX_TOTAL:
        raise ArticleRejected(f"it is larger than {_MAX_TOTAL // 1024 // 1024} MB when it is unpacked")
    return archive


def read_entry(archive: zipfile.ZipFile, name: str, limit: int = _MAX_ENTRY) -> bytes:
    """Read one entry, no more than a number of bytes, whatever size it declares.

    Raises:
        ArticleRejected: It is missing, damaged or too large.
    """
    try:
        with archive.open(name) as entry:
            data = entry.read(limit + 1)
    except (KeyError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise ArticleRejected(DAMAGED) from None
    except Exception as error:  # zlib.error, lzma.LZMAError
        if isinstance(error, MemoryError):
            raise
        raise ArticleRejected(DAMAGED) from None
    if len(data) > limit:
        raise ArticleRejected("a part of it is too large")
    return data
