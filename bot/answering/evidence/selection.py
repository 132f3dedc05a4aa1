"""Turn passages into ranked evidence: sentences that may answer. No I/O."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from index.articles.article import Article
from index.search import Hit
from index.text.passages import Sentence
from index.text.words import terms, words

from bot.answering.evidence.network import ANSWERS, CORRECTS, WindowReading
from bot.answering.evidence.usefulness import usefulness
from bot.answering.evidence.windows import SentenceWindow
from bot.answering.types import UNREAD, Evidence
from bot.answering.voice.interviews import asks

# The weights, beside the sentence's own cosine, of the coverage of the question's terms, the passage's cosine and its
# search score. Tuned on opinion articles (docs/results.md).
COVERAGE, PASSAGE_COSINE, PASSAGE_SCORE = 0.1, 1.0, 0.04
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


def rerank(
    ranked: Sequence[Evidence],
    windows: Iterable[SentenceWindow],
    readings: Iterable[WindowReading],
    *,
    asks_for_several: bool,
) -> list[Evidence]:
    """Add the reader's logits and the usefulness to the evidence and sort it again: what was read comes first.

    Args:
        ranked: The evidence before reading, best first.
        windows: The windows.
        readings: Their readings.
        asks_for_several: The question asks for reasons or a list.
    """
    rows = {
        sentence: row
        for window, reading in zip(windows, readings, strict=True)
        for sentence, row in zip(window.sentences, reading.sentences, strict=True)
        if row[ANSWERS] > UNREAD
    }
    found = [
        replace(evidence, answer_logit=float(row[ANSWERS]), correction_logit=float(row[CORRECTS]))
        for evidence in ranked
        if (row := rows.get(evidence.sentence)) is not None
    ]
    probabilities = usefulness(found, asks_for_several=asks_for_several)
    found = [replace(e, usefulness=p) for e, p in zip(found, probabilities, strict=True)]
    found.sort(key=lambda e: (-e.usefulness, e.sentence.start))
    return [*found, *(e for e in ranked if e.sentence not in rows)]


def names_all(ranked: Iterable[Evidence], asked: Collection[str]) -> bool:
    """Whether one sentence has all of some stemmed terms, of which there is at least one."""
    return bool(asked) and any(_terms(evidence.sentence.text).issuperset(asked) for evidence in ranked)


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
