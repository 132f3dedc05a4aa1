"""Write a trained reader as the package resource: ONNX with int8 weights, its tokenizer, and a manifest of digests."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import torch

from training.model import Reader


def export(model: Reader, source: Path, target: Path) -> None:
    """source: the folder of the sentence encoder whose tokenizer.json is taken along."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target.mkdir(parents=True, exist_ok=True)
    model.eval()
    ids = torch.randint(1000, 20000, (3, 40))
    pool = torch.full((3, 5, 40), 1 / 40)
    names = ["input_ids", "attention_mask", "token_type_ids", "pool"]
    axes = {name: {0: "windows", 1: "tokens"} for name in names[:3]}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids), torch.zeros_like(ids), pool),
            str(full),
            dynamo=False,
            input_names=names,
            output_names=["logits"],
            dynamic_axes={
                **axes,
                "pool": {0: "windows", 1: "spans", 2: "tokens"},
                "logits": {0: "windows", 1: "sentences"},
            },
            opset_version=17,
        )
        quantize_dynamic(str(full), str(target / "reader.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    files = sorted(path for path in target.iterdir() if path.suffix in (".onnx", ".json") and path.stem != "manifest")
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    (target / "manifest.json").write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
