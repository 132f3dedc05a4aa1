"""Interviews: labels, bold questions, and what only looks like them."""

import pytest

from index.articles.article import Article
from index.articles.parse import parse

HEAD = "# On the harbour\n\nBy Tom Lee\n\n3 May 2021\n\nTom Lee spoke to the engineer Ilse Tamm about the wall.\n\n"


def article(body: str, head: str = HEAD) -> Article:
    return parse("talk.md", (head + body).encode())


def turns(made: Article) -> list[tuple[str, bool, str]]:
    return [(turn.speaker, turn.asks, made.text[turn.start : turn.end]) for turn in made.turns]


@pytest.mark.parametrize(
    ("asks", "answers"),
    [("Q:", "A:"), ("Q.", "A."), ("**Q:**", "**A:**"), ("TL:", "IT:"), ("TOM LEE:", "ILSE TAMM:"), ("Lee: ", "Tamm: ")],
)
def test_labels_show_who_asks_and_who_answers(asks: str, answers: str) -> None:
    made = article(f"{asks} Will it hold?\n\n{answers} Not for long. It leaks.\n\n{asks} Why?\n\n{answers} Sand.\n")
    assert [(asked, text) for _, asked, text in turns(made)] == [
        (True, "Will it hold?"),
        (False, "Not for long. It leaks."),
        (True, "Why?"),
        (False, "Sand."),
    ]
    for turn in made.turns:
        assert made.paragraph_at(turn.start).body_start == turn.start


def test_an_answer_goes_on_in_paragraphs_without_a_label() -> None:
    made = article("Lee: Will it hold?\n\nTamm: No.\n\nIt leaks.\n\nLee: Why?\n\nTamm: Sand.\n")
    assert turns(made)[2] == ("Tamm", False, "It leaks.")


def test_labels_at_the_lines_of_one_paragraph_separate_its_sentences() -> None:
    made = article("Q: Will it hold?\nA: No. It\nleaks.\nQ: Why?\nA: Sand.\n")
    parts = [made.text[start:end] for start, end in made.paragraphs[-1].parts]
    assert [part.strip() for part in parts] == ["Will it hold?", "No. It\nleaks.", "Why?", "Sand."]


def test_bold_questions_make_an_interview_if_the_text_above_says_so() -> None:
    body = "**Will it hold?**\n\nNot for long.\n\nIt leaks.\n\n**And the gates?**\n\nThey are new.\n"
    assert [asked for _, asked, _ in turns(article(body))] == [True, False, False, True, False]
    assert article(body, "# The wall\n\nBy Tom Lee\n\nHere is what people want to know.\n\n").turns == ()


@pytest.mark.parametrize(
    "body",
    [
        "Note: the wall is old.\n\nIt leaks, and who will pay?\n\nUpdate: nobody will.\n",
        "Is it safe?\n\nI doubt it. The wall was built for another sea.\n\nSo what now?\n",
        "The choice is simple: pay or drown.\n\nMinistry: silent. Council: asleep.\n\nBoard: gone?\n",
        "First: the wall. Is it safe?\n\nSecond: the gates. Are they?\n\nThird: the sand. Is it?\n",
    ],
)
def test_other_texts_are_no_interviews(body: str) -> None:
    assert article(body, "# The wall\n\nBy Tom Lee\n\n3 May 2021\n\n").turns == ()


QUESTION = "Ms Tamm, you have kept the wall for thirty years. How did it begin?"
ANSWER = "I was a girl, and I carried sand."
INTRODUCTION = "Ilse Tamm has kept the wall since 1994. Tom Lee met her on the quay."
SET = "---\ntitle: The wall\nauthor: Ilse Tamm\n---\n\n"


@pytest.mark.parametrize(
    "rest",
    [
        "TL: Will it hold?\n\nIT: Not for long.\n\nTL: Why?\n\nIT: Sand.\n",
        "**Will it hold?**\n\nNot for long.\n\n**You say it leaks. Tell me more.**\n\nSand.\n\n**Why?**\n\nAge.\n",
    ],
    ids=["labels", "bold"],
)
def test_the_first_question_without_the_mark_of_the_others_is_the_interviewer_s(rest: str) -> None:
    made = article(f"{INTRODUCTION}\n\n{QUESTION}\n\n{ANSWER}\n\n{rest}", SET)
    assert [(asked, text) for _, asked, text in turns(made)][:3] == [
        (True, QUESTION),
        (False, ANSWER),
        (True, "Will it hold?"),
    ]
    assert not any(asked and "Sand" in text for _, asked, text in turns(made))


def test_the_question_above_a_labelled_answer_is_the_interviewer_s() -> None:
    made = article(f"{INTRODUCTION}\n\n{QUESTION}\n\nIT: {ANSWER}\n\nTL: Will it hold?\n\nIT: No.\n", SET)
    assert [(speaker, asked) for speaker, asked, _ in turns(made)] == [("TL", True), ("IT", False)] * 2


@pytest.mark.parametrize("author", ["Ilse Tamm", "Tom Lee"])
def test_what_introduces_an_interview_is_its_author_s_unless_the_author_answers(author: str) -> None:
    body = f"{INTRODUCTION}\n\nTL: Will it hold?\n\nIT: Not for long.\n\nTL: Why?\n\nIT: Sand.\n"
    made = article(body, SET.replace("Ilse Tamm", author))
    assert made.paragraphs[0].kind == ("note" if author == "Ilse Tamm" else "body")


def test_questions_that_address_the_author_make_an_interview() -> None:
    body = f"**{QUESTION}**\n\n{ANSWER}\n\n**Will it hold?**\n\nNot for long.\n"
    assert [asked for _, asked, _ in turns(article(body, SET))] == [True, False, True, False]
    assert article(body, SET.replace("Ilse Tamm", "Eva Roos")).turns == ()


def test_a_question_to_the_readers_and_an_introduction_are_not_the_interviewee_s() -> None:
    hook = "Have you ever wondered who keeps the wall?"
    rest = "Q: Will it hold?\n\nA: Not for long.\n\nQ: Why?\n\nA: Sand.\n"
    made = article(f"{hook}\n\n{INTRODUCTION}\n\n{rest}", SET.replace("Ilse Tamm", "Tom Lee"))
    assert [text for _, _, text in turns(made)] == ["Will it hold?", "Not for long.", "Why?", "Sand."]


def test_whoever_meets_somebody_else_in_the_introduction_made_no_interview() -> None:
    introduction = "The wall was finished in the year in which Anna Berg met Karl Holt. It has leaked since."
    body = f"{introduction}\n\nQ: Will it hold?\n\nA: Not for long.\n\nQ: Why?\n\nA: Sand.\n"
    assert article(body, SET.replace("Ilse Tamm", "Tom Lee")).paragraphs[0].kind == "body"
