"""Add articles: pages from a real server and files, named, written whole or not at all, and never over another one."""

import errno
import gzip
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.articles.files import read_folder
from index.commands.adding import Options, add
from index.errors import BylineError, UsageError
from index.fetching.download import Limits

from tests.index.articles.formats.documents import LOCK, Print, make_docx, make_epub, make_pdf, set_lines
from tests.index.articles.formats.test_html import BODY, TRAP, page
from tests.servers.web import Web, run_web
from tests.support.command import Run

HEAD = "<meta name=author content='Ada Nwosu'><meta property='article:published_time' content='2023-04-02'>"


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server."""
    with run_web() as server:
        yield server


@pytest.fixture
def options(folder: Path) -> Options:
    """Options that allow this machine, and wait for little."""
    return Options(folder, allow_private=True, limits=Limits(seconds=5, read_seconds=1))


def files(folder: Path) -> dict[str, str]:
    """Return the content of all files of a folder by their names."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


# Pages


def test_a_page_becomes_a_markdown_file_with_front_matter(web: Web, options: Options, folder: Path) -> None:
    url = web.serve("/2023/lock.html", page(head=HEAD))
    added = add(url, options)
    expected = (
        "---\ntitle: The Lock Keeper\nauthor: Ada Nwosu\npublished: '2023-04-02'\n"
        f"source: {url}\n---\n\n# The Lock Keeper\n\n" + "\n\n".join(BODY) + "\n"
    )
    assert files(folder) == {"the-lock-keeper.md": expected}
    assert (added.outcome, added.path.name) == ("added", "the-lock-keeper.md")
    article = read_folder(folder).articles[0]
    assert (article.title, article.authors, article.published) == ("The Lock Keeper", ("Ada Nwosu",), "2023-04-02")
    assert (article.source, article) == (url, added.article)


def test_the_same_page_again_updates_its_file_and_keeps_what_was_added_to_it(
    web: Web, options: Options, folder: Path
) -> None:
    url = web.serve("/a", page())
    add(url, options)
    assert add(url, options).outcome == "unchanged"
    file = folder / "the-lock-keeper.md"
    file.write_text(file.read_text().replace("title:", "author: Ben Ode\ntitle:"))
    web.serve(
        "/a", page("<p>The trust has now found its keeper, and he begins on the first of May.</p>", title="Found")
    )
    updated = add(url, options)
    assert (updated.outcome, updated.path) == ("updated", file)
    assert (updated.article.title, updated.article.authors) == ("Found", ("Ben Ode",))
    assert "first of May" in files(folder)["the-lock-keeper.md"]


def test_another_page_with_the_same_title_gets_a_name_of_its_own(web: Web, options: Options, folder: Path) -> None:
    add(web.serve("/a", page()), options)
    added = add(
        web.serve("/b", page("<p>This is another article about the lock, which has the same title.</p>")), options
    )
    assert added.path.name == "the-lock-keeper-2.md"
    assert len(files(folder)) == 2


def test_documents_are_fetched_too_by_their_type_or_their_beginning(web: Web, options: Options, folder: Path) -> None:
    pdf = make_pdf([[Print(60, 760, "The Lock Keeper", 20), *set_lines("\n".join(LOCK))]])
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    for path, data, content_type in (
        ("/a", pdf, "application/pdf"),
        ("/b", pdf, "application/octet-stream"),
        ("/c", make_docx(), word),
        ("/d", make_epub([f"<body><p>{LOCK[0]}</p></body>"]), "application/epub+zip"),
    ):
        assert LOCK[0] in add(web.serve(path, data, content_type), options).article.text
    assert len(files(folder)) == 4


