"""A prepared question → what a chat model is shown: passages in frames that no text in them can close. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from index.articles.article import Article
from index.text.passages import Passage

from bot.answering.chat import prompts
from bot.answering.chat.claims import QuotableText
from bot.answering.types import PreparedQuestion, Question

Message = tuple[str, str]
HISTORY_CHARS = 1_500


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages for a model, and the ground on which its reply is checked."""

    messages: tuple[Message, ...]
    ground: QuotableText


def tokens(text: str) -> int:
    """About how many tokens a text has, rather too many: a third of its UTF-8 bytes."""
    return len(text.encode("utf-8", "replace")) // 3 + 1


def frame(prepared: PreparedQuestion, limit: int) -> Prompt | None:
    """The messages for a question in at most so many tokens: the whole article where it fits, else what was found.

    None where not one passage fits.
    """
    system = f"{prompts.SYSTEM}\n\n{prompts.EXAMPLE}"
    question = f"<question>{_data(prepared.text)}</question>"
    left = limit - tokens(system) - tokens(question)
    retrieved = {passage.id for passage in prepared.passages}
    chosen = list(_quotable(prepared.whole, prepared.articles))
    if not chosen or tokens(_shown(_named(chosen), prepared.articles, retrieved)) > left:
        chosen = []
        for passage in _quotable(prepared.passages, prepared.articles):
            if tokens(_shown(_named([*chosen, passage]), prepared.articles, retrieved)) > left:
                break
            chosen.append(passage)
    if not chosen:
        return None
    handed = _named(sorted(chosen, key=lambda passage: (passage.article, passage.start)))
    shown = _shown(handed, prepared.articles, retrieved)
    return Prompt((("system", system), ("human", f"{shown}\n\n{question}")), QuotableText(handed, prepared.articles))


def standalone(question: Question, limit: int) -> tuple[Message, ...]:
    """The messages that ask for a follow-up as a question that stands by itself, after the last turns that fit."""
    asked = f"<question>{_data(question.text)}</question>"
    left = limit - tokens(prompts.STANDALONE) - tokens(asked)
    turns: list[str] = []
    for turn in reversed(question.history):
        turns.append(f"<{turn.role}>{_data(turn.text[:HISTORY_CHARS])}</{turn.role}>\n")
        left -= tokens(turns[-1])
        if left < 0:
            turns.pop()
            break
    said = "".join(reversed(turns))
    return ("system", prompts.STANDALONE), ("human", f"<conversation>\n{said}</conversation>\n\n{asked}")


def _named(passages: Iterable[Passage]) -> dict[str, Passage]:
    return {f"P{number}": passage for number, passage in enumerate(passages, 1)}


def _quotable(passages: Sequence[Passage], articles: Mapping[str, Article]) -> Iterable[Passage]:
    """The passages of an article's body; an author note says nothing that the author argues."""
    for passage in passages:
        note = articles[passage.article].note_span
        if note is None or passage.start < note[0]:
            yield passage


def _shown(handed: Mapping[str, Passage], articles: Mapping[str, Article], retrieved: set[str]) -> str:
    lines: list[str] = []
    last = None
    for name, passage in handed.items():
        if passage.article != last:
            lines += ["</article>"] * (last is not None) + [_head(articles[passage.article])]
            last = passage.article
        mark = ' retrieved="yes"' if passage.id in retrieved else ""
        paragraph = passage.sentences[0].paragraph
        lines.append(f'<passage id="{name}" paragraph="{paragraph}"{mark}>{_data(passage.text)}</passage>')
    return "\n".join([*lines, "</article>"])


def _head(article: Article) -> str:
    facts = {
        "title": article.title or "",
        "author": " and ".join(article.authors) or "not known",
        "date": article.published or "",
    }
    shown = "".join(f' {name}="{escape(" ".join(fact.split()))}"' for name, fact in facts.items() if fact)
    return f"<article{shown}>"


def _data(text: str) -> str:
    """A text that can open or close no tag."""
    return escape(text, quote=False)
