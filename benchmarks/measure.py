"""Ratios of values measured side by side in one run: how they are taken, printed and saved."""

import json
import operator
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

from bot.settings import BotSettings

REPOSITORY = Path(__file__).parent.parent
FIGURES = Path(".bench") / "figures.jsonl"


@dataclass(frozen=True, slots=True)
class Figure:
    """The values measured for a claim, and the target of their median, such as "<= 1.6" ("" if there is none)."""

    claim: str
    values: tuple[float, ...]
    target: str = ""
    unit: str = ""

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The 10th and the 90th percentile; of fewer than ten values, the lowest and the highest."""
        if len(self.values) < 10:
            return min(self.values), max(self.values)
        tenths = quantiles(self.values, n=10)
        return tenths[0], tenths[-1]

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None if there is no target."""
        if not self.target:
            return None
        sign, value = self.target.split()
        return bool({"<=": operator.le, ">=": operator.ge}[sign](self.middle, float(value)))

    def __str__(self) -> str:
        low, high = self.spread
        spread = f" ({low:.3g} to {high:.3g})" if len(self.values) > 1 else ""
        judged = "" if self.met is None else f"  target {self.target}{self.unit}: {'met' if self.met else 'MISSED'}"
        return f"{self.claim:<68} {self.middle:>8.3g}{self.unit}{spread}{judged}"


def report(*figures: Figure) -> None:
    """Print figures, and save them for the plot."""
    FIGURES.parent.mkdir(exist_ok=True)
    with FIGURES.open("a", encoding="utf-8") as file:
        for figure in figures:
            print(figure, flush=True)
            file.write(json.dumps({**asdict(figure), "at": time.time()}) + "\n")


def command(*arguments: str | Path, folder: Path) -> str:
    """Run Python with these arguments in an empty folder, without Byline's settings; return its stdout.

    The caller's settings must not reach it: with CHROMA_URL it would publish to a server in use.
    """
    settings = {name.upper() for name in BotSettings.model_fields}
    clean = {name: value for name, value in os.environ.items() if name.upper() not in settings}
    folder.mkdir(exist_ok=True)
    given = [str(argument.absolute() if isinstance(argument, Path) else argument) for argument in arguments]
    clean["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "benchmarks")])
    done = subprocess.run([sys.executable, *given], cwd=folder, env=clean, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(given)} failed:\n{done.stderr}")
    return done.stdout


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def paired(first: Callable[[], object], second: Callable[[], object], n: int) -> tuple[float, float]:
    """Time both, one directly after the other; for an odd n the second goes first.

    So neither always has the warmer caches, or collects the other's garbage.
    """
    if n % 2:
        later = seconds(second)
        return seconds(first), later
    return seconds(first), seconds(second)


def ratios(times: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    return tuple(first / second for first, second in times)
