"""Recognise what kind of question about the text itself, or about the library, a question is, if any.

A linear classifier over the wording of a question, trained by training/kinds.py. It sees only the words that such
questions are made of: every other word is a placeholder, so that it learns forms ("how often does he mention *") and
cannot learn subjects. Unlike a classifier over sentence embeddings it works with every embedding model.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from math import exp
from typing import Literal, NamedTuple, get_args

Kind = Literal[
    "author", "affiliation", "date", "title", "source", "translation",
    "length", "genre", "topic", "thesis", "summary", "beginning", "ending",
    "paragraph", "how_often", "mentions", "unsaid", "translate", "opinion", "opposing", "comments",
    "library_count", "library_authors", "library_articles", "library_topics", "library_order",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

# From this probability on, a question is of a kind.
THRESHOLD = 0.4
# What stands for a word of no such question, and for a number.
WORD, NUMBER = "*", "#"
# Words that mean the same in these questions.
_SAME = {
    same: word
    for word, alike in {
        "article": "piece text essay column oped op-ed editorial paper post letter story thing write-up writeup",
        "articles": "pieces texts essays columns opeds op-eds editorials papers posts letters stories",
        "he": "she they author writer columnist essayist authors",
        "him": "her them",
        "his": "hers their theirs author's writer's its article's",
        "please": "pls plz kindly",
        "tldr": "tl;dr",
        "you": "u ya",
        NUMBER: "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred third"
        " fourth fifth sixth seventh eighth ninth tenth eleventh twelfth couple few",
        "guy": "woman man dude lady bloke chap fellow person journalist",
        "organisation": "organization",
        "summarise": "summarize summarised summarized",
    }.items()
    for same in alike.split()
}
# "what's", "whats" and "how long's" are written out.
_IS = re.compile(r"\b(what|who|how|when|where)s\b|\b(what|who|how|when|where|it|that|there|long|old)'s\b")
_TOKEN = re.compile(r"tl;?\s?dr|op-ed|¶|\d+(?:st|nd|rd|th)?|[^\W\d_]+(?:[-'][^\W\d_]+)*|[*#]", re.IGNORECASE)
# More placeholders in a row say no more.
_MAX_RUN = 2
_SKIP = 4


class Classified(NamedTuple):
    """The kinds of a question, most probable first, and the probability of each."""

    kinds: tuple[Kind, ...]
    probabilities: dict[Kind, float]


def classify(question: str) -> Classified:
    """Return the kinds of a question; none if it asks for what the text says."""
    weights = _weights()
    rows = [weights.features[name] for name in features(question, weights.words) if name in weights.features]
    probabilities: dict[Kind, float] = {}
    for column, kind in enumerate(KINDS):
        logit = weights.bias[column] + sum(row.get(column, 0.0) for row in rows)
        probabilities[kind] = 1 / (1 + exp(-max(-30.0, min(30.0, logit))))
    found = sorted((kind for kind in KINDS if probabilities[kind] >= THRESHOLD), key=lambda kind: -probabilities[kind])
    return Classified(tuple(found), probabilities)


def tokens(question: str, words: frozenset[str] | None = None) -> list[str]:
    """Split a question into normalised words; those that are not among the given words become placeholders."""
    found: list[str] = []
    written = _IS.sub(r"\1\2 is", question.replace("’", "'").casefold())
    for match in _TOKEN.finditer(written):
        token = match.group()
        token = "tldr" if token.startswith("tl") and token.endswith("dr") else token
        token = NUMBER if token[0].isdigit() else _SAME.get(token, token)
        if words is not None and token not in words and token not in (WORD, NUMBER):
            token = _SAME.get(token.removesuffix("'s"), token.removesuffix("'s"))
            token = token if token in words else WORD
        found.append(token)
    return found


def features(question: str, words: frozenset[str]) -> set[str]:
    """Return the names of a question's features: its n-grams, pairs of near words, and how many words are unknown."""
    all_tokens = tokens(question, words)
    unknown = sum(token == WORD for token in all_tokens)
    shortened: list[str] = []
    for token in all_tokens:
        if token != WORD or shortened[-_MAX_RUN:] != [WORD] * _MAX_RUN:
            shortened.append(token)
    padded = ["^", *shortened, "$"]
    named = {f"unknown={min(unknown, 5)}", f"length={min(len(all_tokens) // 3, 6)}"}
    for n in (1, 2, 3):
        named.update(" ".join(padded[i : i + n]) for i in range(len(padded) - n + 1))
    for i, token in enumerate(padded):
        named.update(f"{token} .. {padded[j]}" for j in range(i + 2, min(i + _SKIP + 1, len(padded))))
    return named


class _Weights(NamedTuple):
    words: frozenset[str]
    bias: tuple[float, ...]
    features: dict[str, dict[int, float]]


@cache
def _weights() -> _Weights:
    stored = json.loads(files(__package__).joinpath("weights/kinds.json").read_text(encoding="utf-8"))
    if tuple(stored["kinds"]) != KINDS:
        raise ValueError("weights/kinds.json was trained for other kinds; run training/kinds.py")
    table = {name: {int(column): weight for column, weight in row.items()} for name, row in stored["features"].items()}
    return _Weights(frozenset(stored["words"]), tuple(stored["bias"]), table)


def vocabulary(questions: Iterable[str]) -> frozenset[str]:
    """Return the normalised words of some questions, without placeholders."""
    return frozenset(token for question in questions for token in tokens(question)) - {WORD, NUMBER}
