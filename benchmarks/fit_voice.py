"""Fit the weights of bot/answering/voice/features.py on gold quotes, and print or write them.

    python benchmarks/fit_voice.py [--write] FOLDER [FOLDER …]

A multinomial logistic regression over binary features, the three voices with equal weight. The printed accuracy is
that of held-out articles (five folds, split by article). A quote whose question accepts several voices, or that spans
several sentences, is not used.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from voices import cases, kind_of

from bot.answering.voice import weights as fitted
from bot.answering.voice.features import sentence_features
from bot.answering.voice.voice import AUTHOR, HEDGED

KINDS = (AUTHOR, HEDGED, "reported")
# A feature seen in fewer articles says more about these articles than about English.
MIN_ARTICLES = 4
STRENGTH = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write bot/answering/voice/weights.py")
    options = parser.parse_args()
    rows, labels, groups = [], [], []
    for folder in options.folders:
        for case in cases(folder):
            sentences = [r for r in sentence_features(case.article) if r.start < case.end and case.start < r.end]
            kinds = {kind_of(wanted) for wanted in case.wanted}
            if len(sentences) == 1 and len(kinds) == 1 and kinds <= set(KINDS):
                rows.append(sentences[0].features)
                labels.append(KINDS.index(kinds.pop()))
                groups.append(f"{folder}/{case.article.id}")
    spread = Counter(feature for feature, _ in {(f, g) for row, g in zip(rows, groups, strict=True) for f in row})
    names = sorted(feature for feature, n in spread.items() if n >= MIN_ARTICLES)
    table = np.array([[name in row for name in names] for row in rows], dtype=float)
    truth = np.array(labels)
    guesses = np.zeros_like(truth)
    for train, test in GroupKFold(5, shuffle=True, random_state=0).split(table, truth, groups):
        guesses[test] = fit(table[train], truth[train]).predict(table[test])
    print(f"{len(truth)} sentences of {len(set(groups))} articles; held-out accuracy by voice, ignoring names:")
    shares = [float((guesses[truth == k] == k).mean()) for k in range(3)]
    print(
        ", ".join(f"{kind} {share:.1%}" for kind, share in zip(KINDS, shares, strict=True)),
        f"mean {np.mean(shares):.1%}",
    )
    model = fit(table, truth)
    # Only differences between the classes matter: the author's row is set to zero.
    weights = model.coef_[1:] - model.coef_[0]
    bias = model.intercept_[1:] - model.intercept_[0]
    lines = {"bias": bias, **{name: weights[:, column] for column, name in enumerate(names)}}
    body = "".join(f'    "{name}": ({w[0]:.2f}, {w[1]:.2f}),\n' for name, w in lines.items())
    head = (fitted.__doc__ or "").strip()
    source = f'"""{head}"""\n\nWEIGHTS: dict[str, tuple[float, float]] = {{\n{body}}}\n'
    if options.write:
        Path(fitted.__file__).write_text(source, encoding="utf-8")
    else:
        print(body)


def fit(table: "np.ndarray", truth: "np.ndarray") -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2_000).fit(table, truth)


if __name__ == "__main__":
    main()
