"""Dates in many forms and languages."""

import pytest

from index.articles.metadata.dates import dateline_date, read_date, split_date

from tests.index.articles.samples import TITLE, article_with


@pytest.mark.parametrize(
    "printed",
    [
        "14 March 2024",
        "Thursday, March 14th, 2024",
        "2024/03/14",
        "2024.03.14",
        "14/03/24",
        "14.03.24",
        "14. 3. 2024",
        "14-Mar-2024",
        "2024-03-14T20:11:32+01:00",
        "2024 March 14",
        "14. März 2024",
        "le 14 mars 2024",
        "14 de marzo de 2024",
        "14 marzo 2024",
        "14 de março de 2024",
        "14 de març de 2024",
        "14 maart 2024",
        "14 mars 2024",
        "14. marts 2024",
        "14. maaliskuuta 2024",
        "14 marca 2024",
        "14. března 2024",
        "14 березня 2024 р.",
        "14 марта 2024 г.",
        "14 сакавіка 2024",
        "14 март 2024",
        "14. ožujka 2024",
        "14 martie 2024",
        "2024. március 14.",
        "14 Μαρτίου 2024",
        "14 Mart 2024",
        "2024. gada 14. marts",
        "14. märts 2024",
        "14 Maret 2024",
        "14 tháng 3 năm 2024",
        "14 مارس 2024",
        "14 מרץ 2024",
        "2024年3月14日",
        "2024년 3월 14일",
    ],
)
def test_a_date_is_read_in_the_forms_of_many_countries(printed: str) -> None:
    dated = split_date(printed)
    assert (dated.date, dated.leftover) == ("2024-03-14", "")


@pytest.mark.parametrize("printed", ["3/4/2024", "03-04-2024", "3/4/24"])
def test_a_date_whose_order_is_unclear_is_kept_as_printed(printed: str) -> None:
    assert read_date(f"Posted {printed}") == printed


@pytest.mark.parametrize(
    "text", ["3 views in 2024", "it may 3 times", "April Jones 2024", "Chapter 12 Summer 2019", "32/13/2024", "1.2.345"]
)
def test_numbers_and_names_are_not_dates(text: str) -> None:
    assert read_date(text) is None


def test_a_year_of_two_digits_is_of_the_20th_century_from_69_on() -> None:
    assert (read_date("14.03.68"), read_date("14.03.69")) == ("2068-03-14", "1969-03-14")


@pytest.mark.parametrize(
    "dateline",
    [
        "HARLOW, April 3, 2022 — ",
        "HARLOW, England, April 3, 2022 (HP) -- ",
        "Harlow, 3 April 2022 – ",
        "HARLOW (April 3, 2022) — ",
        "Harlow, 3. April 2022. — ",
        "(HARLOW, April 3, 2022) ",
        "April 3, 2022 | ",
    ],
)
def test_a_dateline_gives_the_date(dateline: str) -> None:
    assert dateline_date(f"{dateline}The council met at night.") == "2022-04-03"
    assert article_with(f"{TITLE}\n\n{dateline}The council met at night.").published == "2022-04-03"


@pytest.mark.parametrize(
    "text",
    [
        "On April 3, 2022, the council met — at night.",
        "In the vote of April 3, 2022 — a bad day — the council lost.",
        "In Harlow, April 3, 2022 — a bad day — was a Sunday.",
        "HARLOW, April 3 — The council met.",
        "HARLOW — The council met on April 3, 2022.",
        "May 10, 1940 – the day on which he took office – is remembered.",
        "June 6, 1944 — D-Day — changed it.",
        "Ravenna, May 10, 1940 – the day on which he took office – is remembered.",
    ],
)
def test_a_sentence_with_a_date_is_no_dateline(text: str) -> None:
    assert dateline_date(text) is None


def test_a_date_in_the_head_counts_more_than_a_dateline() -> None:
    article = article_with(f"{TITLE}\n\n4 May 2024\n\nHARLOW, April 3, 2022 — The council met at night.")
    assert article.published == "2024-05-04"