@pytest.mark.timeout(30)
@pytest.mark.parametrize("trap", ["drip", "bomb", "large", "status", "circle", "forbidden", "pdf"])
def test_nothing_is_written_of_a_page_that_cannot_be_fetched(
    web: Web, options: Options, folder: Path, trap: str
) -> None:
    limits = Limits(seconds=1, read_seconds=0.5, max_bytes=100_000)
    match trap:
        case "drip":
            url = web.drip("/a")
        case "bomb":
            url = web.serve("/a", gzip.compress(bytes(20_000_000)), Content_Encoding="gzip")
        case "large":
            url = web.serve("/a", page() + " " * 50_000_000)
        case "status":
            url = web.serve("/a", page(), status=404)
        case "circle":
            url = web.redirect("/a", "/a")
        case "forbidden":
            web.serve("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
            url = web.serve("/a", page())
        case _:
            url = web.serve("/a", make_pdf([[]]), "application/pdf")
    with pytest.raises(BylineError) as caught:
        add(url, replace(options, limits=limits))
    assert "\n" not in caught.value.message
    assert files(folder) == {}


@pytest.mark.parametrize(
    ("body", "content_type", "name"),
    [
        ("# Pears\n\nOne pear a day is enough for everybody.", "text/markdown", "pears.md"),
        ("Pears\n\nOne pear a day is enough for everybody.", "text/plain; charset=utf-8", "a.md"),
        (page(), "", "the-lock-keeper.md"),
        (page(), "text/plain", "the-lock-keeper.md"),
    ],
)
def test_text_and_markdown_are_added_and_a_type_may_be_missing(
    web: Web, options: Options, body: str, content_type: str, name: str
) -> None:
    path = "/a" if content_type else "/a.html"
    assert add(web.serve(path, body, content_type), options).path.name == name


def test_a_charset_that_nobody_knows_is_ignored(web: Web, options: Options) -> None:
    for charset in ("utf8mb4", "hex", "x" * 300):
        url = web.serve("/a", "# Pears\n\nOne pear a day is enough.", f"text/markdown; charset={charset}")
        assert add(url, options).article.title == "Pears"


def test_the_declared_charset_is_used(web: Web, options: Options) -> None:
    source = page().replace("Harrow", "Харрові").encode("windows-1251")
    added = add(web.serve("/a", source, "text/html; charset=windows-1251"), options)
    assert "The lock at Харрові has" in added.article.text


def test_the_name_of_a_site_cannot_lead_out_of_the_folder(web: Web, options: Options, folder: Path) -> None:
    source = page(title="../../etc/passwd: a\\b\x00c <b> ? *").replace("<h1>", "<h2>")
    added = add(web.serve("/a", source), options)
    assert added.path.parent == folder
    assert set(added.path.stem) <= set("abcdefghijklmnopqrstuvwxyz-")


# Refusals: one sentence, and nothing is written


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("GIF89a", "image/gif"),
        ("{}", "application/json"),
        ("PK\x03\x04", "application/zip"),
        ("x", "application/octet-stream"),
        ("<html><body><nav><a href=/>Home</a></nav></body></html>", "text/html"),
        ("", "text/html"),
        ("\xff\xfe\x00", "text/plain"),
    ],
)
def test_what_is_no_article_is_refused(web: Web, options: Options, folder: Path, body: str, content_type: str) -> None:
    with pytest.raises(BylineError, match="was not added: ") as caught:
        add(web.serve("/a", body.encode("latin-1"), content_type), options)
    assert "\n" not in caught.value.message
    assert files(folder) == {}


def test_a_page_in_another_charset_than_declared_is_refused(web: Web, options: Options, folder: Path) -> None:
    source = page().replace("the", "это").encode("windows-1251")
    with pytest.raises(BylineError, match="not in the encoding that it declares"):
        add(web.serve("/a", source, "text/html; charset=utf-8"), options)
    assert files(folder) == {}


def test_loopback_is_refused_unless_it_is_allowed(web: Web, options: Options, folder: Path) -> None:
    url = web.serve("/a", page())
    with pytest.raises(BylineError, match="not on the public internet") as caught:
        add(url, replace(options, allow_private=False))
    assert "--allow-private" in caught.value.hint
    assert web.requested == []
    assert files(folder) == {}


@pytest.mark.parametrize("argument", ["file:///etc/passwd", "ftp://example.org/a", "nothing.md", "", "a\0b"])
def test_neither_an_address_nor_a_file(options: Options, folder: Path, argument: str) -> None:
    with pytest.raises(UsageError):
        add(argument, options)
    assert files(folder) == {}


def test_instructions_that_a_page_hides_are_not_written(web: Web, options: Options, folder: Path) -> None:
    hidden = f"<!-- {TRAP} --><p style='color:white'>{TRAP}</p><img alt='{TRAP}'><div hidden>{TRAP}</div>"
    add(web.serve("/a", page(hidden)), options)
    assert "concrete" not in files(folder)["the-lock-keeper.md"]


