"""Which files are read, which are skipped and why."""

import errno
import os
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.articles.files import MAX_BYTES, read_folder
from index.articles.parse import parse
from index.errors import ArticlesError

from tests.index.articles.samples import TWO_PARAGRAPHS


def write_articles(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def article_ids(folder: Path) -> list[str]:
    return [article.id for article in read_folder(folder).articles]


def test_articles_of_all_subfolders_are_sorted_by_path(folder: Path) -> None:
    (folder / "more" / "deep").mkdir(parents=True)
    write_articles(folder, b="Bees.", a="Ants.")
    write_articles(folder / "more", c="Crows.")
    write_articles(folder / "more" / "deep", d="Deer.")
    assert article_ids(folder) == ["a.txt", "b.txt", "more/c.txt", "more/deep/d.txt"]


def test_only_files_with_a_known_suffix_are_read(folder: Path) -> None:
    for name in ("a.txt", "b.TEXT", "c.md", "d.Markdown", "e.rtf", "f.odt", "g", "h.txt~", "i.xml"):
        (folder / name).write_text(f"The file called {name}.", encoding="utf-8")
    assert article_ids(folder) == ["a.txt", "b.TEXT", "c.md", "d.Markdown"]
    assert read_folder(folder).skipped == ()


def test_hidden_files_and_folders_are_ignored(folder: Path) -> None:
    (folder / ".git").mkdir()
    write_articles(folder / ".git", a="Ants.")
    (folder / ".b.txt").write_text("Bees.", encoding="utf-8")
    assert read_folder(folder) == ((), ())


def test_a_folder_named_like_an_article_is_searched(folder: Path) -> None:
    (folder / "x.txt").mkdir()
    write_articles(folder / "x.txt", y="Inside.")
    assert article_ids(folder) == ["x.txt/y.txt"]


def too_large(folder: Path) -> None:
    with (folder / "x.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)


def link(folder: Path) -> None:
    (folder.parent / "secret").write_text("Not for the index.", encoding="utf-8")
    (folder / "x.txt").symlink_to(folder.parent / "secret")


def dangling(folder: Path) -> None:
    (folder / "x.txt").symlink_to(folder / "nowhere")


def circle(folder: Path) -> None:
    (folder / "x.txt").symlink_to(folder / "x.txt")


def linked_folder(folder: Path) -> None:
    (folder / "x.txt").symlink_to(folder, target_is_directory=True)


def named_pipe(folder: Path) -> None:
    os.mkfifo(folder / "x.txt")


def device(folder: Path) -> None:
    try:
        os.mknod(folder / "x.txt", stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero, which never ends
    except PermissionError:
        pytest.skip("only root makes devices")


def unreadable(folder: Path) -> None:
    (folder / "x.txt").write_text("Not for everybody.", encoding="utf-8")
    (folder / "x.txt").chmod(0)
    if os.geteuid() == 0:
        pytest.skip("root reads everything")


def unix_socket(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket is limited to about 100 characters
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("x.txt")
    os.chdir(here)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(too_large, "it is larger than 8 MB", id="larger than 8 MB"),
        pytest.param(link, "it is a link", id="a link out of the folder"),
        pytest.param(dangling, "it is a link", id="a link to nothing"),
        pytest.param(circle, "it is a link", id="a link to itself"),
        pytest.param(linked_folder, "it is a link", id="a link to the folder around it"),
        pytest.param(named_pipe, "it is not a regular file", id="a pipe"),
        pytest.param(device, "it is not a regular file", id="a device"),
        pytest.param(unreadable, "it cannot be read", id="an unreadable file"),
        pytest.param(unix_socket, "it cannot be read", id="a socket"),
    ],
)
def test_a_file_that_cannot_be_read_is_skipped_with_a_reason_and_the_others_are_read(
    folder: Path, make: Callable[[Path], None], why: str
) -> None:
    write_articles(folder, a="Ants.")
    make(folder)
    read = read_folder(folder)
    assert [article.id for article in read.articles] == ["a.txt"]
    assert [skip.name for skip in read.skipped] == ["x.txt"]
    assert read.skipped[0].reason.startswith(why)


def test_a_file_of_8_mb_is_read(folder: Path) -> None:
    (folder / "x.txt").write_bytes(b"word " * (MAX_BYTES // 5))
    assert article_ids(folder) == ["x.txt"]


ODD_NAMES = {
    "a line end": "two\nlines.txt",
    "an escape sequence": "\x1b[31mred.txt",
    "an emoji": "🍐.txt",
    "right to left": "\u202etxt.a.txt",
} | ({"invalid UTF-8": os.fsdecode(b"caf\xe9.txt")} if sys.platform == "linux" else {})


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_an_odd_file_name_is_printable_in_the_report(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    (skip,) = read_folder(folder).skipped
    assert skip.name.isprintable()
    assert skip.name.encode("utf-8").endswith(b".txt")


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_an_article_with_an_odd_file_name_can_be_stored_or_is_skipped(folder: Path, name: str) -> None:
    (folder / name).write_text(TWO_PARAGRAPHS, encoding="utf-8")
    read = read_folder(folder)
    assert len(read.articles) + len(read.skipped) == 1
    for article in read.articles:
        assert article.id.encode("utf-8")


def test_of_two_files_with_the_same_text_the_second_is_skipped(folder: Path) -> None:
    write_articles(folder, a=TWO_PARAGRAPHS, b=TWO_PARAGRAPHS.replace("\n\n", "\n\n\n"), c="Crows.")
    read = read_folder(folder)
    assert [article.id for article in read.articles] == ["a.txt", "c.txt"]
    assert read.skipped == (("b.txt", "it has the same text as a.txt"),)


def test_of_two_files_with_the_same_text_an_indexed_one_is_kept(folder: Path) -> None:
    write_articles(folder, a=TWO_PARAGRAPHS, b=TWO_PARAGRAPHS)
    read = read_folder(folder, indexed={"b.txt": parse("b.txt", TWO_PARAGRAPHS.encode()).digest})
    assert [article.id for article in read.articles] == ["b.txt"]
    assert read.skipped == (("a.txt", "it has the same text as b.txt"),)


def deny_listing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder impossible to list, also for root, whom permissions do not stop."""
    real = os.scandir

    def scandir(top: str) -> object:
        if Path(top) == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(top))
        return real(top)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_subfolder_that_cannot_be_listed_is_skipped_and_the_others_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "closed").mkdir()
    write_articles(folder, a="Ants.")
    deny_listing(folder / "closed", monkeypatch)
    read = read_folder(folder)
    assert [article.id for article in read.articles] == ["a.txt"]
    assert read.skipped == (("closed/", "it cannot be read (Permission denied)"),)


def test_an_articles_folder_that_cannot_be_listed_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deny_listing(folder, monkeypatch)
    with pytest.raises(ArticlesError, match="cannot be read: Permission denied"):
        read_folder(folder)


def test_files_of_another_encoding_are_read_with_the_fallback(folder: Path) -> None:
    (folder / "x.txt").write_bytes("Сад за школою".encode("windows-1251"))
    assert read_folder(folder).articles == ()
    assert read_folder(folder, fallback="windows-1251").articles[0].text == "Сад за школою"


def test_only_the_named_files_and_folders_are_read(folder: Path) -> None:
    (folder / "more").mkdir()
    write_articles(folder, a="Ants.", b="Bees.")
    write_articles(folder / "more", c="Crows.")
    read = read_folder(folder, only=(folder / "a.txt", folder / "more"))
    assert [article.id for article in read.articles] == ["a.txt", "more/c.txt"]


def test_a_missing_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ArticlesError, match="does not exist") as caught:
        read_folder(tmp_path / "none")
    assert "ARTICLES_DIR" in caught.value.hint


def test_a_file_instead_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(TWO_PARAGRAPHS, encoding="utf-8")
    with pytest.raises(ArticlesError, match="is not a folder") as caught:
        read_folder(tmp_path / "x.txt")
    assert "Create" not in caught.value.hint
