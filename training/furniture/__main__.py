"""Train the classifier of blocks, cross-validate it by article, and write its weights.

    python -m training.furniture --opinions FOLDER … [--real FOLDER …] [--out weights.npz]

--opinions are folders of invented articles, whose paragraphs are taken for what the parser says; --real are folders
with a heads.jsonl that says which paragraphs are furniture. Blocks of the data files beside this module are mixed into
both. In the cross-validation neither an article nor a block of the data files is in both parts.
"""

import argparse
from pathlib import Path

import numpy as np

from index.articles.furniture import classifier
from training.furniture.corpus import read_labelled, read_parsed
from training.furniture.fit import Corpus, cross_validate, fit, save


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, nargs="+", required=True)
    parser.add_argument("--real", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--copies", type=int, default=6)
    arguments = parser.parse_args()
    corpus = Corpus(read_parsed(arguments.opinions), read_labelled(arguments.real), arguments.copies)
    print(f"{len(corpus.invented)} invented and {len(corpus.real)} real articles; kinds {', '.join(classifier.KINDS)}")
    models = cross_validate(corpus)
    if arguments.out:
        weights = fit(corpus, models)
        save(weights, arguments.out)
        print(
            f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, {sum(map(np.size, weights.values())):,} weights"
        )


if __name__ == "__main__":
    main()
