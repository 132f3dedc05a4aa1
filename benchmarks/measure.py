"""Ratios of what was measured side by side in one run, and how they are printed and kept."""

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
    """What a claim came to: the median of `values` beside its bar, such as "<= 1.6"; "" for a figure without one."""

    claim: str
    values: tuple[float, ...]
    bar: str = ""
    unit: str = ""

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The 10th and the 90th percentile; of few values the lowest and the highest."""
        if len(self.values) < 10:
            return min(self.values), max(self.values)
        tenths = quantiles(self.values, n=10)
        return tenths[0], tenths[-1]

    @property
    def met(self) -> bool | None:
        """Whether the median keeps to the bar; None where there is no bar."""
        if not self.bar:
            return None
        sign, value = self.bar.split()
        return bool({"<=": operator.le, ">=": operator.ge}[sign](self.middle, float(value)))

    def __str__(self) -> str:
        low, high = self.spread
        spread = f" ({low:.3g} to {high:.3g})" if len(self.values) > 1 else ""
        judged = "" if self.met is None else f"  bar {self.bar}{self.unit}: {'met' if self.met else 'MISSED'}"
        return f"{self.claim:<68} {self.middle:>8.3g}{self.unit}{spread}{judged}"


def report(*figures: Figure) -> None:
    """Print figures, and keep them for the tables and the plot."""
    FIGURES.parent.mkdir(exist_ok=True)
    with FIGURES.open("a", encoding="utf-8") as file:
        for figure in figures:
            print(figure, flush=True)
            file.write(json.dumps({**asdict(figure), "at": time.time()}) + "\n")


def command(*arguments: str | Path, folder: Path) -> str:
    """What Python prints that runs with these arguments in an empty folder, with none of Byline's settings.

    Settings of whoever measures must not reach it: with CHROMA_URL it would publish on a server in use.
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
    """The seconds that both take, one right after the other; in every other pair, by its number, the second goes first.

    So neither has always the warmer caches, or the other's rubbish to collect.
    """
    if n % 2:
        later = seconds(second)
        return seconds(first), later
    return seconds(first), seconds(second)


def ratios(times: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    return tuple(first / second for first, second in times)
