"""Markdown: a reader of the page sees no marks, addresses, pictures or comments."""

import pytest

from index.articles.article import Article
from index.articles.parse import parse
from index.text.passages import find_sentences
from index.text.sentences import sentence_spans

from tests.index.articles.samples import paragraphs

ABOVE = "The orchard was felled on a Sunday.\n\nNobody in the village had signed for it.\n\n"


def read(markdown: str) -> Article:
    return parse("x.md", (ABOVE + markdown + "\n\nAnd so it ended.\n").encode())


def text_of(markdown: str) -> str:
    return "\n\n".join(paragraphs(read(markdown))[2:-1])


def sentences_of(markdown: str) -> list[str]:
    article = read(markdown)
    return [s.text for p in article.paragraphs[2:-1] for s in find_sentences(article, p, sentence_spans)]


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("The **old** *pears* and ***the*** _plums_ went.", "The old pears and the plums went."),
        ("The **old *pears* of** Lund.", "The old pears of Lund."),
        ("The `pears = 3` and ``a ` b`` went.", "The pears = 3 and a ` b went."),
        ("The ~~new~~ pears cost ~3 crowns or ~4.", "The pears cost ~3 crowns or ~4."),
        ("The [old pears](https://x.example/a_(b)?c=1 \"By the wall\") went.", "The old pears went."),
        ("The [**old** pears](<https://x.example>), [plums](b.md).", "The old pears, plums."),
        ("Write to <lund@x.example> or see <https://x.example/a>.", "Write to lund@x.example or see https://x.example/a."),
        ("The [pears][1], [plums][] and [a].\n\n[1]: /pears\n[plums]: <b> 'c'\n[a]: d", "The pears, plums and a."),
        ("The ![a pear](https://x.example/pear.jpg) went.", "The went."),
        ("The [![a pear](p.jpg)](https://x.example) went.", "The went."),
        ("The [[Old pears|pears]] of [[Lund]] went. ![[pear.png]]", "The pears of Lund went."),
        ("The ==old pears== went, 2 == 2.", "The old pears went, 2 == 2."),
        ("The pears %%or plums?%% went.", "The pears went."),
        ("The pears <!-- or plums? --> went.", "The pears went."),
        ("The <b>old</b> pears<br>and <span class=\"a\">plums</span> went.", "The old pears\nand plums went."),
        (r"The \*old\* pears \[sic\] cost 3\$ \& more.", "The *old* pears [sic] cost 3$ & more."),
        ("Lund &amp; Quill &ndash; the pears&nbsp;went.", "Lund & Quill – the pears went."),
        ("The pears went.[^1] The plums[^b] too.[^c]\n\n[^1]: In 1914.\n[^b]: Why?", "The pears went. The plums too."),
        ("The pears went.[1](#fn1) The plums [↩](#ref) too.", "The pears went. The plums too."),
        ("The pears.<sup>1</sup> 3 m<sup>2</sup> of plums<sup>[2]</sup> too.", "The pears. 3 m2 of plums too."),
        ("The pears went.  \nThe plums too.\\\nAnd the swing.", "The pears went.  \nThe plums too.\nAnd the swing."),
        ("2 * 3 * 4 and snake_case_words and * one.", "2 * 3 * 4 and snake_case_words and * one."),
        ("The pears [went and a [b] c](", "The pears [went and a [b] c]("),
        ("# The *Orchard* #", "# The Orchard"),
        ("The Orchard\n===========", "# The Orchard"),
        ("The pears went.\n---", "The pears went."),
        ("> The pears went.\n> Then *the plums*.", "The pears went.\nThen the plums."),
        ("> > The pears went.\nThen the plums.", "The pears went.\nThen the plums."),
        ("> [!quote] What Lund wrote\n> The pears went.", "What Lund wrote\nThe pears went."),
        ("The pears went. ^a1b2c3", "The pears went."),
        ("{% include ad.html %}The pears{{< figure a >}} went.", "The pears went."),
        ("```\npears = 3\n```", "pears = 3"),
    ],
)  # fmt: skip
def test_a_reader_sees_no_marks(markdown: str, shown: str) -> None:
    assert text_of(markdown).rstrip().split("\n\n")[0] == shown.rstrip()


@pytest.mark.parametrize(
    "markdown",
    [
        "![The orchard in May](https://x.example/may.jpg)",
        "[![The orchard in May](may.jpg)](https://x.example)",
        "![[may.jpg]]",
        "<!-- promo -->",
        "<!-- promo\nand more -->",
        "%% to do %%",
        "***",
        "[pears]: https://x.example/pears",
        "<script>\nlet pears = 3;\n</script>",
        '<img src="may.jpg" alt="The orchard in May">',
        "{% include newsletter.html %}",
        "~~Nobody knew.~~",
    ],
)
def test_a_block_of_which_nothing_is_text_keeps_its_number(markdown: str) -> None:
    article = read(markdown)
    assert paragraphs(article) == [*ABOVE.strip().split("\n\n"), "", "And so it ended."]
    assert [(p.number, p.kind) for p in article.paragraphs][2:] == [(3, "furniture"), (4, "body")]
    assert not list(find_sentences(article, article.paragraphs[2], sentence_spans))