# Files


def write(path: Path, text: str) -> str:
    """Write a file; return its path."""
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_text_file_is_copied_under_its_name(options: Options, folder: Path, tmp_path: Path) -> None:
    argument = write(tmp_path / "My Pears.txt", "Pears\n\nBy Ada Nwosu\n\nOne pear a day is enough.\n")
    assert add(argument, options).article.authors == ("Ada Nwosu",)
    assert files(folder) == {"My Pears.txt": "Pears\n\nBy Ada Nwosu\n\nOne pear a day is enough.\n"}
    assert add(argument, options).outcome == "unchanged"


def test_another_file_of_that_name_is_not_overwritten(options: Options, folder: Path, tmp_path: Path) -> None:
    write(folder / "pears.md", "The other article about pears.\n")
    argument = write(tmp_path / "pears.md", "One pear a day is enough.\n")
    with pytest.raises(BylineError, match=r"another pears\.md already") as caught:
        add(argument, options)
    assert "--name" in caught.value.hint
    assert files(folder) == {"pears.md": "The other article about pears.\n"}
    assert add(argument, replace(options, name="More pears")).path.name == "more-pears.md"
    assert add(argument, replace(options, force=True)).outcome == "updated"
    assert files(folder)["pears.md"] == "One pear a day is enough.\n"


def test_a_saved_page_becomes_markdown(options: Options, folder: Path, tmp_path: Path) -> None:
    for name in ("lock.html", "lock-2.txt"):
        add(write(tmp_path / name, page(head=HEAD)), options)
    assert list(files(folder)) == ["lock-2.md", "lock.md"]
    assert files(folder)["lock.md"].startswith("---\ntitle: The Lock Keeper\nauthor: Ada Nwosu\n")


@pytest.mark.parametrize("text", ["", "***", "---\ntitle: x\n---\n", "\x00\x01"])
def test_a_file_without_an_article_is_refused(options: Options, folder: Path, tmp_path: Path, text: str) -> None:
    with pytest.raises(BylineError, match="was not added: "):
        add(write(tmp_path / "x.md", text), options)
    assert files(folder) == {}


def test_a_folder_a_pipe_and_an_unknown_suffix_are_refused(options: Options, folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.txt")
    (tmp_path / "y.md").mkdir()
    for name in ("x.txt", "y.md", write(tmp_path / "z.exe", "x")):
        with pytest.raises(BylineError):
            add(str(tmp_path / name), options)
    assert files(folder) == {}


def test_nothing_is_left_when_the_folder_cannot_be_written(options: Options, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    with pytest.raises(BylineError, match="cannot be written"):
        add(write(tmp_path / "x.md", "One pear."), replace(options, folder=blocked))


def test_a_file_system_without_links_will_do(
    options: Options, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert add(write(tmp_path / "x.md", "One pear."), options).outcome == "added"
    assert files(folder) == {"x.md": "One pear."}


def test_an_article_that_appears_meanwhile_is_not_overwritten(
    options: Options, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    argument = write(tmp_path / "x.md", "One pear.")
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    write(folder / "x.md", "The other one.")
    with pytest.raises(BylineError):
        add(argument, options)
    assert files(folder) == {"x.md": "The other one."}


# The command


def test_the_command_adds_what_it_can_and_reports_the_rest(
    command: Run, folder: Path, tmp_path: Path, web: Web
) -> None:
    url = web.serve("/a", page(head=HEAD))
    done = command(
        "index", "add", url, str(tmp_path / "missing.md"), "--allow-private", "--no-rebuild", ARTICLES_DIR=str(folder)
    )
    assert done.returncode == 1
    assert done.stdout.startswith("added      the-lock-keeper.md\nThe Lock Keeper\nAda Nwosu · 2023-04-02\n")
    assert done.stderr.splitlines()[0].endswith("missing.md does not exist.")
    assert list(files(folder)) == ["the-lock-keeper.md"]


def test_incorrect_use_has_its_own_exit_status(command: Run, folder: Path) -> None:
    for arguments in (["ftp://e.org/a"], ["a.md", "b.md", "--name", "c"], []):
        done = command("index", "add", *arguments, "--no-rebuild", ARTICLES_DIR=str(folder))
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 2
