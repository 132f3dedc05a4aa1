"""Questions about the text itself, and similar ones that have another subject."""

from collections import Counter

import pytest

from bot.answering.question.kinds import Kind, classify

from tests.support.paths import REPOSITORY

# Questions that were written after the classifier's, to measure it; training/questions/kinds.txt has none of them.
KEPT_ASIDE = REPOSITORY / "tests/data/kept_aside_kinds.tsv"
ABOUT_TEXT: dict[Kind, tuple[str, ...]] = {
    "author": (
        "who wrote this?",
        "Who is the author?",
        "who's the author of this piece",
        "who penned the column",
        "whose byline is this?",
        "by whom was the article written",
        "so who wrote it",
        "when was it published and by whom?",
        "the date and the author please",
    ),
    "affiliation": (
        "where does the author work?",
        "what is the author's job?",
        "which organisation is the author with?",
        "is the author a professor?",
        "tell me about the author",
        "who is this guy?",
        "what does she do for a living",
        "what does the author do for a living, is he even an engineer",
        "does this guy have any ties to the port or is he just some columnist",
        "is this woman a lobbyist or what",
        "who is she and what else does she write",
    ),
    "date": (
        "when was this written?",
        "When was the article published?",
        "what is the publication date?",
        "how old is this article?",
        "when did the piece come out?",
        "on what day was this published",
        "date?",
        "who wrote this and when",
    ),
    "title": ("what's the title?", "what is the headline of this article", "what is this piece called?", "headline"),
    "source": (
        "where was this published?",
        "which newspaper is this from?",
        "link to the article?",
        "on which website did it appear?",
    ),
    "translation": (
        "is this a translation?",
        "who translated the article?",
        "what was the original language?",
        "the english is odd, is this a translation or what",
    ),
    "length": (
        "how long is this article?",
        "how many words does it have?",
        "how many paragraphs are in the text?",
        "how long's the piece",
    ),
    "genre": (
        "is this news or opinion?",
        "is this an opinion piece?",
        "is it a news report?",
        "opinion or fact?",
        "is this news or just some guys opinion lol",
    ),
    "topic": (
        "what is this about?",
        "what's the article about?",
        "what is the topic?",
        "what does the piece talk about?",
    ),
    "thesis": (
        "what is the main point?",
        "what's the author trying to say?",
        "give me the gist",
        "what is her central argument?",
        "in one sentence, what does he argue?",
    ),
    "summary": (
        "summarise the article",
        "tl;dr",
        "can you sum it up?",
        "a quick recap please",
        "short version?",
        "sum it up in one sentence plz",
    ),
    "ending": (
        "how does the article end?",
        "how does she conclude?",
        "what's the last sentence?",
        "what is his conclusion?",
        "on what note does it end?",
    ),
}
ABOUT_SOMETHING_ELSE: dict[Kind, tuple[str, ...]] = {
    "author": (
        "who wrote the treaty?",
        "who wrote the letter to the mayor?",
        "who authored the ceasefire plan",
        "by whom was the mayor elected?",
    ),
    "affiliation": (
        "has she got some history with sleepers or is she just a hater",
        "who is the minister",
        "where does the mayor work",
        "what is the minister's job?",
        "who is she accusing?",
        "which university did the protesters occupy?",
    ),
    "date": (
        "when was the treaty signed",
        "when did the strike begin?",
        "how old is the bridge?",
        "what is the date of the election?",
    ),
    "title": ("what title does the mayor hold?", "what is the strike called", "who won the title?"),
    "source": ("where was the bridge built?", "what is the source of the river?", "where does the gas come from?"),
    "translation": ("how did talk translate into action?", "which language do the miners speak?"),
    "length": ("how long is the border?", "how long did the strike last?", "how many people died?"),
    "genre": ("is it a fact that the dam leaks?", "is this war just?", "what is the mayor's opinion of the toll?"),
    "topic": ("what is the strike about?", "what was the treaty about?", "what does he say about the toll?"),
    "thesis": (
        "what is the main reason for the strike",
        "what is the main export of the region?",
        "what is the main argument for the toll?",
        "what is the central bank doing?",
    ),
    "summary": ("what does the summary of the audit say about the dam?", "did the losses of the fleet add up?"),
    "ending": ("how does the war end?", "how did the strike end?", "what was the final score in Lyon?"),
}


def table(rows: dict[Kind, tuple[str, ...]]) -> list[object]:
    return [pytest.param(kind, text, id=f"{kind}: {text}") for kind, texts in rows.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), table(ABOUT_TEXT))
def test_a_question_about_the_text_itself_is_recognised(kind: Kind, text: str) -> None:
    assert kind in classify(text).kinds


@pytest.mark.parametrize(("kind", "text"), table(ABOUT_SOMETHING_ELSE))
def test_a_question_with_a_subject_of_its_own_is_not_about_the_text(kind: Kind, text: str) -> None:
    assert kind not in classify(text).kinds


def test_both_kinds_of_a_double_question_are_found() -> None:
    assert set(classify("who wrote this and when was it published?").kinds) == {"author", "date"}


def test_most_questions_that_were_kept_aside_from_training_are_recognised() -> None:
    rows = [line.split("\t") for line in KEPT_ASIDE.read_text(encoding="utf-8").splitlines()]
    found = Counter(kind in classify(question).kinds for kind, question in rows)
    assert found[True] / len(rows) >= 0.85, found


NEW_KINDS = {
    "beginning": "how does the article begin?",
    "paragraph": "what does paragraph 6 say?",
    "how_often": "how many times does he mention Oslo?",
    "mentions": "does she mention Oslo?",
    "unsaid": "what does she not say?",
    "translate": "translate the main argument into Danish",
    "opinion": "do you agree with the author?",
    "opposing": "what are the weaknesses of his argument?",
    "library_count": "how many articles do you have?",
    "library_authors": "which authors do you have?",
    "library_articles": "what articles by Marsh do you have?",
    "library_topics": "what do you know?",
}
SIMILAR = {
    "beginning": "how does the strike begin?",
    "paragraph": "what does article 6 of the treaty say?",
    "how_often": "how often does the ferry sail?",
    "mentions": "why does she mention her grandmother?",
    "unsaid": "what does the mayor not want to pay for?",
    "translate": "how do good intentions translate into laws?",
    "opinion": "does he agree with the mayor?",
    "opposing": "what is the strongest argument against the bridge?",
    "library_count": "how many articles did the court strike down?",
    "library_authors": "which authors signed the petition?",
    "library_articles": "which articles of the charter does he quote?",
    "library_topics": "what did the mayor know?",
}


@pytest.mark.parametrize("kind", NEW_KINDS)
def test_each_kind_is_told_from_a_similar_question_for_what_the_text_says(kind: Kind) -> None:
    assert kind in classify(NEW_KINDS[kind]).kinds
    assert classify(SIMILAR[kind]).kinds == ()
