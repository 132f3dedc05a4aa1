"""Pages as they are copied: an invented article with blocks that are not its argument, and quotations, mixed in."""

from dataclasses import dataclass

from hypothesis import strategies as st

HEAD = ("Leave the Lido Alone", "By Nadia Ferrant", "7 June 2023")
BODY = (
    "The lido at Carrow Bay opened in 1934, and it has lost money in every year since. That is what a public pool "
    "does: it turns money into swimmers.",
    "The council now wants to lease it to a hotel for ninety years. In return the hotel would mend the roof, which "
    "leaks, and the boiler, which does not need mending.",
    "I think the bargain is a bad one. A roof costs four hundred thousand pounds, and ninety years of a public beach "
    "cannot be had for that at any price.",
    "There is a better way. Charge the day visitors who come by coach, and let those who live in the town swim for "
    "nothing, as they have always done.",
    "Nobody who learned to swim there will thank us for a car park with a view of where the water used to be.",
)
QUESTIONS = (
    "What does the author argue about the lido?",
    "Is the lido a waste of money?",
    "What should the council do?",
    "How does it end?",
    "Summarise the article.",
)
_NAMES = st.sampled_from(("Per Lund", "Ola Brandt", "Mina Castellan", "Tess Arkwright", "Juan Peralta"))
_NUMBERS = st.integers(2, 900)
_HEADLINES = st.sampled_from(
    ("Lido roof will cost millions, says report", "Why the council must sell the lido", "Ten beaches for a hot week")
)


def _filled(*templates: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda template, name, n, headline: template.format(name=name, n=n, headline=headline),
        st.sampled_from(templates),
        _NAMES,
        _NUMBERS,
        _HEADLINES,
    )


ABOVE = _filled(
    "We value your privacy",
    "This site uses cookies. By using it you agree to our cookie policy and to the processing of personal data.",
    "Accept all cookies",
    "Manage preferences",
    "Skip to content",
    "Subscribe for £{n} a year",
    "{n} min read",
    "Share on Facebook\nShare on X\nCopy link",
)
BETWEEN = _filled(
    "Advertisement",
    "Related: {headline}",
    "READ MORE: {headline}",
    "Sign up for our newsletter: the lido is a waste of money, and {n} other stories in your inbox",
    "Sign up to our weekly newsletter",
    "The lido in winter. Photograph: {name}/Bay Pictures",
    "Photo: {name}",
    "[Image: swimmers at the lido]",
    "Article continues below advertisement",
    "https://bay.example/{n}/lido",
)
BELOW = _filled(
    "Correction: the lido opened in 1934, not in 1{n}.",
    "This article was amended on 9 June 2023. An earlier version said that the lease was for {n} years.",
    "Tags: lido, council, swimming",
    "Most read",
    "© 2023 The Bay Messenger. All rights reserved.",
    "This article is licensed under a Creative Commons Attribution 4.0 licence.",
    "Read next: {headline}",
    "Nadia Ferrant is a swimming teacher who thinks that the lido is worth every penny.",
)
COMMENTS = _filled(
    "{name}\n{n} days ago\nThe lido is a waste of money and the council should sell it today.\nReply",
    "Swimmer{n}\n2 hours ago\nI argue that the hotel should have it. Nobody swims in June.\nLike · Reply",
    "{name}: Well said, the council should be ashamed of the lido.",
)
QUOTATIONS = _filled(
    "“The lido is a waste of money, and it should be sold,” said {name}, who chairs the council.",
    "{name}, the mayor, said: “We cannot pay {n} pounds a swimmer for ever.”",
    "“Nobody needs a lido,” the hotel's director told the council.",
)


@dataclass(frozen=True)
class Page:
    """A page with its parts.

    Attributes:
        text: The text of the file.
        foreign: Numbers of the paragraphs that are not the author's text.
        quotations: Numbers of the paragraphs that consist of somebody's words.
    """

    text: str
    foreign: frozenset[int]
    quotations: frozenset[int]


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """Generate pages."""
    blocks: list[tuple[str, str]] = [(text, "above") for text in draw(st.lists(ABOVE, max_size=4, unique=True))]
    blocks += [(text, "head") for text in HEAD]
    for number, text in enumerate(BODY):
        if number:
            blocks += [(inserted, "between") for inserted in draw(st.lists(BETWEEN, max_size=2, unique=True))]
            blocks += [(inserted, "quotation") for inserted in draw(st.lists(QUOTATIONS, max_size=1))]
        blocks.append((text, "body"))
    blocks += [(text, "below") for text in draw(st.lists(BELOW, max_size=4, unique=True))]
    comments = draw(st.lists(COMMENTS, max_size=3, unique=True))
    if comments:
        blocks += [(f"{len(comments)} Comments", "comment"), *((text, "comment") for text in comments)]
    numbered = list(enumerate(blocks, 1))
    return Page(
        "\n\n".join(text for text, _ in blocks),
        frozenset(n for n, (_, place) in numbered if place in ("above", "between", "below", "comment")),
        frozenset(n for n, (_, place) in numbered if place == "quotation"),
    )
