"""Train the reader, measure it on articles that it was not trained on, and write it as the package resource.

    python -m training --public FOLDER --opinions FOLDER --learn a,c,e/b,d --out RUN [--weights FOLDER]

--public is the folder of squad2, selqa, clapnq and xquad; --opinions is that of folders of articles with a
questions.jsonl; --learn names the folders to train on, in two halves. A reader is trained on each half and evaluated on
the other: the certainty, thresholds and limits are fitted on those answers. The mean of the two is trained once more on
each half; the mean of the results is the reader that ships.
"""

import argparse
import pickle
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from index.embedding import packaged_model
from training.examples import Example, public
from training.export import export
from training.fit import Logits, ask, report
from training.model import Reader
from training.opinions import opinions
from training.train import Plan, train, word_pieces

from bot.answering.evidence.reranker import PackagedReader

State = dict[str, Tensor]
PUBLIC = Plan(epochs=1.0, batch=12, windows=3, typos=0.05, frozen=False, seed=13)
OPINIONS = Plan(epochs=2.0, batch=6, windows=4, seed=13)
AGAIN = Plan(epochs=1.0, batch=6, windows=4, rate=5e-5, seed=21)
HEAD_SEED = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--learn", default="a,c,e,i,k,m/b,d,j,l,n")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    arguments = parser.parse_args()
    torch.set_flush_denormal(True)  # denormal running means make the optimizer four times as slow
    arguments.out.mkdir(parents=True, exist_ok=True)
    halves = [half.split(",") for half in arguments.learn.split("/")]
    source = packaged_model()

    examples = list(public(arguments.public, held_out))
    start = Reader.from_folder(source, seed=HEAD_SEED).state_dict()
    started = mean([_learn(start, examples[half::2], PUBLIC, source) for half in (0, 1)])

    examples_of = {name: list(opinions([arguments.opinions / name])) for half in halves for name in half}
    states: list[State] = []
    answered: list[tuple[Example, list[Logits]]] = []
    for n, half in enumerate(halves):
        states.append(_learn(started, [e for name in half for e in examples_of[name]], OPINIONS, source))
        model = Reader.from_folder(source)
        model.load_state_dict(states[-1])
        export(model, arguments.out / f"half-{n}")
        others = [e for name, group in examples_of.items() if name not in half for e in group]
        reader = PackagedReader.load(arguments.out / f"half-{n}")
        answered += [(example, ask(reader, example)) for example in others]
    with (arguments.out / "answered.pickle").open("wb") as file:
        pickle.dump(answered, file)
    report(answered)

    both = mean(states)
    swapped = reversed(halves)
    states = [_learn(both, [e for name in half for e in examples_of[name]], AGAIN, source) for half in swapped]
    model = Reader.from_folder(source)
    model.load_state_dict(mean(states))
    export(model, arguments.weights or arguments.out / "weights")


def held_out(name: str, position: int) -> bool:
    """Hold out every other SQuAD article and every other pair of ClapNQ questions for benchmarks/public_sets.py."""
    return name != "selqa" and position % 2 == 1


def mean(states: Sequence[State]) -> State:
    """Average the weights of models with the same initial weights (Wortsman et al. 2022, model soups)."""
    return {key: torch.stack([state[key] for state in states]).mean(0) for key in states[0]}


def _learn(start: State, examples: Sequence[Example], plan: Plan, source: Path) -> State:
    model = Reader.from_folder(source)
    model.load_state_dict(start)
    train(model, examples, word_pieces(source), plan)
    state: State = model.state_dict()
    return state


if __name__ == "__main__":
    main()
