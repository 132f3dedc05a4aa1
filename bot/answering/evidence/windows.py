"""Windows: runs of sentences that the reader scores together. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.search import Hit
from index.text.passages import Sentence

from bot.answering.types import Evidence

# Word limits of one window and of all windows together. To skim more was measured to find nothing more: what answers is
# nearly always in the third of an article that is most similar to the question.
WINDOW_WORDS, SKIMMED_WORDS = 70, 1_100
# What a window costs besides its sentences, in words: the question is read again, and the sentence before it.
OVERHEAD = 40


@dataclass(frozen=True, slots=True)
class SentenceWindow:
    """Consecutive sentences of one passage.

    Attributes:
        sentences: The sentences to score, in text order.
        before: The text of the sentence before them, "" at the beginning of an article.
    """

    sentences: tuple[Sentence, ...]
    before: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the sentences."""
        return tuple(sentence.text for sentence in self.sentences)

    @property
    def words(self) -> int:
        """The number of words of the sentences."""
        return sum(map(_word_count, self.sentences))


def choose_windows(
    ranked: Iterable[Evidence], hits: Iterable[Hit], max_words: int = SKIMMED_WORDS
) -> list[SentenceWindow]:
    """Choose the windows around the best evidence, as many as fit.

    Args:
        ranked: Evidence from the passages of `hits`, best first.
        hits: The passages to cut into windows.
        max_words: The word limit of all windows together; the first window is taken even if it is longer.
    """
    windows = {hit.passage.id: _cut(hit) for hit in hits}
    chosen: list[SentenceWindow] = []
    in_chosen: set[tuple[str, int]] = set()
    words_left = max_words
    for evidence in ranked:
        if (evidence.passage.article, evidence.sentence.start) in in_chosen:
            continue
        window = next(w for w in windows[evidence.passage.id] if evidence.sentence in w.sentences)
        words_left -= window.words + OVERHEAD
        if chosen and words_left < 0:
            break
        chosen.append(window)
        in_chosen |= {(evidence.passage.article, sentence.start) for sentence in window.sentences}
    return chosen


def _cut(hit: Hit) -> list[SentenceWindow]:
    """Cut a passage into windows of at most WINDOW_WORDS words; a longer sentence is a window of its own."""
    windows: list[SentenceWindow] = []
    run: list[Sentence] = []
    before = hit.previous_sentence
    for sentence in hit.passage.sentences:
        if run and sum(map(_word_count, (*run, sentence))) > WINDOW_WORDS:
            windows.append(SentenceWindow(tuple(run), before))
            before, run = run[-1].text, []
        run.append(sentence)
    return [*windows, SentenceWindow(tuple(run), before)]


def _word_count(sentence: Sentence) -> int:
    return len(sentence.text.split())
