"""Tests that files, functions and links named in the documentation exist, so that it cannot go stale unnoticed."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.paths import REPOSITORY

PAGES = [*sorted(REPOSITORY.glob("docs/*.md")), *map(REPOSITORY.joinpath, ("README.md", "CONTRIBUTING.md"))]
PAGES.append(REPOSITORY / "training" / "README.md")
# A file in backticks, with a folder, and the functions in backticks directly after it: `bot/cli.py` `ask`, `chat`.
_PATH = r"(?:[\w.-]+/)+[\w.-]+\.(?:py|md|toml|sh|yaml|jsonl?|service|onnx)"
FILE = re.compile(rf"`({_PATH})`((?:(?:,? |\n)`[A-Za-z_][\w.]*`)*)")
FOLDER = re.compile(r"`((?:bot|index|tests|training|benchmarks|scripts|deploy|docs)/(?:[\w-]+/)*)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
# A station: the line of a numbered list that begins with a file and a function.
STATION = re.compile(r"^\d+\. (`[\w./]+\.py` `[\w.]+`)", re.MULTILINE)


@cache
def names(path: Path) -> frozenset[str]:
    """Return every function, class and constant of a module, methods as Class.method."""
    found: set[str] = set()

    def collect(nodes: list[ast.stmt], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.update((node.name, f"{prefix}{node.name}"))
                collect(node.body, f"{prefix}{node.name}." if isinstance(node, ast.ClassDef) else prefix)
            elif isinstance(node, ast.Assign):
                found.update(
                    leaf.id for target in node.targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)
                )
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)

    collect(ast.parse(path.read_text(encoding="utf-8")).body, "")
    return frozenset(found)


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def missing(page: Path) -> Iterator[str]:
    """Yield what a page names that does not exist."""
    text = page.read_text(encoding="utf-8")
    for match in FILE.finditer(text):
        path = REPOSITORY / match[1]
        if not path.is_file():
            yield match[1]
        elif path.suffix == ".py":
            for name in re.findall(r"`([\w.]+)`", match[2]):
                if name not in names(path):
                    yield f"{match[1]} {name}"
    for folder in FOLDER.findall(text):
        if not (REPOSITORY / folder).is_dir():
            yield folder
    for link in LINK.findall(text):
        name, _, anchor = link.partition("#")
        if link.startswith(("http://", "https://")):
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_a_page_names_only_files_functions_and_links_that_exist(page: Path) -> None:
    assert list(missing(page)) == []


def test_a_question_passes_at_most_25_stations_and_none_twice() -> None:
    page = (REPOSITORY / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    stations = STATION.findall(page.split("\n## The way of a question\n")[1].split("\n## ")[0])
    assert 15 <= len(stations) <= 25
    assert len(set(stations)) == len(stations)


def test_missing_files_functions_and_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One\n\n`bot/cli.py` `ask` and `bot/nowhere.py`, `bot/cli.py` `no_such`, `index/none/`, "
        "[here](#one), [there](#two), [gone](gone.md), [web](https://example.org/gone.md)\n",
        encoding="utf-8",
    )
    assert list(missing(page)) == ["bot/nowhere.py", "bot/cli.py no_such", "index/none/", "#two", "gone.md"]
