"""Measure how many questions a second are answered that arrive at once, compared with one at a time.

python benchmarks/many_askers.py [ARTICLES] [--askers 64] [--rounds 5]
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import corpus
import psutil
from measure import Figure, paired, ratios, report

from index.embedding import QUESTION_THREADS, Embedder, load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.types import Question
from bot.discord.queue import TOGETHER, AnswerQueue, RateLimiter

LONE = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", type=Path, default=Path("articles"))
    parser.add_argument("--askers", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    embedder = load_embedder(None, QUESTION_THREADS)
    questions = corpus.questions(corpus.read([options.articles]), options.askers)
    with tempfile.TemporaryDirectory() as folder:
        publisher = FolderPublisher(Path(folder))
        rebuild(options.articles, publisher, model_identity(None), lambda: embedder)
        with LiveIndex(publisher, model_identity(None)) as live:
            answerer = Answerer(live, embedder)
            asyncio.run(measure(answerer, embedder, questions, options.rounds))


async def measure(answerer: Answerer, embedder: Embedder, questions: list[str], rounds: int) -> None:
    queue: AnswerQueue[Answerer] = AnswerQueue(
        lambda: answerer, capacity=1000, time_limit=600, rate_limiter=RateLimiter(10**6), prepare=Answerer.prefetch
    )
    queue.start()
    n = len(questions)

    async def ask(text: str, group: int = 0) -> float:
        began = time.perf_counter()
        question = Question(text)
        await queue.run(group, lambda answerer: answerer.ask(question), question)
        return time.perf_counter() - began

    async def one_by_one() -> float:
        return sum([await ask(text) for text in questions])

    async def at_once() -> tuple[float, float]:
        """Return the seconds that all take together, and those of the slowest."""
        began = time.perf_counter()
        waited = await asyncio.gather(*map(ask, questions))
        return time.perf_counter() - began, max(waited)

    async def beside_a_crowd() -> float:
        """Return the seconds of the slowest single user in a server while a crowd asks in another."""
        crowd = [asyncio.create_task(ask(text)) for text in questions[LONE:]]
        lone = [asyncio.create_task(ask(text, group)) for group, text in enumerate(questions[:LONE], 1)]
        await asyncio.gather(*crowd, *lone)
        return max(task.result() for task in lone)

    await one_by_one()
    faster, slowest, fair, memory = [], [], [], []
    for number in range(rounds):
        if number % 2:
            together, last = await at_once()
            alone = await one_by_one()
        else:
            alone = await one_by_one()
            together, last = await at_once()
        faster.append(alone / together)
        slowest.append(last / alone)
        fair.append(await beside_a_crowd() / ((LONE + 1) * alone / n))
        memory.append(psutil.Process().memory_info().rss)
    shared = f"the slowest of {LONE} single users in their servers beside a crowd of {n - LONE} / {LONE + 1} turns"
    report(
        Figure(f"answers a second, {n} at once / one at a time", tuple(faster), ">= 3"),
        Figure(f"the slowest of {n} at once / {n} one after another", tuple(slowest), "<= 1.5"),
        Figure(shared, tuple(fair), "<= 1.5"),
        Figure(f"memory after {rounds} rounds of {n} / after the first", (memory[-1] / memory[0],), "<= 1.05"),
        Figure(
            f"questions embedded a second, {TOGETHER} at once / one at a time",
            embedded(embedder, questions, rounds),
            ">= 3",
        ),
    )
    await queue.drain(10)


def embedded(embedder: Embedder, questions: list[str], rounds: int) -> tuple[float, ...]:
    def one_by_one() -> None:
        for question in questions:
            embedder.embed_query(question)

    def together() -> None:
        for start in range(0, len(questions), TOGETHER):
            embedder.embed_documents(questions[start : start + TOGETHER])

    return ratios([paired(one_by_one, together, n) for n in range(rounds)])


if __name__ == "__main__":
    main()
