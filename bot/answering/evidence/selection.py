"""Turn passages into ranked evidence (sentences that may answer), and select what to quote. No I/O."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from index.articles.article import Article
from index.search import Hit
from index.text.passages import Sentence
from index.text.words import terms, words

from bot.answering.evidence.windows import Logits, SentenceWindow
from bot.answering.types import UNREAD, Evidence
from bot.answering.voice.interviews import asks

# The weights, beside the sentence's own cosine, of the reader's logit, the coverage of the question's terms, the
# passage's cosine and its search score. Tuned together with the quote limits on opinion articles (docs/results.md).
READER, COVERAGE, PASSAGE_COSINE, PASSAGE_SCORE = 0.2, 0.1, 1.0, 0.04
# The lowest logit that counts: a sentence that the reader rejects, or did not read, may still rank by its similarity.
MIN_LOGIT = -6.0
# Score changes for a sentence quoted in the last exchange, and for the one after it.
ALREADY_QUOTED, AFTER_QUOTED = -0.2, 0.2
# Score change for a sentence that is a question itself: it seldom answers one.
IS_QUESTION = -0.15


def collect_evidence(
    hits: Iterable[Hit], question: Mapping[str, float], idf: Callable[[str], float], context: str = ""
) -> list[Evidence]:
    """Rank the sentences of passages by similarity to the question, best first, without repetitions.

    Args:
        hits: The passages that the search returned.
        question: The weight of each stemmed term of the question.
        idf: The inverse document frequency of a stemmed term.
        context: The last exchange, or "".
    """
    last_exchange = f" {' '.join(words(context))} "
    weights = {term: weight * idf(term) for term, weight in question.items()}
    total = sum(weights.values()) or 1.0
    collected = []
    fragments: set[Sentence] = set()
    for hit in hits:
        after_quoted = False
        fragments |= _fragments(hit.passage.sentences)
        for sentence, cosine in zip(hit.passage.sentences, hit.sentence_cosines, strict=True):
            contained = _terms(sentence.text)
            coverage = sum(weight for term, weight in weights.items() if term in contained) / total
            score = cosine + COVERAGE * coverage + PASSAGE_COSINE * hit.passage_cosine + PASSAGE_SCORE * hit.score
            quoted = _was_quoted(sentence.text, last_exchange)
            score += ALREADY_QUOTED if quoted else AFTER_QUOTED if after_quoted else 0.0
            score += IS_QUESTION if _is_question(sentence.text) else 0.0
            after_quoted = quoted
            collected.append(Evidence(hit.passage, sentence, score, cosine, coverage))
    collected.sort(key=lambda e: (-e.score, e.sentence.start))
    return _without_repetition([e for e in collected if e.sentence not in fragments] or collected)


def replace_questions(ranked: Sequence[Evidence], articles: Mapping[str, Article]) -> list[Evidence]:
    """Replace the questions of an interviewer by what answers them: the next sentence of the passage gets their score.

    Args:
        ranked: The evidence, best first.
        articles: The articles, by id.
    """

    def is_asked(evidence: Evidence) -> bool:
        return asks(articles[evidence.passage.article], evidence.sentence.start)

    in_order = sorted(ranked, key=lambda e: (e.passage.id, e.sentence.start))
    scores: dict[Sentence, float] = {}
    asked: Evidence | None = None
    for evidence in in_order:
        if is_asked(evidence):
            asked = evidence
        elif asked is not None:
            if asked.passage.id == evidence.passage.id:
                scores[evidence.sentence] = asked.score
            asked = None
    if not scores:
        return [e for e in ranked if not is_asked(e)] or list(ranked)
    kept = (replace(e, score=max(e.score, scores.get(e.sentence, e.score))) for e in ranked if not is_asked(e))
    return sorted(kept, key=lambda e: (-e.score, e.sentence.start))


def rerank(ranked: Sequence[Evidence], windows: Iterable[SentenceWindow], logits: Iterable[Logits]) -> list[Evidence]:
    """Add the reader's logits to the evidence and sort it again, best first.

    Args:
        ranked: The evidence before reading.
        windows: The windows that were read.
        logits: For each window the reader's logits, shape (sentences, 2).
    """
    by_sentence = {
        sentence: (float(answer), float(correction))
        for window, rows in zip(windows, logits, strict=True)
        for sentence, (answer, correction) in zip(window.sentences, rows, strict=True)
    }
    reranked = []
    for evidence in ranked:
        answer, correction = by_sentence.get(evidence.sentence, (UNREAD, UNREAD))
        score = evidence.score + READER * max(answer, MIN_LOGIT)
        reranked.append(replace(evidence, score=score, answer_logit=answer, correction_logit=correction))
    return sorted(reranked, key=lambda e: (-e.score, e.sentence.start))


class QuoteLimits(NamedTuple):
    """Limits on what one reply quotes.

    Attributes:
        quotes: The most sentences.
        words: The most words of all quotes together.
        margin: How far a sentence's score may be below the best one's.
    """

    quotes: int
    words: int
    margin: float


def select_quotes(ranked: Sequence[Evidence], limits: QuoteLimits) -> list[Evidence]:
    """Select the best sentences within the limits; the first is taken even if it is too long."""
    chosen: list[Evidence] = []
    length = 0
    for evidence in ranked:
        if len(chosen) == limits.quotes or (chosen and chosen[0].score - evidence.score > limits.margin):
            break
        size = len(evidence.sentence.text.split())
        if chosen and length + size > limits.words:
            continue
        chosen.append(evidence)
        length += size
    return chosen


@lru_cache(maxsize=8_192)
def _terms(sentence: str) -> frozenset[str]:
    """Return the stemmed terms of a sentence; cached, as most questions about an article find the same sentences."""
    return frozenset(terms(sentence))


def _fragments(sentences: Sequence[Sentence]) -> set[Sentence]:
    """Return the "sentences" of a passage that make no statement of their own: a signature, a salutation, a subheading.

    The points of a list do, however short: several sentences of one paragraph have no punctuation mark at the end.
    """
    incomplete = Counter(s.paragraph for s in sentences if not _is_complete(s.text))
    return {s for s in sentences if _is_fragment(s.text, is_point=incomplete[s.paragraph] > 1)}


def _is_fragment(text: str, *, is_point: bool) -> bool:
    length = len(text.split())
    if length < 15 and text.rstrip().endswith(":"):
        return True
    return length < (2 if is_point else 3) or (length < 5 and not is_point and not _is_complete(text))


def _is_question(sentence: str) -> bool:
    return sentence.rstrip("\"”'’)*_ ").endswith("?")


def _was_quoted(sentence: str, last_exchange: str) -> bool:
    """Whether the last exchange contains five consecutive words of a sentence."""
    own = words(sentence) if last_exchange.strip() else []
    return any(f" {' '.join(own[i : i + 5])} " in last_exchange for i in range(max(0, len(own) - 4)))


def _without_repetition(ranked: list[Evidence]) -> list[Evidence]:
    """Keep repeated sentences once, at the better rank; a pull-quote is replaced by the sentence that it repeats."""
    kept: dict[str, Evidence] = {}
    for evidence in ranked:
        text = f" {' '.join(words(evidence.sentence.text))} "
        same = next(
            (other for other in kept if text in other or (other in text and len(other) > 0.6 * len(text))), None
        )
        if same is None:
            kept[text] = evidence
        elif not _is_complete(kept[same].sentence.text) and _is_complete(evidence.sentence.text):
            kept[same] = replace(evidence, score=kept[same].score)
    return list(kept.values())


def _is_complete(text: str) -> bool:
    """Whether a sentence ends with a closing punctuation mark."""
    return text.rstrip("\"”'’)*_ ").endswith((".", "!", "?", "…"))
