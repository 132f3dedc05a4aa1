"""Score what is read in the heads of labelled articles: title, authors and date.

    python -m training.heads.score FOLDER… [--failures]

Each folder has articles and a heads.jsonl, one line an article: {"article": file name, "title": str or null,
"title_also": [str], "authors": [str], "authors_also": [str], "date": str or null}. Case, punctuation and accents do not
matter; all authors must be there and nobody else. "Missing" is nothing where the label has something; "wrong" is the
rest.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from index.articles.parse import parse
from training.heads.data import plain


def verdicts(path: Path, row: dict[str, Any]) -> dict[str, str]:
    """Return the verdict for each field of an article: right, missing or wrong."""
    article = parse(path.name, path.read_bytes())
    titles = {plain(title) for title in (row["title"], *row.get("title_also", ())) if title}
    names = {plain(name) for name in (*row["authors"], *row.get("authors_also", ()))}
    authors = {plain(name) for name in article.authors}
    right_authors = bool(authors) and authors <= names and len(authors) == len(row["authors"])
    return {
        "title": _verdict(article.title, row["title"], plain(article.title or "") in titles),
        "authors": _verdict(article.authors, row["authors"], right_authors),
        "date": _verdict(article.published, row["date"], article.published == row["date"]),
    }


def _verdict(given: object, expected: object, same: bool) -> str:
    if not given:
        return "missing" if expected else "right"
    return "right" if expected and same else "wrong"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--failures", action="store_true", help="print each field that is missing or wrong")
    args = parser.parse_args()

    counts: dict[str, Counter[str]] = {field: Counter() for field in ("title", "authors", "date")}
    for folder in args.folders:
        for line in (folder / "heads.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for field, verdict in verdicts(folder / row["article"], row).items():
                counts[field][verdict] += 1
                if args.failures and verdict != "right":
                    print(f"{folder.name}/{row['article']}: {field} {verdict}")
    for field, count in counts.items():
        print(f"{field:8} {count['right']:4} right {count['missing']:4} missing {count['wrong']:4} wrong")


if __name__ == "__main__":
    main()
