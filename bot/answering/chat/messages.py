"""The messages for a chat model, built from a prepared question; no text in them can close its tag. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from index.articles.article import Article
from index.text.passages import Passage

from bot.answering.chat import prompts
from bot.answering.chat.quotable_text import QuotableText
from bot.answering.types import PreparedQuestion, Question

Message = tuple[str, str]
"""A message's role ("system", "human" or "ai") and its text, as LangChain takes them."""

HISTORY_CHARS = 1_500


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages for a model, and the text against which its reply is checked."""

    messages: tuple[Message, ...]
    quotable: QuotableText


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many: a third of its UTF-8 bytes."""
    return len(text.encode("utf-8", "replace")) // 3 + 1


def build_prompt(prepared: PreparedQuestion, max_tokens: int) -> Prompt | None:
    """Return the messages that ask a question: with the whole article if it fits, else with the passages found.

    Args:
        prepared: The question and its passages.
        max_tokens: Tokens of all messages together.

    Returns:
        The prompt, or None if not even one passage fits.
    """
    system = f"{prompts.SYSTEM}\n\n{prompts.EXAMPLE}"
    question = f"<question>{_escape(prepared.text)}</question>"
    remaining = max_tokens - estimate_tokens(system) - estimate_tokens(question)
    retrieved = {passage.id for passage in prepared.passages}

    def fits(passages: Sequence[Passage]) -> bool:
        return estimate_tokens(_render(_number(passages), prepared.articles, retrieved)) <= remaining

    chosen = _body_passages(prepared.whole_article, prepared.articles)
    if not chosen or not fits(chosen):
        chosen = []
        for passage in _body_passages(prepared.passages, prepared.articles):
            if not fits([*chosen, passage]):
                break
            chosen.append(passage)
    if not chosen:
        return None
    passages = _number(sorted(chosen, key=lambda passage: (passage.article, passage.start)))
    text = f"{_render(passages, prepared.articles, retrieved)}\n\n{question}"
    return Prompt((("system", system), ("human", text)), QuotableText(passages, prepared.articles))


def rewording_messages(question: Question, max_tokens: int) -> tuple[Message, ...]:
    """Return the messages that ask for a follow-up as a question of its own, with the last turns that fit."""
    asked = f"<question>{_escape(question.text)}</question>"
    remaining = max_tokens - estimate_tokens(prompts.REWORDING) - estimate_tokens(asked)
    turns: list[str] = []
    for turn in reversed(question.history):
        text = f"<{turn.role}>{_escape(turn.text[:HISTORY_CHARS])}</{turn.role}>\n"
        remaining -= estimate_tokens(text)
        if remaining < 0:
            break
        turns.append(text)
    conversation = "".join(reversed(turns))
    return ("system", prompts.REWORDING), ("human", f"<conversation>\n{conversation}</conversation>\n\n{asked}")


def _number(passages: Iterable[Passage]) -> dict[str, Passage]:
    """The passages by the ids that the model is given."""
    return {f"P{number}": passage for number, passage in enumerate(passages, 1)}


def _body_passages(passages: Sequence[Passage], articles: Mapping[str, Article]) -> list[Passage]:
    """The passages outside an author note, which is no part of what the author argues."""
    return [p for p in passages if not articles[p.article].is_note(p.start)]


def _render(passages: Mapping[str, Passage], articles: Mapping[str, Article], retrieved: set[str]) -> str:
    lines: list[str] = []
    article = None
    for name, passage in passages.items():
        if passage.article != article:
            lines += ["</article>"] * (article is not None) + [_article_tag(articles[passage.article])]
            article = passage.article
        mark = ' retrieved="yes"' if passage.id in retrieved else ""
        paragraph = passage.sentences[0].paragraph
        lines.append(f'<passage id="{name}" paragraph="{paragraph}"{mark}>{_escape(passage.text)}</passage>')
    return "\n".join([*lines, "</article>"])


def _article_tag(article: Article) -> str:
    facts = {
        "title": article.title or "",
        "author": " and ".join(article.authors) or "not known",
        "date": article.published or "",
    }
    attributes = "".join(f' {name}="{escape(" ".join(fact.split()))}"' for name, fact in facts.items() if fact)
    return f"<article{attributes}>"


def _escape(text: str) -> str:
    """Escape a text so that it can neither open nor close a tag."""
    return escape(text, quote=False)
