"""The voice of sentences. Each table covers a rule of English; the names are made up for this file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.parse import parse

from bot.answering.voice.features import sentence_features
from bot.answering.voice.voice import AUTHOR, BYLINE, HEDGED, UNNAMED, probabilities, voice_of

from tests.support.examples import examples

HEAD = "By Ada Wren\n3 May 2021\n\nThe harbour needs a wall, and the council knows it.\n\n"


def article(body: str) -> Article:
    return parse("piece.txt", (HEAD + body).encode())


def voice(body: str, part: str) -> str:
    """Return the voice of the sentence that contains a part of an article's body."""
    made = article(body)
    start = made.text.index(part, len(HEAD))
    return voice_of(made, start, start + len(part))


@pytest.mark.parametrize(
    "text",
    [
        "The wall will cost nine million crowns.",
        "The mayor opened the bridge in March.",
        "The council should vote for the wall.",
        "I say that the wall must be built.",
        "We asked for the papers and got none.",
        "My claim is that the harbour needs a wall.",
        "The claims of the insurers have doubled.",
        "The report is nine hundred pages long.",
        "She does not say that the wall would hold.",
        "Nobody says that aloud.",
        "The minister may not touch the fund.",
        "I believe in walls.",
    ],
)
def test_a_plain_assertion_is_the_authors(text: str) -> None:
    assert voice(text, text) == AUTHOR


@pytest.mark.parametrize(
    "text",
    [
        "I think the wall will hold.",
        "My guess is that the vote fails.",
        "The vote will probably fail.",
        "Perhaps the wall was never needed.",
        "I would not rule out a second flood.",
        "I doubt that the ferry will run.",
        "I would not be surprised if the bridge closed.",
        "It is possible that the wall comes too late.",
        "The ferry seems likely to stop.",
        "The wall may hold for a decade.",
        "I suspect that the mayor will resign.",
        "In my opinion the toll will likely be dropped.",
    ],
)
def test_a_hedged_assertion_is_the_authors_with_a_hedge(text: str) -> None:
    assert voice(text, text) == HEDGED


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ilse Tamm says that the wall will hold.", "Ilse Tamm"),
        ('The mayor, Ilse Tamm, told the radio that "the wall will hold".', "Ilse Tamm"),
        ('"The wall will hold," said Ilse Tamm.', "Ilse Tamm"),
        ('"It will hold," says its chief engineer, Ilse Tamm, "if it is built."', "Ilse Tamm"),
        ("According to Ilse Tamm, the wall will hold.", "Ilse Tamm"),
        ("Ilse Tamm of the Green group argues that the wall will hold.", "Ilse Tamm"),
        ("The retired engineer Ilse Tamm, with whom I have argued for years, insists that it will hold.", "Ilse Tamm"),
        ("Professor Ilse Tamm, who built the first one, warns that the wall is too low.", "Ilse Tamm"),
        ("The plan has a critic, Ilse Tamm, who argues that the wall is too low.", "Ilse Tamm"),
        ("The Minister of Works, Mr. Olav Brekke, explained that the wall was paid for.", "Olav Brekke"),
        ("The harbour board maintains that the wall is too low.", "harbour board"),
        ("The wall will be finished, says the consortium, in 2029.", "consortium"),
        ("By then, according to the ministry's own forecast, the sea will have risen.", "ministry"),
        ("My grandmother used to say that the sea takes what it wants.", "the author's grandmother"),
        ("Maersk said that its ships would stay away.", "Maersk"),
        ('"The wall will fail," concludes the board.', "board"),
        ('"It will fail," concluded Ilse Tamm of the board, "and soon."', "Ilse Tamm"),
        ("The wall will cost nine million, calculates the consortium.", "consortium"),
        ("The board concluded that the wall will fail.", "board"),
        ("The toll, the board calculates, costs nine crowns.", "board"),
    ],
)
def test_a_report_has_its_source_as_the_voice(text: str, name: str) -> None:
    assert voice(text, text) == f"reported:{name}"


@pytest.mark.parametrize(
    "text",
    [
        'A diplomat told me that "the wall is theatre".',
        "Officials at the port, who asked not to be named, say that the wall leaks.",
        "One of them added that the gates had rusted.",
        "Critics claim that the wall is a waste.",
        "Last week it was reported that the gates had rusted.",
        '"Not in my harbour," said to me one of their officers.',
        "A manager of the port, who begged me not to print his name, told me that the gates leak.",
    ],
)
def test_a_report_of_somebody_unnamed_has_no_name(text: str) -> None:
    assert voice(text, text) == UNNAMED


CONTEXTS = (
    ("Ilse Tamm runs the port. She says that the wall will hold.", "She says", "Ilse Tamm"),
    ("A better objection comes from Ilse Tamm. He warns that the gates leak.", "He warns", "Ilse Tamm"),
    (
        "The Minister of Works, Olav Brekke, wants a wall. The minister told us that it is paid for.",
        "told us",
        "Olav Brekke",
    ),
    ("Olav Brekke wants a wall.\n\nMr Brekke says that it is paid for.", "Mr Brekke", "Olav Brekke"),
    ('Ilse Tamm put it better: "I had a queue. Now I have a rumour."', "Now I have a rumour", "Ilse Tamm"),
    ('Ilse Tamm was blunter. "We have sand. We have no stones," she said.', "We have sand", "Ilse Tamm"),
    (
        "A friend of mine works there. Nobody, she says, has seen the plans. She says that they are lost.",
        "lost",
        "unnamed",
    ),
)


@pytest.mark.parametrize(("text", "part", "name"), [pytest.param(*row, id=row[0][:60]) for row in CONTEXTS])
def test_the_sentences_before_identify_the_source(text: str, part: str, name: str) -> None:
    assert voice(text, part) == f"reported:{name}"


