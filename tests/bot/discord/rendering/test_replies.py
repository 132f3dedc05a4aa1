"""Replies as embeds: within Discord's limits, read back as they were, whole sentences only."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.parse import parse

from bot.answering.types import Abstention, Answer, Quote, Reply, Response
from bot.answering.voice.voice import HEDGED
from bot.discord.rendering.answers import answer_as_text, render_answer
from bot.discord.rendering.button_ids import article_key, format_positions
from bot.discord.rendering.catalogue import render_article, render_catalogue
from bot.discord.rendering.embeds import render_notice
from bot.discord.rendering.markup import flat, size, unescape
from bot.discord.rendering.paragraphs import MAX_PAGES, render_context, render_paragraph
from bot.discord.rendering.read_back import ShownAnswer, read_back

from tests.bot.discord.rendering.test_markup import EXAMPLES, NASTY
from tests.servers.discord.limits import check_message
from tests.support.paths import REPOSITORY

LONG = "This sentence goes on and on" + ", and on" * 700 + "."
SENTENCES = ["The bridge is old.", "It costs five million a year, says the mayor.", "Nobody knows why 👩‍👩‍👧!", LONG]


def article(*paragraphs: str, name: str = "a.txt", head: str = "By Jo Writer\n4 May 2024") -> Article:
    return parse(name, "\n\n".join([head, *paragraphs]).encode())


def quote(source: Article, text: str, voice: str = "author") -> Quote:
    start = source.text.index(text)
    return Quote(source.id, source.paragraph_at(start).number, text, voice, start, start + len(text))


def answer(source: Article, *texts: str, question: str = "Why?", voice: str = "author") -> Answer:
    return Answer(question, "Writer argues:", tuple(quote(source, text, voice) for text in texts), 0.9)


class SentMessage:
    """Enough of a message to be read back: what was sent of it."""

    def __init__(self, embed: Any = None, content: str = "") -> None:
        self.embeds = [embed] if embed else []
        self.content = content
        self.components: list[Any] = []


def read(**sent: Any) -> ShownAnswer | None:
    return read_back(SentMessage(**sent))  # type: ignore[arg-type]


def test_an_answer_names_question_author_date_reader_voice_and_paragraph() -> None:
    source = article("The bridge is old.", "It may fall, I think.")
    reply = answer(source, "The bridge is old.", "It may fall, I think.", voice=HEDGED)
    embed = render_answer(Response(reply, {source.id: source}))
    assert embed.title == "Why?"
    assert embed.footer.text == "Jo Writer · 4 May 2024 · no chat model"
    assert unescape(embed.description or "").splitlines() == [
        "Writer argues:",
        "",
        "> “The bridge is old.” — ¶2 *(Writer, hedging)*",
        "",
        "> “It may fall, I think.” — ¶3 *(Writer, hedging)*",
    ]


def test_quotes_of_several_articles_name_them() -> None:
    one, two = article("The bridge is old.", name="one.txt"), article("Bridges fall.", name="two.txt")
    quotes = (quote(one, "The bridge is old."), quote(two, "Bridges fall."))
    embed = render_answer(Response(Answer("Why?", "They argue:", quotes, 0.9), {"one.txt": one, "two.txt": two}))
    text = unescape(embed.description or "")
    assert text.count("¶2, Jo Writer’s article of 4 May 2024") == 2
    assert embed.author.name is None


def test_an_answer_is_read_back_from_its_message() -> None:
    source = article("The *bridge* is_old, [they](say).", "Nobody | knows.")
    reply = answer(source, "The *bridge* is_old, [they](say).", question="Why *does* it?")
    embed = render_answer(Response(reply, {source.id: source}))
    for sent in ({"embed": embed}, {"content": answer_as_text(Response(reply, {source.id: source}))}):
        shown = read(**sent)
        assert shown is not None
        assert shown.question == "Why *does* it?"
        assert shown.quotes == ("The *bridge* is_old, [they](say).",)
        assert shown.text.startswith("Writer argues:")


def test_notices_and_lists_are_no_answers() -> None:
    source = article("The bridge is old.")
    for embed in (
        render_notice("Wait."),
        render_article(source),
        render_catalogue({"a": source, "b": source}),
        *render_paragraph(source, 2),
    ):
        assert read(embed=embed) is None
    assert read(content="Continue in <#5>.") is None


def test_a_sentence_too_long_to_show_is_named_not_cut() -> None:
    source = article(LONG, "The bridge is old.")
    embed = render_answer(Response(answer(source, LONG, "The bridge is old."), {source.id: source}))
    text = unescape(embed.description or "")
    assert f"¶2 answers in one sentence of {len(LONG):,} characters; /passage 2 shows it." in text
    assert "“The bridge is old.”" in text
    assert "and on" not in text


def test_the_longest_paragraph_is_shown_whole_over_several_messages() -> None:
    sentences = [f"Sentence number {n} of this long paragraph is about the bridge." for n in range(200)]
    source = article(" ".join(sentences), "The bridge is old.")
    embeds = render_paragraph(source, 2)
    assert 2 < len(embeds) <= MAX_PAGES
    assert unescape(" ".join(embed.description or "" for embed in embeds)) == " ".join(sentences)
    for embed in embeds:
        check_message({"embeds": [embed.to_dict()]})
        assert (embed.description or "").endswith(".")


def test_a_list_is_shown_with_its_marks_and_a_picture_is_said_to_be_no_text() -> None:
    text = "The bridge is old.\n\nNobody asked.\n\n- The ferry\n- The road\n\n![The bridge](bridge.jpg)\n\nIt fell."
    source = parse("bridge.md", text.encode())
    (points,), (picture,) = render_paragraph(source, 3), render_paragraph(source, 4)
    assert unescape(points.description or "") == "- The ferry - The road"
    assert points.fields[1].value == picture.description
    assert "no text" in (picture.description or "")


def test_a_paragraph_without_end_is_bounded() -> None:
    source = article("word " * 60_000, "The bridge is old.")
    embeds = render_paragraph(source, 2)
    assert len(embeds) == MAX_PAGES + 1
    assert "goes on for" in (embeds[-1].description or "")
    for embed in embeds:
        check_message({"embeds": [embed.to_dict()]})


def test_context_shows_quotes_in_bold_and_long_paragraphs_around_them() -> None:
    filler = "Something else is said here at some length, which nobody asked about. " * 40
    source = article(f"{filler}The bridge is old. {filler}", "Bridges fall. They do.")
    reply = answer(source, "The bridge is old.", "Bridges fall.")
    embeds = render_context(
        format_positions(reply.quotes), ["The bridge is old.", "Bridges fall."], {source.id: source}
    )
    texts = [unescape(embed.description or "") for embed in embeds]
    assert [embed.title for embed in embeds] == [f"¶{n} · Jo Writer’s article of 4 May 2024" for n in (2, 3)]
    assert "**The bridge is old.**" in texts[0]
    assert texts[0].startswith("… ")
    assert texts[0].endswith(" …")
    assert texts[1] == "**Bridges fall.** They do."
    check_message({"embeds": [embed.to_dict() for embed in embeds]})


@pytest.mark.parametrize("positions", ["", "zz", "00000000.1", "x.y.z;;", "00000000"])
def test_context_of_what_is_gone_is_nothing(positions: str) -> None:
    source = article("The bridge is old.")
    assert render_context(positions, [], {source.id: source}) == []
    assert render_context(f"{article_key(source.id)}.999", [], {source.id: source}) == []


def test_a_catalogue_of_a_thousand_articles_says_how_many_more() -> None:
    source = article("The bridge is old.")
    embed = render_catalogue({f"{n}.txt": source for n in range(1000)})
    assert embed.title == "1,000 articles"
    assert "1,000 in all. Use /article and type a name to find one." in (embed.description or "")
    check_message({"embeds": [embed.to_dict()]})


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(NASTY.filter(lambda text: any(c.isalnum() for c in text)), min_size=1, max_size=8),
    NASTY,
    st.lists(NASTY, max_size=3),
    st.booleans(),
)
def test_whatever_is_rendered_discord_takes(
    texts: list[str], question: str, instead: list[str], abstains: bool
) -> None:
    source = parse("a.txt", "\n\n".join(flat(text) or "x" for text in texts).encode("utf-8", "replace"))
    whole = [source.text[p.start : p.end] for p in source.paragraphs]
    quotes = tuple(Quote(source.id, n + 1, text, "author", 0, 1) for n, text in enumerate(whole) if text)
    make: Any = Abstention if abstains else Answer
    reply: Reply = make(question or "x", "Lead", quotes, 0.5, degree="closest")
    articles = {source.id: source}
    check_message({"embeds": [render_answer(Response(reply, articles, tuple(instead))).to_dict()]})
    check_message({"content": answer_as_text(Response(reply, articles, tuple(instead)))})
    for number in range(1, len(source.paragraphs) + 1):
        for embed in render_paragraph(source, number):
            check_message({"embeds": [embed.to_dict()]})


@pytest.mark.parametrize("length", [1990, 2000, 2010, 4090, 4096, 4100, 5990, 6000, 6100])
@pytest.mark.parametrize("unit", ["a", "é", "👍", "*", "ab "])
def test_answers_around_the_limits_are_taken(length: int, unit: str) -> None:
    text = (unit * length)[:length].strip() + "."
    source = article(text, text[: length // 2] + ".", "The bridge is old.")
    reply = Answer(text[:2000], "Writer argues:", tuple(
        Quote(source.id, p.number, source.text[p.body_start : p.end], "author", p.body_start, p.end)
        for p in source.paragraphs[1:]
    ), 0.9)  # fmt: skip
    embed = render_answer(Response(reply, {source.id: source}, ("What " + text, "Why?")))
    check_message({"embeds": [embed.to_dict()]})
    check_message({"content": answer_as_text(Response(reply, {source.id: source}))})
    assert size(embed.title or "") <= 256


def test_every_shipped_article_can_be_shown(tmp_path: Path) -> None:
    for path in sorted((REPOSITORY / "articles").iterdir()):
        source = parse(path.name, path.read_bytes())
        check_message({"embeds": [render_article(source).to_dict()]})
        for paragraph in source.paragraphs:
            for embed in render_paragraph(source, paragraph.number):
                check_message({"embeds": [embed.to_dict()]})
