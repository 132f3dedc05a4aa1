"""Train the reader.

    python -m training.reader prepare --opinions FOLDER --folders a,b,… --public FOLDER --examples FOLDER
    python -m training.reader sort --examples FOLDER --folders a,b,… --weights FOLDER --sorted FOLDER
    python -m training.reader learn --encoder FOLDER --examples FOLDER --opinions FOLDER --folders a,b,… --run FOLDER
    python -m training.reader export --encoder FOLDER --run FOLDER [--other FOLDER] --weights FOLDER
    python -m training.reader fit --opinions FOLDER --folders a,b,…

`learn` goes on from the checkpoint in --run, if there is one; with --minutes it stops there. `export` writes the mean
of both runs' weights, if there are two. `fit` prints the constants of certainty.py, usefulness.py and
false_premise.py for the packaged reader.
"""

import argparse
import json
import math
from pathlib import Path

import torch

from training.reader.examples import load, texts
from training.reader.learning import Plan, learn
from training.reader.network import Reader

from bot.answering.evidence.network import encoder_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["prepare", "sort", "learn", "export", "fit"])
    for name in ("encoder", "examples", "opinions", "other", "public", "run", "sorted", "weights"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--folders", type=lambda names: names.split(","), default=[])
    parser.add_argument("--minutes", type=float, default=math.inf)
    defaults = Plan()
    parser.add_argument("--epochs", type=float, default=defaults.epochs)
    parser.add_argument("--rate", type=float, default=defaults.rate)
    parser.add_argument("--frozen", type=int, default=defaults.frozen)
    arguments = parser.parse_args()
    commands = {"prepare": _prepare, "sort": _sort, "learn": _learn, "export": _export, "fit": _fit}
    commands[arguments.command](arguments)


def _prepare(arguments: argparse.Namespace) -> None:
    from training.reader.prepare import prepare

    prepare(arguments.opinions, arguments.folders, arguments.public, arguments.examples)


def _sort(arguments: argparse.Namespace) -> None:
    from training.reader.prepare import sort_by_promise

    from bot.answering.evidence.network import ReaderNetwork

    network = ReaderNetwork.load(arguments.weights / "small")
    sort_by_promise(arguments.examples, arguments.folders, network, arguments.sorted)


def _learn(arguments: argparse.Namespace) -> None:
    torch.set_flush_denormal(True)  # denormal running means make the optimizer four times as slow
    arguments.run.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Reader.from_folder(arguments.encoder, seed=5).to(device)
    labelled = [arguments.opinions / name / "sentences.jsonl" for name in arguments.folders]
    plain = [text for path in labelled if path.exists() for text in texts(path)]
    plan = Plan(epochs=arguments.epochs, rate=arguments.rate, frozen=arguments.frozen)
    asked = load(arguments.examples, arguments.folders)
    tokenizer = json.loads((arguments.encoder / "tokenizer.json").read_text(encoding="utf-8"))
    encoder, checkpoint = encoder_of(tokenizer), arguments.run / "checkpoint.pt"
    if learn(model, encoder, asked, plain, plan, checkpoint, arguments.minutes):
        torch.save(model.float().state_dict(), arguments.run / "reader.pt")
        print("done")
    else:
        print("to be continued")


def _export(arguments: argparse.Namespace) -> None:
    from training.reader.export import export, mean

    model = Reader.from_folder(arguments.encoder).float()
    runs = [arguments.run, *([arguments.other] if arguments.other else [])]
    model.load_state_dict(mean([torch.load(run / "reader.pt", map_location="cpu", weights_only=True) for run in runs]))
    export(model, arguments.encoder, arguments.weights)


def _fit(arguments: argparse.Namespace) -> None:
    from training.reader import fit

    from bot.answering.evidence.certainty import answer_probability
    from bot.answering.evidence.reranker import load_reranker

    found = list(fit.ask([arguments.opinions / name for name in arguments.folders], load_reranker(None)))
    print("usefulness", fit.fit_usefulness(found))
    print("certainty", fit.fit_certainty(found))
    print("skimmed", fit.fit_skimmed(found))
    print("premise", fit.fit_premise(found))
    certainties = [answer_probability(one.features) for one in found]
    print("AUROC of the certainty in use, answerable or near miss", fit.near_miss_auroc(found, certainties))


if __name__ == "__main__":
    main()