def test_a_quoted_view_is_reported_and_its_rebuttal_is_the_authors() -> None:
    text = 'Ilse Tamm claims that "the wall is a gift to the sea". The sea has never had one.'
    assert voice(text, "Ilse Tamm claims") == "reported:Ilse Tamm"
    assert voice(text, "The sea has") == AUTHOR


def test_a_pull_quote_has_the_voice_of_the_sentence_it_repeats() -> None:
    report = "Olav Brekke says that the gates were never tested in a storm."
    whole, part = '"The gates were never tested in a storm."', '"the gates were never tested in a storm"'
    assert voice(f"{part}\n\n{report}", part) == "reported:Olav Brekke"
    for pulled in (whole, part):
        assert voice(f"{pulled}\n\nThe gates were never tested in a storm. It shows.", pulled) == AUTHOR


def test_a_pull_quote_that_is_a_whole_sentence_of_a_report_is_set_aside() -> None:
    pulled = '"The gates were never tested in a storm."'
    made = article(f"{pulled}\n\nOlav Brekke says that the gates were never tested in a storm.")
    (paragraph,) = (p for p in made.paragraphs if made.text[p.start : p.end] == pulled)
    assert paragraph.kind == "furniture"
    assert voice(made.text[paragraph.start :], pulled) == BYLINE


def test_an_author_named_in_the_text_is_not_a_source() -> None:
    assert voice("Ada Wren says that the wall must be built.\n\nIt leaks.", "Ada Wren") == AUTHOR


def test_a_head_line_and_the_author_note_have_the_byline_voice() -> None:
    made = parse("piece.txt", (HEAD + "It leaks.\n\nAda Wren is a sailor and writes about harbours.").encode())
    assert voice_of(made, made.text.index("Ada"), made.text.index("Ada") + 3) == BYLINE
    assert made.note_span is not None
    assert voice_of(made, *made.note_span) == BYLINE


def test_a_span_of_several_sentences_is_reported_if_one_of_them_is() -> None:
    text = "It leaks. Ilse Tamm says that it was built in a hurry. I think it was."
    assert voice(text, text) == "reported:Ilse Tamm"
    assert voice("It leaks. I think it was built in a hurry.", "It leaks. I think it was built in a hurry.") == HEDGED


def test_the_probabilities_of_the_three_voices_sum_to_one() -> None:
    for features in (frozenset[str](), frozenset({"hedged"}), frozenset({"unheard of"})):
        assert sum(probabilities(features)) == pytest.approx(1)
    assert probabilities(frozenset({"hedged", "adverb"}))[1] > probabilities(frozenset())[1]


@given(st.text(alphabet='aA I.,"“”:;’said that he Ilse Tamm\n—?', max_size=200))
@settings(max_examples=examples(150), deadline=None)
def test_every_sentence_of_any_text_has_a_voice(text: str) -> None:
    made = article(text or "x")
    for sentence in sentence_features(made):
        found = voice_of(made, sentence.start, sentence.end)
        assert found in (AUTHOR, HEDGED, BYLINE) or found.removeprefix("reported:").strip()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["“Yes.” ", "A. ", 'He said, "', "Ann Bell, the mayor, "])
def test_extracting_features_from_a_long_odd_text_takes_linear_time(text: str) -> None:
    assert sentence_features(article(text * 8_000))


@pytest.mark.parametrize("text", ["The support of the ministry explains it all.", "The vote revealed a divided town."])
def test_a_fact_that_explains_something_is_not_a_source(text: str) -> None:
    article = parse("x.txt", f"By Jo Writer\n\n{text}\n\nIt is what it is, and no more than that.\n".encode())
    start = article.text.index(text)
    assert voice_of(article, start, start + len(text)) == "author"


@pytest.mark.parametrize(
    "body",
    [
        "A builder came. Modern walls are raised and resilient, he says, and the town needs them.",
        "They met in the Hall But not for long. But her daughter, who was measuring, asked me who she should write to.",
        "Children are born who consider it a river.",
    ],
)
def test_the_capital_of_a_sentences_first_word_does_not_make_a_name(body: str) -> None:
    assert voice(body, body.split(". ")[-1].rstrip(".")) in (AUTHOR, HEDGED, UNNAMED)


def test_a_first_word_that_the_article_has_as_a_name_is_one() -> None:
    assert voice("Ada asked Ivor Brown twice. Brown says that the wall fell.", "Brown says") == "reported:Ivor Brown"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Your leader (“No more walls”, 30 May) says that the town gives up.", "unnamed"),
        ("Orla Finch (Tromso, 12 March) says that the wall is safe.", "Orla Finch"),
        ("Orla Finch (a Dane) says that the wall is safe.", "Orla Finch"),
        ("A letter of 2 June says that the wall is safe.", "unnamed"),
        ("The letter of Monday, June 2 says that the wall is safe.", "unnamed"),
    ],
)
def test_a_date_or_a_place_in_a_citation_does_not_speak(text: str, name: str) -> None:
    assert voice(text, text) == f"reported:{name}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("BAKER says that the wall is safe.", "Baker"),
        ("Mr FINCH said that the wall is safe.", "Mr Finch"),
        ("UNRO says that the wall is safe.", "UNRO"),
    ],
)
def test_a_name_in_capitals_is_written_as_a_name(text: str, name: str) -> None:
    assert voice(text, text) == f"reported:{name}"


def test_an_institution_keeps_its_article() -> None:
    text = "The Treasury reports that a wall costs four crowns."
    assert voice(text, text) == "reported:the Treasury"
