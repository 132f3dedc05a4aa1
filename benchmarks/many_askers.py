"""How many questions a second are answered that come at once, beside one at a time.

python benchmarks/many_askers.py [ARTICLES] [--askers 64] [--rounds 5]
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import corpus
import psutil
from measure import Figure, report, seconds

from index.embedding import QUESTION_THREADS, Embedder, load_embedder, model_identity
from index.generations import Generations
from index.live import LiveIndex
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.types import Question
from bot.discord.queue import Allowance, AnswerQueue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", type=Path, default=Path("articles"))
    parser.add_argument("--askers", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    embedder = load_embedder(None, QUESTION_THREADS)
    questions = corpus.questions(corpus.read([options.articles]), options.askers)
    with tempfile.TemporaryDirectory() as folder:
        generations = Generations(Path(folder))
        rebuild(options.articles, generations, model_identity(None), lambda: embedder)
        with LiveIndex(generations, model_identity(None)) as live:
            answerer = Answerer(live, embedder)
            asyncio.run(measure(answerer, embedder, questions, options.rounds))


async def measure(answerer: Answerer, embedder: Embedder, questions: list[str], rounds: int) -> None:
    queue: AnswerQueue[Answerer] = AnswerQueue(
        lambda: answerer, waiting=1000, seconds=600, allowance=Allowance(10**6), prepare=Answerer.expect
    )
    queue.start()

    async def ask(text: str) -> float:
        began = time.perf_counter()
        question = Question(text)
        await queue.run(hash(text), lambda answerer: answerer.ask(question), question)
        return time.perf_counter() - began

    for text in questions[:10]:
        await ask(text)
    faster, slowest = [], []
    memory = []
    for _ in range(rounds):
        began = time.perf_counter()
        for text in questions:
            await ask(text)
        alone = time.perf_counter() - began
        began = time.perf_counter()
        waited = await asyncio.gather(*map(ask, questions))
        together = time.perf_counter() - began
        faster.append(alone / together)
        slowest.append(max(waited) / alone)
        memory.append(psutil.Process().memory_info().rss)
    n = len(questions)
    report(
        Figure(f"answers a second, {n} at once / one at a time", tuple(faster), ">= 3"),
        Figure(f"the slowest of {n} at once / {n} times one alone", tuple(slowest), "<= 1.5"),
        Figure(f"memory after {rounds} rounds of {n} / after the first", (memory[-1] / memory[0],), "<= 1.05"),
    )
    report(
        Figure(
            f"questions embedded a second, {n} at once / one at a time", _embedded(embedder, questions, rounds), ">= 3"
        )
    )
    await queue.drain(10)


def _embedded(embedder: Embedder, questions: list[str], rounds: int) -> tuple[float, ...]:
    def one_by_one() -> None:
        for question in questions:
            embedder.query(question)

    return tuple(seconds(one_by_one) / seconds(lambda: embedder.documents(questions)) for _ in range(rounds))


if __name__ == "__main__":
    main()
