"""Whose words those of an interview are."""

from index.articles.article import Article
from index.articles.parse import parse
from index.text.passages import split
from index.text.sentences import sentence_spans

from bot.answering.voice.interviews import interviewees, interviewers
from bot.answering.voice.voice import AUTHOR, voice_of


def article(body: str, head: str) -> Article:
    return parse("talk.txt", (head + body).encode())


def voices(made: Article) -> dict[str, str]:
    return {s.text: voice_of(made, s.start, s.end) for p in split(made, sentence_spans) for s in p.sentences}


BODY = "Q: Will it hold?\n\nA: Not for long. “It never held,” Olav Brekke told me.\n\nQ: Why?\n\nA: The sand is wet.\n"


def test_the_answers_are_those_of_whom_the_text_above_names() -> None:
    made = article(BODY, "The wall\n\n3 May 2021\n\nInterview by Tom Lee\n\nThe engineer Ilse Tamm knows the wall.\n\n")
    assert interviewers(made) == ("Tom Lee",)
    assert interviewees(made) == ("Ilse Tamm",)
    found = voices(made)
    assert found["The engineer Ilse Tamm knows the wall."] == AUTHOR
    assert found["The sand is wet."] == "reported:Ilse Tamm"


def test_labels_are_completed_to_names() -> None:
    body = "TL: Will it hold?\n\nTAMM: No.\n\nTL: Why?\n\nTAMM: Sand.\n"
    made = article(body, "The wall\n\n3 May 2021\n\nTom Lee met the engineer, Ilse Tamm, at the gate.\n\n")
    assert (interviewers(made), interviewees(made)) == (("Tom Lee",), ("Ilse Tamm",))


def test_an_interviewee_who_is_the_author_speaks_as_the_author() -> None:
    body = (
        "I was asked about the wall for an evening and a half, by a man who had read every report on it.\n\n"
        "Lee: Will the wall hold for another winter, as the council has told everybody who lives behind it?\n\n"
        "Ilse Tamm: Not for long. The sand under it has been wet since the gates were built, and it moves.\n\n"
        "Lee: Why has nobody said so before, if the sand has been wet for all of these years?\n\n"
        "Ilse Tamm: They did. The reports are in the cellar of the town hall, where the water is as well.\n\n"
        "Lee: And who is going to pay for a new one?\n"
    )
    made = article(body, "The wall\n\nBy Ilse Tamm\n\n3 May 2021\n\n")
    found = voices(made)
    assert found["Not for long."] == AUTHOR
    assert found["And who is going to pay for a new one?"].startswith("reported:")


def test_nobody_named_answers_as_somebody_unnamed() -> None:
    made = article(BODY, "The wall\n\n3 May 2021\n\nThis is about the wall.\n\n")
    assert voices(made)["The sand is wet."] == "reported:unnamed"


def test_each_question_shares_a_passage_with_its_answer_and_no_label_is_in_a_sentence() -> None:
    made = article(BODY, "The wall\n\n3 May 2021\n\nThis is about the wall, which is old, long and grey.\n\n")
    passages = split(made, sentence_spans)
    assert [passage.sentences[0].text for passage in passages][1:] == ["Will it hold?", "Why?"]
    assert not any(s.text.startswith(("Q:", "A:")) for passage in passages for s in passage.sentences)
