"""Learn the weights of the model that labels the pieces of a head.

    python -m training.heads --labelled FOLDER… --rows ROWS.jsonl=FOLDER… [--out FILE]

--labelled are folders of articles with a heads.jsonl; --rows name such a file and the folder of its articles. The
bodies of the latter get invented heads too. Several models are learned, each with other invented heads, and their
weights averaged, because a single one depends much on chance. The weights are written where the package reads them. It
takes three minutes.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from index.articles.metadata.tagging import model
from training.heads.data import Body, Example, bodies, invented, labelled
from training.heads.fit import average, fit

DEFAULT_OUT = Path(model.__file__).with_name("weights.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, nargs="+", required=True)
    parser.add_argument("--rows", nargs="*", default=[])
    parser.add_argument("--invented", type=int, default=1800)
    parser.add_argument("--models", type=int, default=4)
    parser.add_argument("--penalty", type=float, default=0.02)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    args = parser.parse_args()

    examples: list[Example] = []
    for folder in args.labelled:
        examples += labelled(folder, folder / "heads.jsonl", weight=3.0)
    found: list[Body] = []
    for pair in args.rows:
        rows, folder = map(Path, pair.split("="))
        examples += labelled(folder, rows, weight=2.0)
        found += bodies(folder, rows)
    print(f"{len(examples)} heads, {Counter(label for e in examples for label in e.labels)}")
    heads = [list(invented(found, args.invented, seed=7 + number, weight=0.5)) for number in range(args.models)]
    stored = average([fit([*examples, *drawn], args.penalty) for drawn in heads])
    args.out.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")
    weights = model.weights_from(stored)
    wrong = Counter[tuple[str, str]]()
    for example in examples:
        tags = model.tag(example.features, weights)
        wrong.update((known, tag.label) for known, tag in zip(example.labels, tags, strict=True) if known != tag.label)
    print(f"{len(stored['features'])} features; mistaken: {wrong.most_common(12)}")


if __name__ == "__main__":
    main()
