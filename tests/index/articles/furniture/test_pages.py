"""Generated pages: all that is mixed into an article is set aside, and nothing else."""

from hypothesis import HealthCheck, given, settings

from index.articles.parse import parse

from tests.support.examples import examples
from tests.support.pages import BODY, HEAD, Page, pages


@settings(max_examples=examples(60), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_what_is_mixed_in_is_set_aside_and_the_article_is_not(page: Page) -> None:
    article = parse("page.txt", page.text.encode())
    kinds = {p.number: p.kind for p in article.paragraphs}
    text = {p.number: article.text[p.start : p.end] for p in article.paragraphs}
    assert {n: text[n] for n in page.foreign if kinds[n] == "body"} == {}
    assert {n: text[n] for n in page.quotations if kinds[n] != "body"} == {}
    body = [text[n] for n in text if kinds[n] == "body" and n not in page.quotations]
    assert body == list(BODY)
    assert (article.title, article.authors, article.published) == (HEAD[0], ("Nadia Ferrant",), "2023-06-07")
    assert "\n\n".join(text.values()) == page.text
