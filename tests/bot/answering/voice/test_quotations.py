"""Quotations: their marks, and that nothing inside them is ever the author's."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.articles.parse import parse
from index.text.passages import split
from index.text.sentences import sentence_spans

from bot.answering.voice.quotations import find_dialogue, find_quotations
from bot.answering.voice.voice import AUTHOR, HEDGED, voice_of

from tests.support.examples import examples

HEAD = "The wall\n\nBy Ada Wren\n\n3 May 2021\n\nThe harbour needs a wall.\n\n"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("“A wall,” she said, “is a wall.” So it is.", ["“A wall,”", "“is a wall.”"]),
        ('He said "no" twice.', ['"no"']),
        ("‘The workers’ wall,’ he said.", ["‘The workers’ wall,’"]),
        ("'It isn't the dogs' wall,' he said.", ["'It isn't the dogs' wall,'"]),
        ("The dogs' wall and the cats' gate.", []),
        ("It isn’t hers; it’s the board’s.", []),
        ("« Un « grand » mur » dit-il.", ["« Un « grand » mur »"]),
        ("Er sagte: „Die Mauer ‚hält‘ nicht.“ Gut.", ["„Die Mauer ‚hält‘ nicht.“"]),
        ("Han sagde: »Muren holder.« Godt.", ["»Muren holder.«"]),
        ("Hän sanoi: ”Muuri kestää.” Hyvä.", ["”Muuri kestää.”"]),
        ("彼は「壁は「強い」」と言った。", ["「壁は「強い」」"]),
        ("“A ‘wall’ and a “gate”,” she said.", ["“A ‘wall’ and a “gate”,”"]),
        ('A wall of 6" and "a gate".', ['"a gate"']),
        ("“It goes on without an end.", ["“It goes on without an end."]),
        ("«Стіна стоїть, — сказала Ада. — Вона нова». Так.", ["«Стіна стоїть, — ", " — Вона нова»"]),
        ("No marks at all.", []),
    ],
)
def test_quotations_are_found_by_their_marks(text: str, quoted: list[str]) -> None:
    assert [text[start:end].strip() for start, end in find_quotations(text).spans] == [part.strip() for part in quoted]


def test_an_open_quotation_goes_on_to_the_first_closing_mark() -> None:
    assert find_quotations("“The wall is old.").is_open
    text = "It leaks.” So she said."
    assert [text[start:end] for start, end in find_quotations(text, continued=True).spans] == ["It leaks.”"]


def test_speech_behind_a_dash_is_cut_at_who_speaks() -> None:
    text = "— The wall is old, — said Tamm. — It leaks."
    assert [text[start:end].strip() for start, end in find_dialogue(text)] == ["The wall is old, —", "— It leaks."]
    assert find_dialogue("The wall — it is old — leaks.") == ()


WORDS = ["walls", "leak", "the", "harbour", "never", "board", "pays", "old", "gates", "hold", "perhaps", "we", "must"]
CLAUSES = st.lists(st.sampled_from(WORDS), min_size=3, max_size=12).map(" ".join)
SENTENCES = st.builds(lambda clause, end: clause[0].upper() + clause[1:] + end, CLAUSES, st.sampled_from(".!?…"))
MARKS = [("“", "”"), ('"', '"'), ("«", "»"), ("« ", " »"), ("„", "“"), ("„", "”"), ("»", "«"), ("‘", "’"), ("”", "”")]
FRAMES = [
    "{quotation}",
    "{quotation} said Ilse Tamm.",
    "Ilse Tamm told the board: {quotation}",
    "{quotation} The rest is mine.",
    "It rained. {quotation} Olav Brekke shouted. I left.",
    "As she put it, {quotation} Nobody answered.",
]


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(SENTENCES, min_size=1, max_size=4),
    st.sampled_from(MARKS),
    st.sampled_from(FRAMES),
    st.booleans(),
    st.booleans(),
)
@example(["The ferry costs too much.", "It has to pay."], ("“", "”"), FRAMES[0], True, False)
def test_no_sentence_inside_quotation_marks_is_the_authors(
    sentences: list[str], marks: tuple[str, str], frame: str, nested: bool, two_paragraphs: bool
) -> None:
    inner = ("‘", "’") if marks != ("‘", "’") else ("“", "”")
    said = [f"{inner[0]}{sentences[0]}{inner[1]}", *sentences[1:]] if nested else sentences
    gap = f"\n\n{marks[0].strip()}" if two_paragraphs and marks[0] in "“„" else " "
    quotation = marks[0] + gap.join(said) + marks[1]
    made = parse("piece.txt", (HEAD + frame.format(quotation=quotation) + "\n").encode())
    assert_quoted_is_reported(made, sentences)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=4), st.sampled_from(["— {}", "– {}", "> {}", "Ilse Tamm wrote:\n\n{}"]))
def test_no_sentence_of_a_dialogue_or_a_block_quotation_is_the_authors(sentences: list[str], frame: str) -> None:
    made = parse("piece.md", (HEAD + frame.format(" ".join(sentences)) + "\n").encode())
    assert_quoted_is_reported(made, sentences)


def assert_quoted_is_reported(made: "object", sentences: list[str]) -> None:
    from index.articles.article import Article

    assert isinstance(made, Article)
    for passage in split(made, sentence_spans):
        for sentence in passage.sentences:
            if any(said[:-1] in sentence.text for said in sentences):
                assert voice_of(made, sentence.start, sentence.end) not in (AUTHOR, HEDGED), sentence.text


@pytest.mark.parametrize(
    ("body", "part", "voice"),
    [
        (
            "“It costs too much,” Olav Brekke, the mayor, told the board. “It must pay. We are spoiled.”",
            "We are",
            "Brekke",
        ),
        ("“Is it dear?” Ilse Tamm asked me. “It is robbery!” Olav Brekke cried. I left.", "It is robbery", "Brekke"),
        ("Here is what the mayor, Olav Brekke, wrote:\n\n> It costs too much. It must pay.", "It must", "Brekke"),
        ("Olav Brekke told the board:\n\nIt costs too much.", "It costs", "Brekke"),
        ("> It costs too much.\n\nSo much for that.", "It costs", "unnamed"),
        ("“It costs too much,” said Olav Brekke. “It must pay.\n\n“We are spoiled.” I left.", "We are", "Brekke"),
        ("«Стіна має окупатися, — заявив мер Тарас Бондар. — Ніхто не їздить задарма». I left.", "Стіна", "Бондар"),
        ("«Стіна має окупатися, — заявив мер Тарас Бондар. — Ніхто не їздить задарма». I left.", "Ніхто", "Бондар"),
        ("“It costs too much.”\n\n— Olav Brekke\n\nI left.", "It costs", "Brekke"),
    ],
)
def test_a_quotation_has_its_speaker_throughout(body: str, part: str, voice: str) -> None:
    made = parse("piece.md", (HEAD + body + "\n").encode())
    start = made.text.index(part)
    assert voice_of(made, start, start + len(part)).endswith(voice)
    if "I left" in body:
        assert voice_of(made, made.text.index("I left"), made.text.index("I left") + 6) == AUTHOR
