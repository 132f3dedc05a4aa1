"""Lists in plain text and in Markdown: each point is a sentence of its own, without its mark."""

import pytest

from index.articles.parse import parse
from index.text.passages import split
from index.text.sentences import sentence_spans


def sentences_of(body: str, name: str = "x.txt") -> list[str]:
    article = parse(name, f"The orchard was felled on a Sunday.\n\n{body}\n\nNobody signed.".encode())
    sentences = [sentence for passage in split(article, sentence_spans) for sentence in passage.sentences]
    assert all(article.text[s.start : s.end] == s.text for s in sentences)
    return [sentence.text for sentence in sentences][1:-1]


@pytest.mark.parametrize("name", ["x.txt", "x.md"])
@pytest.mark.parametrize("mark", ["•", "‣", "■", "-", "–", "*"])
def test_each_point_of_a_list_is_a_sentence_without_its_mark(name: str, mark: str) -> None:
    body = f"What went:\n{mark} The pears by the wall\n{mark} The plums,\n   old as they were\n{mark} A swing. It hung."
    points = ["The pears by the wall", "The plums,\n   old as they were", "A swing.", "It hung."]
    assert sentences_of(body, name) == ["What went:", *points]


@pytest.mark.parametrize("form", ["{}. {}", "{}) {}", "({}) {}"])
def test_each_point_of_a_numbered_list_is_a_sentence_without_its_number(form: str) -> None:
    body = "\n".join(form.format(n, text) for n, text in enumerate(["Freeze the rents", "Ask the tenants"], 1))
    assert sentences_of(body) == ["Freeze the rents", "Ask the tenants"]


@pytest.mark.parametrize("marks", ["a) b) c)", "i. ii. iii.", "(h) (i) (j)", "\uf0b7 \uf0b7 \uf0b7", "✅ ✅ ✅"])
def test_points_may_have_letters_roman_numbers_or_signs(marks: str) -> None:
    points = ["Freeze the rents", "Ask the tenants", "Sell the mill"]
    assert sentences_of("\n".join(map(" ".join, zip(marks.split(), points, strict=True)))) == points


def test_points_may_be_paragraphs() -> None:
    assert sentences_of("1. Freeze the rents\n\n2. Ask the tenants") == ["Freeze the rents", "Ask the tenants"]
    assert sentences_of("• Freeze the rents\n\n• Ask the tenants") == ["Freeze the rents", "Ask the tenants"]


@pytest.mark.parametrize(
    "body",
    [
        "1914. That was the year.",
        "3. That is the number of pears.",
        "- That was all.",
        "— Where did they go?\n— Nobody knows.",
        "– Where did they go?\n– To the mill, said Lund.",
        "It came to 12\n13 if you count the swing",
        "12. May was warm.\n30. June was not.",
        "a. That was one.\na. That was one more.",
    ],
)
def test_a_number_or_a_dash_at_the_start_of_a_line_is_not_always_a_mark(body: str) -> None:
    assert "".join("".join(sentences_of(body)).split()) == "".join(body.split())


def test_a_task_of_a_markdown_list_loses_its_box() -> None:
    assert sentences_of("- [ ] Freeze the rents\n- [x] Ask the tenants", "x.md") == [
        "Freeze the rents",
        "Ask the tenants",
    ]
