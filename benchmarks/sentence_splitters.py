"""Compare sentence splitters: hand-made cases, sentences found, exact offsets, speed, odd input.

    pip install sentencex pysbd
    python benchmarks/sentence_splitters.py FOLDER [FOLDER …]

A folder holds text files. Byline uses syntok with the corrections in index/text/sentences.py.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CASES = Path(__file__).parent.parent / "tests" / "data" / "sentences.json"
ODD = {
    "1 MB without a space": "a" * 1_000_000,
    "200 KB of “a. ”": "a. " * 66_667,
    '200 KB of "': '"' * 200_000,
    "200 KB of curly “": "“" * 66_667,
    "200 KB of “. . .”": ". " * 100_000,
    "capital, no-break space, full stop": "Plan B\u00a0. Then we went home.",
}
LIMIT = 30

Splitter = Callable[[str], list[tuple[int, int]]]


def splitters() -> dict[str, Splitter]:
    """Return each splitter as a function from text to offsets; imported here, so that one can be timed separately."""
    import pysbd
    import sentencex
    from syntok import segmenter
    from syntok.tokenizer import Tokenizer

    from index.text.sentences import sentence_spans

    segment = pysbd.Segmenter(language="en", clean=False, char_span=True)
    tokenizer = Tokenizer(replace_not_contraction=False)
    return {
        "sentencex": lambda text: [
            (b["start_index"], b["end_index"]) for b in sentencex.get_sentence_boundaries("en", text)
        ],
        "pysbd": lambda text: [(span.start, span.end) for span in segment.segment(text)],
        "syntok": lambda text: [
            (tokens[0].offset, tokens[-1].offset + len(tokens[-1].value))
            for tokens in segmenter.segment(tokenizer.tokenize(text))
        ],
        "Byline": sentence_spans,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("SPLITTER", "INPUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, odd = options.one
        started = time.perf_counter()
        splitters()[name](ODD[odd])
        print(f"{time.perf_counter() - started:.2f}")
        return
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    texts = {folder: list(paragraphs(folder)) for folder in options.folders}
    by_name = splitters()
    print(f"{'':36}" + "".join(f"{name:>12}" for name in by_name))
    print(f"{f'cases passed, of {len(cases)}':36}" + "".join(f"{passed(s, cases):>12}" for s in by_name.values()))
    for folder, parts in texts.items():
        size = sum(len(part.encode()) for part in parts) / 1e6
        counts, speeds, losses = [], [], []
        for splitter in by_name.values():
            started = time.perf_counter()
            spans = [splitter(part) for part in parts]
            speeds.append(f"{size / (time.perf_counter() - started):.2f}")
            counts.append(f"{sum(map(len, spans)):,}")
            losses.append(sum(lost(part, split) for part, split in zip(parts, spans, strict=True)))
        print(f"{f'{folder.name}: sentences':36}" + "".join(f"{count:>12}" for count in counts))
        print(f"{f'{folder.name}: paragraphs that lose text':36}" + "".join(f"{loss:>12}" for loss in losses))
        print(f"{f'{folder.name}: MB a second':36}" + "".join(f"{speed:>12}" for speed in speeds))
    for odd in ODD:
        print(f"{f'{odd}: seconds':36}" + "".join(f"{timed(name, odd):>12}" for name in by_name))


def paragraphs(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.txt")):
        yield from (part for part in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")) if part.strip())


def passed(splitter: Splitter, cases: list[dict[str, object]]) -> int:
    def sentences(text: str) -> list[str]:
        return [text[start:end].strip() for start, end in splitter(text)]

    return sum(sentences(str(case["text"])) == case["sentences"] for case in cases)


def lost(text: str, spans: list[tuple[int, int]]) -> bool:
    covered = "".join(text[start:end] for start, end in spans)
    return "".join(covered.split()) != "".join(text.split())


def timed(name: str, odd: str) -> str:
    """Return the seconds in a separate process, because a splitter may hang or crash."""
    try:
        run = subprocess.run(
            [sys.executable, __file__, "--one", name, odd], capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"> {LIMIT}"
    return run.stdout.strip() if run.returncode == 0 else "crash"


if __name__ == "__main__":
    main()
