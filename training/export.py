"""Write a trained reader as the package resource: ONNX with int8 weights, and a manifest of its digest."""

import hashlib
import json
import tempfile
from pathlib import Path

import torch

from training.model import Reader


def export(model: Reader, target: Path) -> None:
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
    digest = hashlib.sha256((target / "reader.onnx").read_bytes()).hexdigest()
    (target / "manifest.json").write_text(json.dumps({"reader.onnx": digest}, indent=1) + "\n", encoding="utf-8")