def test_a_comment_over_several_blocks_is_no_text() -> None:
    assert paragraphs(read("<!-- one\n\ntwo\n\nthree -->"))[2:5] == ["", "", ""]
    assert paragraphs(read("%% one\n\ntwo %%"))[2:4] == ["", ""]


def test_a_comment_that_never_ends_hides_nothing() -> None:
    assert "Nobody else did." in text_of("<!-- promo\n\nNobody else did.")


def test_the_rows_of_a_table_are_sentences_of_their_own() -> None:
    table = "| Tree | Felled |\n|:-----|-------:|\n| The **pear** | 1914 |\n| The plum | |"
    assert text_of(table) == "Tree; Felled\nThe pear; 1914\nThe plum"
    assert sentences_of(table) == ["Tree; Felled", "The pear; 1914", "The plum"]


def test_a_heading_is_a_sentence_of_its_own() -> None:
    assert sentences_of("## The plums\nThey went next.") == ["The plums", "They went next."]


def test_a_block_quotation_is_marked_as_one() -> None:
    article = read("Lund wrote:\n\n> The pears went.\n>\n> Then the plums.\n\n> - The swing.\n\nSo it was.")
    assert [p.quoted for p in article.paragraphs] == [False, False, False, True, True, False, False]


@pytest.mark.parametrize("mark", ["[!note]", "[!warning]- My view", "[!TIP]+", "[!abstract|wide] Summary"])
def test_a_callout_is_a_remark_of_whoever_keeps_the_file(mark: str) -> None:
    article = read(f"> {mark}\n> The mayor is lying here.\n>\n> So is the clerk.")
    (callout,) = article.paragraphs[2:-1]
    assert (callout.kind, callout.quoted) == ("comment", False)
    assert article.text[callout.start : callout.end].endswith("The mayor is lying here.\nSo is the clerk.")
    assert sentences_of(f"> {mark}\n> The mayor is lying here.") == []


def test_a_callout_below_the_lines_of_a_paragraph_is_no_part_of_it() -> None:
    assert sentences_of("The pears went first.\n> [!note] Check this\n> Which pears?") == ["The pears went first."]


def test_a_quotation_in_a_callout_is_one() -> None:
    (quotation,) = read("> [!quote] The clerk\n> The wall is safe.").paragraphs[2:-1]
    assert (quotation.kind, quotation.quoted) == ("body", True)


def test_a_quotation_in_the_middle_of_a_block_is_apart_from_the_words_above_it() -> None:
    article = read("Lund wrote\n> the pears went\n> and the plums")
    assert [article.text[a:b].strip() for a, b in article.paragraphs[2].parts] == [
        "Lund wrote",
        "the pears went\nand the plums",
    ]


def test_a_footnote_is_a_note_and_no_paragraph_of_the_argument() -> None:
    article = read("The pears went.[^1]\n\n[^1]: Harbour Board, *Count*, 2023.\n[^2]: And more.")
    note = article.paragraphs[3]
    assert (note.kind, note.footnote) == ("note", True)
    assert article.text[note.body_start : note.end] == "Harbour Board, Count, 2023.\nAnd more."


def test_a_last_paragraph_in_emphasis_is_the_author_note() -> None:
    article = parse("x.md", (ABOVE + "And so it ended.\n\n*Read more of this in May.*\n").encode())
    assert article.note == "Read more of this in May."


def test_a_mark_at_the_border_of_blocks_is_no_mark_of_both() -> None:
    assert text_of("The *pears\n\nand* the plums") == "The *pears\n\nand* the plums"


@pytest.mark.parametrize(
    "link", ['[pears](https://x.example/a "By the wall")', "[[Old pears|pears]]", "![a](/b.png)pears"]
)
def test_a_text_file_with_the_links_of_markdown_is_markdown(link: str) -> None:
    article = parse("x.txt", (ABOVE + f"The **old** {link} went.\n\nAnd so it ended.").encode())
    assert paragraphs(article)[2] == "The old pears went."


def test_other_text_files_are_not_markdown() -> None:
    text = "The **old** pears [sic] (they say) and a[1](2) _went_ <b>."
    assert paragraphs(parse("x.txt", f"{ABOVE}{text}\n\nAnd so it ended.".encode()))[2] == text


@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_lines_that_mail_marks_as_quoted_are_a_block_quotation(name: str) -> None:
    article = parse(name, (ABOVE + "Lund wrote:\n\n> The pears went,\n> and the plums.\n\nNot so.").encode())
    assert paragraphs(article)[3] == "The pears went,\nand the plums."
    assert [p.quoted for p in article.paragraphs] == [False, False, False, True, False]


def test_more_than_is_no_mark_of_a_quotation_in_plain_text() -> None:
    article = parse("x.txt", (ABOVE + "> 50% of the pears went.\n\nSo it ended.").encode())
    assert paragraphs(article)[2] == "> 50% of the pears went."
    assert not article.paragraphs[2].quoted
