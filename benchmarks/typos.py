"""Count how often a typo is corrected to the intended word, and how often a correct word is changed.

    python benchmarks/typos.py FOLDER [FOLDER …]

A folder holds articles and a questions.jsonl. Every question that is not of kind `typo` is read unchanged (no word
should be corrected), and again with one random typo in each word: letters swapped, lost, doubled, replaced by an
adjacent key, or spelled by sound. The seed is fixed.
"""

import argparse
import json
import random
from collections import Counter
from pathlib import Path

from index.articles.files import read_folder
from index.text.words import STOP_WORDS, words

from bot.answering.question.spelling import respell

ADJACENT = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqrewtyuiosapsdfghjkxzcvbn", strict=True))
SOUNDS = (
    ("ph", "f"), ("tion", "shun"), ("ght", "t"), ("ck", "k"), ("qu", "kw"), ("x", "ks"), ("ei", "ie"), ("ea", "ee"),
    ("ou", "u"), ("ance", "ence"), ("ible", "able"), ("cc", "c"), ("ll", "l"), ("ss", "s"), ("mm", "m"),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="print the wrong corrections")
    options = parser.parse_args()
    rng = random.Random(4)
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
                    kind, typo = add_typo(word, rng)
                    read = respell(f"so {typo}", vocabulary).text.removeprefix("so ")
                    tally[f"{kind}, all"] += typo != word
                    tally[f"{kind}, corrected"] += typo != word and read == word
                    tally[f"{kind}, changed"] += typo != word and read not in (word, typo)
                    if options.show and read not in (word, typo) and rng.random() < 0.05:
                        print(f"{word}: {typo} read as {read}")
    print(f"{tally['questions changed']} of {tally['questions']} questions without a typo were changed")
    for kind in ("swapped", "lost", "doubled", "adjacent", "sound"):
        made, right, other = (tally[f"{kind}, {what}"] for what in ("all", "corrected", "changed"))
        print(f"{kind:9}{right / made:7.1%} corrected, {other / made:6.1%} changed to another word, of {made}")


def add_typo(word: str, rng: random.Random) -> tuple[str, str]:
    """Return a random kind of typo and the word with it (unchanged if this typo is not possible in it)."""
    kind = rng.choice(("swapped", "lost", "doubled", "adjacent", "sound"))
    i = rng.randrange(1, len(word) - 1)
    if kind == "swapped":
        return kind, word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if kind == "lost":
        return kind, word[:i] + word[i + 1 :]
    if kind == "doubled":
        return kind, word[:i] + word[i] + word[i:]
    if kind == "adjacent":
        return kind, word[:i] + ADJACENT.get(word[i], word[i]) + word[i + 1 :]
    sounds = [(right, wrong) for right, wrong in SOUNDS if right in word[1:]]
    if not sounds:
        return kind, word
    right, wrong = rng.choice(sounds)
    return kind, word[0] + word[1:].replace(right, wrong, 1)


if __name__ == "__main__":
    main()
