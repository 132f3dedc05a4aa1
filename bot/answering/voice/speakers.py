"""Who speaks: the report in a sentence, the source of a quotation, and whom "he" or "she" refers to. No I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.voice.masking import WORD, MaskedSentence
from bot.answering.voice.mentions import Mention
from bot.answering.voice.people import People, resolve_mention
from bot.answering.voice.reported_speech import QUOTED, Report

# How many sentences back (or around) the source of a quotation or a pronoun is looked for.
NEAR = 8
# The shortest quotation, in words, that makes the sentence around it somebody else's.
CLAUSE_WORDS = 8

# A shorter one that is a sentence of its own.
_WHOLE_SENTENCE = re.compile(r"^\W*[^\W\d_a-z]\w*\W+\w.*(?:[.!?…]\W*|,\s*[—–]\s*)$", re.DOTALL)

STRONG_COMPLEMENTS = ("that", "quote", "colon", "aside")
_GROUP_SCORES = {
    "say": 2.0,
    "according": 3.0,
    "passive": 2.5,
    "is said to": 1.5,
    "author is told": 2.2,
    "usual saying": 2.0,
    "name": 1.5,
    "find": 1.4,
    "think": 1.0,
    "act": 1.2,
    "want": 1.0,
}
_SOURCE_SCORES = {
    "named": 0.6,
    "organisation": 0.4,
    "person": 0.4,
    "thing": -0.5,
    "indefinite": 0.4,
    "pronoun": 0.3,
    "author": -3.0,
    "none": -2.5,
}
_CLEAR_REPORT, _USABLE_REPORT = 3.0, 2.0


def score(report: Report) -> float:
    """How clearly an expression is a report, to choose among several in a sentence."""
    strong = 1.5 if report.complement in STRONG_COMPLEMENTS else 0.0
    return _GROUP_SCORES[report.group] + _SOURCE_SCORES[report.source.kind] + strong


def best_report(sentence: MaskedSentence) -> Report | None:
    """Return the clearest report in a sentence of somebody else's words; None if there is none."""
    usable = [r for r in sentence.reports if r.source.kind not in ("author", "none") and not r.negated]
    return max(usable, key=score, default=None)


def is_clear(report: Report | None) -> bool:
    """Whether an expression is clearly a report."""
    return report is not None and score(report) >= _CLEAR_REPORT


def quotes_somebody(sentences: Sequence[MaskedSentence], at: int) -> bool:
    """Whether a sentence consists of somebody's words or quotes a clause of them; not if it quotes the author."""
    sentence = sentences[at]
    if sentence.in_block:
        return True
    speaking = sentence
    if sentence.is_quoted:
        around = [
            s for s in sentences[max(0, at - 1) : at + 2] if s.paragraph == sentence.paragraph and not s.is_quoted
        ]
        speaking = next((s for s in around if s.quotations), sentence)
    if any(r.source.kind == "author" and r.complement in ("quote", "colon", "aside") for r in speaking.reports):
        return False
    return sentence.is_quoted or any(
        len(WORD.findall(text)) >= CLAUSE_WORDS or _WHOLE_SENTENCE.search(text) for text in sentence.quotations
    )


