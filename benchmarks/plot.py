"""Plot the cost of size from the figures that `make bench` saved.

python benchmarks/plot.py [docs/performance.png]
"""

import argparse
import json
import re
from pathlib import Path

from measure import FIGURES, Figure

PANELS = (
    (("answer", "search"), "milliseconds", "a warm answer, and the search within it"),
    (("start-up",), "seconds", "start-up"),
    (("memory a passage", "disk a passage"), "KiB a passage", "memory and disk"),
)


def main() -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", nargs="?", type=Path, default=Path("docs", "performance.png"))
    options = parser.parse_args()
    by_claim = figures()
    drawing, axes = plt.subplots(1, len(PANELS), figsize=(12, 3.6), layout="constrained")
    for panel, (names, unit, title) in zip(axes, PANELS, strict=True):
        for name in names:
            points = sorted(sizes(by_claim, name))
            middle = [figure.middle for _, figure in points]
            spread = [abs(figure.spread[end] - figure.middle) for end in (0, 1) for _, figure in points]
            around = (spread[: len(points)], spread[len(points) :])
            panel.errorbar([n for n, _ in points], middle, yerr=around, marker="o", capsize=3, label=name)
        panel.set(xscale="log", xlabel="passages", ylabel=unit, title=title, ylim=(0, None))
        panel.grid(alpha=0.3)
        if len(names) > 1:
            panel.legend(frameon=False)
    drawing.savefig(options.picture, dpi=110)
    print(options.picture)


def figures() -> dict[str, Figure]:
    """Return the last figure of each claim."""
    rows = [json.loads(line) for line in FIGURES.read_text(encoding="utf-8").splitlines()]
    return {row["claim"]: Figure(row["claim"], tuple(row["values"]), row["target"], row["unit"]) for row in rows}


def sizes(by_claim: dict[str, Figure], name: str) -> list[tuple[int, Figure]]:
    """Return the figures of one name with their numbers of passages."""
    pattern = re.compile(rf"{name} at ([\d,]+) passages")
    matches = [(pattern.fullmatch(claim), figure) for claim, figure in by_claim.items()]
    return [(int(match[1].replace(",", "")), figure) for match, figure in matches if match]


if __name__ == "__main__":
    main()
