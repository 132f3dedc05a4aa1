"""Count how often a slip of the pen is read as the word that was meant, and how often a right word is changed.

    python benchmarks/slips.py FOLDER [FOLDER …]

A folder holds articles and a questions.jsonl. Every question that is not of kind `typo` is read as it stands
(nothing in it should change), and again with slips made in its words by chance: letters swapped, lost, doubled,
hit beside, or written as they sound. The seed is fixed.
"""

import argparse
import json
import random
from collections import Counter
from pathlib import Path

from index.articles.files import read_folder
from index.text.words import STOP_WORDS, words

from bot.answering.question.spelling import respell

BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqrewtyuiosapsdfghjkxzcvbn", strict=True))
SOUNDS = (
    ("ph", "f"), ("tion", "shun"), ("ght", "t"), ("ck", "k"), ("qu", "kw"), ("x", "ks"), ("ei", "ie"), ("ea", "ee"),
    ("ou", "u"), ("ance", "ence"), ("ible", "able"), ("cc", "c"), ("ll", "l"), ("ss", "s"), ("mm", "m"),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="print what was read wrongly")
    options = parser.parse_args()
    chance = random.Random(4)
    tally: Counter[str] = Counter()
    for folder in options.folders:
        vocabulary = Counter(word for article in read_folder(folder).articles for word in words(article.text))
        for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            question = json.loads(line)
            if question["kind"] == "typo":
                continue
            tally["questions"] += 1
            changed = respell(question["question"], vocabulary).corrections
            tally["questions changed"] += bool(changed)
            if changed and options.show:
                print("changed:", changed, "in", question["question"])
            for word in question["question"].split():
                if word.isalpha() and word.islower() and len(word) > 3 and (word in vocabulary or word in STOP_WORDS):
                    kind, slip = slipped(word, chance)
                    read = respell(f"so {slip}", vocabulary).text.removeprefix("so ")
                    tally[f"{kind}, all"] += slip != word
                    tally[f"{kind}, mended"] += slip != word and read == word
                    tally[f"{kind}, made another"] += slip != word and read not in (word, slip)
                    if options.show and read not in (word, slip) and chance.random() < 0.05:
                        print(f"{word}: {slip} read as {read}")
    print(f"{tally['questions changed']} of {tally['questions']} questions without a slip were changed")
    for kind in ("swapped", "lost", "doubled", "beside", "sound"):
        made, mended, other = (tally[f"{kind}, {what}"] for what in ("all", "mended", "made another"))
        print(f"{kind:9}{mended / made:7.1%} mended, {other / made:6.1%} made another word, of {made}")


def slipped(word: str, chance: random.Random) -> tuple[str, str]:
    """A kind of slip, and the word with it (the same word where that slip cannot be made in it)."""
    kind = chance.choice(("swapped", "lost", "doubled", "beside", "sound"))
    at = chance.randrange(1, len(word) - 1)
    if kind == "swapped":
        return kind, word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "lost":
        return kind, word[:at] + word[at + 1 :]
    if kind == "doubled":
        return kind, word[:at] + word[at] + word[at:]
    if kind == "beside":
        return kind, word[:at] + BESIDE.get(word[at], word[at]) + word[at + 1 :]
    sounds = [(right, wrong) for right, wrong in SOUNDS if right in word[1:]]
    if not sounds:
        return kind, word
    right, wrong = chance.choice(sounds)
    return kind, word[0] + word[1:].replace(right, wrong, 1)


if __name__ == "__main__":
    main()