@dataclass(frozen=True, slots=True)
class Speakers:
    """Finds the sources of the sentences of one article, in order.

    Attributes:
        sentences: The sentences.
        people: The people that the article names.
        authors: The authors of the article.
    """

    sentences: Sequence[MaskedSentence]
    people: People
    authors: Sequence[str]

    def reported(self, before: Sequence[str | None], at: int) -> str | None:
        """Return the source of the clearest report in a sentence; None if there is none, or if it is the author.

        Args:
            before: The sources of all sentences before it: "" for somebody unnamed, None for nobody.
            at: The index of the sentence.
        """
        report = best_report(self.sentences[at])
        if report is None:
            return None
        if report.source.kind == "pronoun":
            return self._antecedent(before[:at], at, report.source)
        return resolve_mention(report.source, self.people, self.sentences[at].start, self.authors)

    def named(self, at: int) -> str | None:
        """Return whom a sentence names last outside its quotations; None for nobody."""
        for word in reversed(WORD.findall(self.sentences[at].masked)):
            if word[0].isupper() and (name := self.people.full_names.get(word.lower())):
                return None if any(name in author or author in name for author in self.authors) else name
        return None

    def attribution(self, at: int) -> int | None:
        """Return the index of the sentence that attributes a wholly quoted one.

        It adjoins the same quotation, or else is the sentence before.
        """
        sentences = self.sentences
        sentence = sentences[at]
        for step in (1, -1):
            index = at
            while 0 <= index + step < len(sentences) and sentences[index + step].paragraph == sentence.paragraph:
                if abs(index - at) == NEAR:
                    break
                same_quotation = step == 1 or sentences[index].continues_quotation
                index += step
                if not same_quotation:
                    break
                if not sentences[index].is_quoted:
                    if best_report(sentences[index]) is not None and (
                        step == -1 or sentences[index].masked.startswith(QUOTED)
                    ):
                        return index
                    break
        if at and sentences[at - 1].paragraph == sentence.paragraph and best_report(sentences[at - 1]) is not None:
            return at - 1
        return None

    def of_quotation(self, before: Sequence[str | None], at: int) -> str | None:
        """Return the source of a wholly quoted sentence without attribution; "" for somebody unnamed, None for nobody.

        A quotation goes on with the same source, also in the next paragraph; the sentence before may introduce it.
        """
        if not at:
            return self._credited(at)
        sentence, previous = self.sentences[at], self.sentences[at - 1]
        same_paragraph = previous.paragraph == sentence.paragraph
        if (same_paragraph and sentence.in_block) or previous.quotation_goes_on:
            return before[at - 1]
        if same_paragraph:
            last = self.last_source(before, at)
            return last if last is not None else self.people.last_named(previous.start, sentence.start)
        if previous.masked.endswith(":") or previous.is_quoted or previous.in_block:
            return self.reported(before, at - 1) or before[at - 1] or self._credited(at)
        return self._credited(at)

    def last_source(self, before: Sequence[str | None], at: int) -> str | None:
        """Return the source of the nearest earlier report in the same paragraph, None for none."""
        for index in range(at - 1, max(-1, at - NEAR), -1):
            sentence = self.sentences[index]
            if sentence.paragraph != self.sentences[at].paragraph:
                return None
            if before[index] is not None and (is_clear(best_report(sentence)) or sentence.is_quoted):
                return before[index]
        return None

    def _credited(self, at: int) -> str | None:
        """Return who is named in the line below a quotation: "— Ann Bell"; None for nobody."""
        for following in self.sentences[at + 1 : at + 1 + NEAR]:
            if not following.is_quoted:
                credit = re.match(r"\W*[—–-]+\s*(?P<name>[^.,;(]+)", following.masked)
                name = self.people.full_name(credit["name"]) if credit else ""
                return name if name[:1].isupper() and len(name.split()) <= 5 else None
        return None

    def _antecedent(self, before: Sequence[str | None], at: int, mention: Mention) -> str:
        """Resolve "he", "she", "they" or "it" to the last source, else to the person named last; "" if unnamed."""
        sentence = self.sentences[at]
        singular = mention.phrase in ("he", "she", "him", "her")
        for index in range(at, max(-1, at - NEAR), -1):
            if index < len(before) and index != at and before[index] is not None:
                best = best_report(self.sentences[index])
                if (
                    best is not None
                    and score(best) >= _USABLE_REPORT
                    and (singular or best.source.kind != "named" or mention.phrase == "it")
                ):
                    return before[index] or ""
            if singular and index == at and not self.people.last_named(sentence.start, sentence.end):
                opening = re.match(r"(?:[^\W\d_a-z][\w’'\-]+ )+(?=[a-z])", sentence.masked)
                if opening and not sentence.masked.startswith(("He ", "She ", "It ", "They ", "In ", "On ", "At ")):
                    return self.people.full_name(opening[0])
            if (
                singular
                and (name := self.people.last_named(self.sentences[index].start, self.sentences[index].end))
                and not any(name in author or author in name for author in self.authors)
            ):
                return name
            if not singular and self.sentences[index].paragraph != sentence.paragraph:
                return ""
        return ""
