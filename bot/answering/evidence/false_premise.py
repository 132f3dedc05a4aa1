"""How likely a question takes something for granted that the article denies. No I/O."""

import re
from collections.abc import Iterable, Sequence
from math import exp

from index.text.words import terms

from bot.answering.types import Evidence

_PRESUMES = re.compile(
    r"^\W*(?:\w+\W+){0,3}?(?:why|how come|how can|how could|since|given that|so|if)\b"
    r"|\bwhy (?:does|did|is|do|are|was|were)\b",
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    r"\b(?:claim|say|think|admit|argue|support|praise|want|believe|insist|defend|demand|call)s?\b", re.IGNORECASE
)
# "does he think" is not part of what a question presumes.
_ATTRIBUTES = re.compile(
    r"\b(?:does|did|do|can|could)\s+(?:he|she|they|the (?:author|writer)|[A-Z]\w+)\s+(?:\w+ly\s+)?(?:think|say|want"
    r"|believe|claim|argue|insist|admit|write|see|feel|hope|fear|expect|consider|call)s?\b(?:\s+that)?"
)
_NEGATES = re.compile(
    r"\b(?:not|no|never|nor|nothing|none|neither|nobody|hardly|scarcely|without|cannot)\b|n['’]t\b", re.IGNORECASE
)
# A sentence with so large a share of a premise's words, and no negation, states it. On labelled questions, of the leads
# that call a premise doubtful, this removes 3 on true premises and none on false ones.
STATED_SHARE = 0.75
# So many equal letters at the start make words of one family: Syria, Syrian.
_FAMILY = 5
# How many of the best sentences are considered.
SENTENCES = 3

# Fitted by training/fit.py. Of the questions classified as such, half have a false premise.
WEIGHTS = (1.06, 2.24, 1.19)
BIAS = -2.7


def premise_features(question: str, ranked: Sequence[Evidence]) -> tuple[float, ...]:
    """Return the features of the regression, in the order of WEIGHTS.

    They are the highest logit that one of the best sentences corrects a premise; whether the question presumes
    something ("why …"); and whether it mentions a claim ("… says").
    """
    return (
        max(evidence.correction_logit for evidence in ranked[:SENTENCES]),
        float(bool(_PRESUMES.search(question))),
        float(bool(_CLAIMS.search(question))),
    )


def false_premise_probability(question: str, ranked: Sequence[Evidence]) -> float:
    """Return the probability, 0 to 1, that the best sentences deny a premise of a question that they answer."""
    features = premise_features(question, ranked)
    logit = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))
    return 1 / (1 + exp(-logit))


def is_premise_stated(question: str, sentences: Iterable[str], authors: Iterable[str]) -> bool:
    """Whether one of the sentences states what a question presumes, in its words.

    Args:
        question: the question.
        sentences: the sentences that answer it.
        authors: the authors' names, which are not part of the premise.
    """
    names = {term for author in authors for term in terms(author)}
    premise = set(terms(_ATTRIBUTES.sub(" ", question))) - names
    if not premise:
        return False
    for sentence in sentences:
        said = set(terms(sentence))
        families = {term[:_FAMILY] for term in said if len(term) >= _FAMILY}
        shared = sum(term in said or term[:_FAMILY] in families for term in premise)
        if shared / len(premise) >= STATED_SHARE and not _NEGATES.search(sentence):
            return True
    return False
