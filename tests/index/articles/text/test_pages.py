"""Text copied from printed pages: divided words, running heads and drop capitals; and invisible characters."""

import textwrap

import pytest

from index.articles.parse import parse

from tests.index.articles.samples import paragraphs

ABOVE = "The orchard was felled on a Sunday.\n\nNobody in the village had signed for it.\n\n"
PROSE = "The pears by the wall were the first to go, and after them went the plums that she had planted by the "


def text_of(body: str) -> list[str]:
    return paragraphs(parse("x.txt", (ABOVE + body + "\n\nAnd so it ended.\n").encode()))[2:-1]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("The council pro-\nposes to charge.", "The council proposes to charge."),
        ("A well-\nknown pear.", "A well-known pear."),
        ("The Anglo-\nSaxon pears of 1914-\n18 went.", "The Anglo-Saxon pears of 1914-18 went."),
        ("The pre-\nand post-war pears.", "The pre-\nand post-war pears."),
        ("A kruzel-\nbaum, and a kruzelbaum.", "A kruzelbaum, and a kruzelbaum."),
        ("A kruzel-\nbaum, and a kruzel-baum.", "A kruzel-baum, and a kruzel-baum."),
        ("Die Regie-\nrung schweigt.", "Die Regierung schweigt."),
        ("The pears --\nall of them -\nwent.", "The pears --\nall of them -\nwent."),
        (
            "The council now pro- poses pre- and post-war fares of two- thirds.",
            "The council now proposes pre- and post-war fares of two- thirds.",
        ),
        ("The cafe\u0301 of A\u030angstro\u0308m.", "The café of Ångström."),
        ("The con\u00adges\u00ad\ntion of the\u00ad bridge.", "The congestion of the bridge."),
        ("The \ufb01rst \ufb02at o\ufb03ce.", "The first flat office."),
        ("The\u00a0pears\u202fwent\u200b on\ufeff.", "The pears went on."),
        ("The man \U0001f469\u200d\U0001f33e and \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.",) * 2,
    ],
)
def test_a_reader_sees_whole_words(body: str, shown: str) -> None:
    assert text_of(body) == [shown]


@pytest.mark.parametrize(
    "head",
    ["The Quay Courier | 14 March 2019        Page 12", "12", "- 12 -", "12  THE QUAY COURIER", "Quay Courier\n12"],
)
@pytest.mark.parametrize("line_ends", ["\n", "\n\n"])
def test_a_running_head_does_not_divide_a_sentence(head: str, line_ends: str) -> None:
    shown = text_of(f"{PROSE}fore-{line_ends}{head}{line_ends}court. The swing hung on.")
    assert shown[0] == f"{PROSE}forecourt. The swing hung on."
    assert not any(shown[1:])


def test_a_running_head_is_known_by_its_repetition() -> None:
    body = f"{PROSE}old\n\nTHE QUAY COURIER\n\nmill. {PROSE}new\n\nTHE QUAY COURIER\n\nmill."
    assert " ".join("\n".join(text_of(body)).split()) == " ".join(f"{PROSE}old mill. {PROSE}new mill.".split())


def test_running_heads_of_left_and_right_pages_are_the_same() -> None:
    body = f"{PROSE}old\n\n34   THE COURIER   3 MAY 2019\n\nmill.\n\nTHE COURIER   3 MAY 2019   35\n\nThe swing."
    assert text_of(body) == [f"{PROSE}old\nmill.", "", "", "", "The swing."]


@pytest.mark.parametrize("head", ["The Quay Courier Page 12", "Page 3 of 7", "PAGE 3 | The Quay Courier", "- page 3 -"])
def test_a_line_with_the_number_of_its_page_is_no_paragraph(head: str) -> None:
    assert text_of(f"The pears went first.\n\n{head}\n\nThen the plums.") == [
        "The pears went first.",
        "",
        "Then the plums.",
    ]


