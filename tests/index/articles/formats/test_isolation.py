"""The child process that reads files: limits, crashes, missing libraries, and that it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from index.articles.formats.isolation import child
from index.articles.formats.isolation.parent import IsolatedReader
from index.errors import ArticleRejected

SENTENCE = "The lock at Harrow has not been opened since the winter, and the town has learned to live with it."
PAGE = f"<html><body><article><p>{SENTENCE}</p><p>{SENTENCE[::-1]}.</p></article></body></html>".encode()
LARGE = b"<html><body>" + b"".join(b"<p><b>%d</b> %s</p>" % (n, SENTENCE.encode()) for n in range(30_000))

MakeReader = Callable[..., IsolatedReader]


@pytest.fixture
def make_reader() -> Iterator[MakeReader]:
    """Make readers that are closed at the end."""
    readers: list[IsolatedReader] = []

    def make(**limits: Any) -> IsolatedReader:
        readers.append(IsolatedReader(**limits))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


def pid(reader: IsolatedReader) -> int:
    """Return the id of a reader's child process."""
    assert reader._process is not None
    return reader._process.pid


def test_one_process_reads_all_files(make_reader: MakeReader) -> None:
    reader = make_reader()
    assert SENTENCE in reader.read("html", PAGE).text
    first = pid(reader)
    assert SENTENCE in reader.read("html", PAGE).text
    assert pid(reader) == first


@pytest.mark.parametrize(
    ("limits", "patience", "reason"),
    [
        # Half of the time would hardly do for the next file, for which a new process imports the libraries.
        ({"seconds": 2}, 0.5, "takes too long"),
        ({"memory": 220 * 1024 * 1024}, 1, "too much memory|crash"),
    ],
)
def test_a_file_that_needs_too_much_is_rejected_and_the_next_is_read(
    make_reader: MakeReader, limits: dict[str, Any], patience: float, reason: str
) -> None:
    reader = make_reader(**limits)
    with pytest.raises(ArticleRejected, match=reason):
        reader.read("html", LARGE, patience)
    assert SENTENCE in reader.read("html", PAGE).text


def test_a_child_that_is_killed_is_replaced(make_reader: MakeReader) -> None:
    reader = make_reader()
    reader.read("html", PAGE)
    os.kill(pid(reader), signal.SIGKILL)
    time.sleep(0.1)
    assert SENTENCE in reader.read("html", PAGE).text


def test_a_child_that_hangs_is_ended_by_the_clock(make_reader: MakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_reader()
    reader.read("html", PAGE)
    monkeypatch.setattr(reader, "_seconds", -4.5)  # 1 s by the clock
    os.kill(pid(reader), signal.SIGSTOP)
    with pytest.raises(ArticleRejected, match="takes too long"):
        reader.read("html", PAGE)


def test_settings_and_secrets_do_not_reach_the_child(make_reader: MakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "marked-secret")
    reader = make_reader()
    reader.read("html", PAGE)
    with open(f"/proc/{pid(reader)}/environ", "rb") as environment:  # noqa: PTH123
        assert b"marked-secret" not in environment.read()


def test_the_child_ends_with_its_parent() -> None:
    script = (
        "import os\nfrom index.articles.formats.isolation.parent import shared_reader\n"
        f"reader = shared_reader()\nreader.read('html', {PAGE!r})\n"
        "print(reader._process.pid, flush=True)\nos._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    deadline = time.monotonic() + 10
    while os.path.exists(f"/proc/{int(done.stdout)}/cmdline") and time.monotonic() < deadline:  # noqa: PTH110
        time.sleep(0.05)
    assert time.monotonic() < deadline


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    monkeypatch.delitem(sys.modules, "trafilatura.metadata", raising=False)
    reply = child._read("html", PAGE, {})
    assert reply == {"missing": "trafilatura"}
    monkeypatch.setattr(IsolatedReader, "_exchange", lambda *_: reply)
    with pytest.raises(ArticleRejected, match=r"^trafilatura is not installed \(install it with: pip install "):
        IsolatedReader().read("html", PAGE)


def test_whatever_a_library_raises_ends_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.articles.formats.html.page.decode_html", lambda *_: 1 // 0)
    assert child._read("html", PAGE, {}) == {"failed": "ZeroDivisionError"}
