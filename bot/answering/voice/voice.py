"""The voice of a span: the author, the author with a hedge, or a source whom the author reports. No I/O.

Quotations are masked (masking.py), reports found (reported_speech.py) and their sources resolved (people.py), hedges
found (hedges.py). A logistic regression (weights.py) over the resulting yes-or-no features (features.py) decides.
"""

import math

from index.articles.article import Article

from bot.answering.voice.features import SentenceFeatures, sentence_features
from bot.answering.voice.people import write_name
from bot.answering.voice.weights import WEIGHTS

AUTHOR, HEDGED, BYLINE, UNNAMED = "author", "author_hedged", "byline", "reported:unnamed"


def voice_of(article: Article, start: int, end: int) -> str:
    """Classify the voice of the span between two offsets of an article's text.

    Returns:
        "author", "author_hedged", "reported:NAME", "reported:unnamed" or "byline". Of several sentences the first
        reported one decides, else a hedged one.
    """
    if article.is_note(start) or any(line.start <= start < line.end for line in article.head):
        return BYLINE
    voices = [_classify(s) for s in sentence_features(article) if s.start < end and start < s.end]
    reported = [voice for voice in voices if voice.startswith("reported:")]
    return reported[0] if reported else HEDGED if HEDGED in voices else AUTHOR


def probabilities(features: frozenset[str]) -> tuple[float, float, float]:
    """Return the probabilities that a sentence with these features is the author's, hedged, and reported."""
    logits = [0.0, 0.0]
    for feature in ("bias", *features):
        for label, weight in enumerate(WEIGHTS.get(feature, (0.0, 0.0))):
            logits[label] += weight
    powers = [1.0, *(math.exp(logit) for logit in logits)]
    return powers[0] / sum(powers), powers[1] / sum(powers), powers[2] / sum(powers)


def _classify(sentence: SentenceFeatures) -> str:
    author, hedged, reported = probabilities(sentence.features)
    # What stands inside somebody's quotation marks is never the author's, whatever the weights say.
    if sentence.is_speech or (sentence.source is not None and reported >= max(author, hedged)):
        return f"reported:{write_name(sentence.source)}" if sentence.source else UNNAMED
    return HEDGED if hedged > author else AUTHOR