def test_the_number_of_what_follows_stays_as_in_the_file() -> None:
    article = parse("x.txt", (ABOVE + f"{PROSE}old\n\n12\n\nmill.\n\nAnd so it ended.").encode())
    assert [p.number for p in article.paragraphs if p.start < p.end] == [1, 2, 3, 6]


@pytest.mark.parametrize(
    "body",
    [
        "We need\n\n2 eggs\n\nmilk",
        f"{PROSE}wall.\n\nPage 12 of the book says so.\n\nit says more.",
        f"{PROSE}wall\n\nMay 26, 2019\n\nby Ines Okafor",
        f"{PROSE}wall\n\nA long line that says something of its own, and that no page has at its top\n\nwent.",
    ],
)
def test_what_only_looks_like_a_running_head_stays(body: str) -> None:
    assert text_of(body) == body.split("\n\n")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("T\nhe pears went.", ["The pears went."]),
        ("T he pears went.", ["The pears went."]),
        ("E\n\nvery pear went.", ["Every pear went.", ""]),
        ("T HE PEARS WENT.", ["THE PEARS WENT."]),
        ("A pear went.", ["A pear went."]),
        ("I\nam the pear.", ["I\nam the pear."]),
        ("A\nlong wall.", ["A\nlong wall."]),
        ("C is a language.", ["C is a language."]),
        ("X marks the spot.", ["X marks the spot."]),
    ],
)
def test_a_drop_capital_belongs_to_its_word(body: str, shown: list[str]) -> None:
    assert text_of(body) == shown


LINES = [
    "The orchard behind the school was felled on a Sunday, while everybody who might have spoken up was in church.",
    "Nobody in the village had signed for it, and when Ines Okafor asked, they told her that nobody had needed to.",
    "Nobody asked twice.",
    "The pears were the first to go, then the plums by the wall, and in the end the swing, which had hung there long.",
    "What is left is a car park that stands empty on six days of the week, and a sign that says where to complain.",
]


@pytest.mark.parametrize("head", ["", "By Ines Okafor\n14 March 2019\n", "By Ines Okafor\n\n14 March 2019\n\n"])
def test_without_blank_lines_every_long_line_is_a_paragraph(head: str) -> None:
    article = parse("x.txt", (head + "\n".join(LINES)).encode())
    assert paragraphs(article) == [*filter(None, head.split("\n")), *LINES]


def test_lines_of_the_width_of_a_page_are_not_paragraphs() -> None:
    text = "\n".join("\n".join(textwrap.wrap(line, 76)) for line in LINES)
    assert len(paragraphs(parse("x.txt", text.encode()))) == 1


def test_the_line_ends_of_a_page_are_spaces_in_a_quote() -> None:
    wrapped = textwrap.fill(" ".join(LINES), 72)
    assert text_of(wrapped) == [" ".join(LINES)]
    assert text_of(wrapped.replace(" the ", " the-\nn ", 1))[0].startswith(" ".join(LINES)[:8])


def test_the_line_ends_of_a_column_are_spaces_in_a_quote() -> None:
    assert text_of(textwrap.fill(" ".join(LINES), 34)) == [" ".join(LINES)]


@pytest.mark.parametrize(
    "body",
    [
        "The pears\nthe plums\nand the swing",
        "The pears by the wall were the first to go, and after them went the  \nplums.",
        "The pears were the first to go.\nThen the plums by the wall went, and after them the swing.",
        "When all the pears had gone from here\nThe plums went after in a row\nAnd then the swing so near\nTo fall",
        "The pears by the wall were the first to go, and after them went the\n   When the plums had gone.",
    ],
)
def test_other_line_ends_stay(body: str) -> None:
    assert text_of(body) == [body]


def test_the_line_ends_of_the_head_stay() -> None:
    head = "The orchard behind the school that was felled on a Sunday in June\nBy Ines Okafor\n14 March 2019"
    article = parse("x.txt", f"{head}\n\n{ABOVE}".encode())
    assert paragraphs(article)[0] == head
    assert article.authors == ("Ines Okafor",)
