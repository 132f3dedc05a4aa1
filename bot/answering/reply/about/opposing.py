"""Quote the opposing views that an article itself reports."""

from index.articles.article import Article

from bot.answering.question.forms import any_of
from bot.answering.reply.about.places import body_sentences
from bot.answering.reply.citations import quote
from bot.answering.types import Quote

MAX_QUOTES = 3
# Words with which opinion articles introduce what others hold against them. Of 67 sentences with these words and a
# reported voice in labelled articles, 46 were labelled as opposing the article's argument.
_OTHERS = any_of(
    r"\b(?:critics|opponents|sceptics|skeptics|detractors|defenders|advocates|supporters|proponents|objectors)\b",
    r"\bthe other side\b|\bthose who (?:oppose|disagree|object|defend|support|favou?r|argue|say|think|believe)\b",
    r"\b(?:some|many|others|people|they) (?:\w+ )?(?:say|argue|claim|object|insist|believe|think|will say|may say"
    r"|would say|might say|will argue|will object|will reply|reply|answer|worry|complain|contend|point out)\b",
    r"\bobjection\b|\bcounter-?argument\b|\b(?:argument|case) against\b|\byou may (?:say|object|ask)\b|\bwe are told\b",
    r"\bit (?:is|will be|may be|might be|can be|has been) (?:often |sometimes |also )?"
    r"(?:said|argued|objected|claimed|urged|asked|answered)\b",
    r"\bthe (?:usual|standard|common|strongest|best|obvious) (?:argument|answer|reply|objection|case)\b",
)


def quote_opposing(article: Article) -> tuple[Quote, ...]:
    """Quote the first sentences in which an article reports what others hold against its view; none if it does not."""
    found = (quote(article, *span) for span in body_sentences(article) if _OTHERS.search(article.text[slice(*span)]))
    return tuple(q for q in found if q.voice.startswith("reported:"))[:MAX_QUOTES]
