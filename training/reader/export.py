"""Write a trained reader as the package resource: ONNX in few bits, in files of at most 90 MB, and its special tokens.

The matrices of the layers become int8 (onnxruntime's dynamic quantization, per channel). It rounds the inputs of a
matrix to 8 bits of the largest one in a batch, and a few tokens have inputs a hundred times as large as all others; so
each token's inputs of the feed-forward layers are scaled to 1 before. The word vectors become blocks of 4-bit numbers
with a scale each; the words in other than Latin letters are left out of the vocabulary.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.embedding import packaged_model
from training.reader.network import Reader

from bot.answering.evidence.vocabulary import digest, latin_words

BLOCK = 128
# The largest file; hosts of repositories reject files of 100 MB.
MAX_BYTES = 90_000_000
_WORDS = "encoder.embeddings.word_embeddings.weight"


def export(model: Reader, source: Path, target: Path) -> None:
    """Export a reader.

    Args:
        model: The reader, in float32.
        source: The folder of its encoder, with `tokenizer.json`.
        target: The folder to write to.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target.mkdir(parents=True, exist_ok=True)
    vocabulary = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    kept_words = latin_words(vocabulary)
    kept = [vocabulary[word] for word in kept_words]
    described = json.dumps(special_tokens(kept_words), indent=2)
    (target / "vocabulary.json").write_text(f"{described}\n", encoding="utf-8")
    words = model.encoder.get_input_embeddings()
    words.weight = torch.nn.Parameter(words.weight[kept])
    words.num_embeddings = len(kept)
    model.encoder.set_attn_implementation("eager")  # the other's mask takes a fifth of the time of a small network
    for layer in model.encoder.encoder.layer:
        layer.intermediate.dense = _Scaled(layer.intermediate.dense)
        layer.output.dense = _Scaled(layer.output.dense)
    model.eval()
    ids = torch.randint(5, 5000, (3, 40))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "pool": torch.full((3, 5, 40), 1 / 40)}
    axes = {name: {0: "windows", 1: "tokens"} for name in ("input_ids", "attention_mask")}
    axes |= {"pool": {0: "windows", 1: "spans", 2: "tokens"}, "sentences": {0: "windows", 1: "sentences"}}
    axes |= {"windows": {0: "windows"}, "texts": {0: "windows", 1: "sentences"}}
    with tempfile.TemporaryDirectory() as folder:
        full, small = Path(folder) / "full.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            _Everything(model),
            tuple(inputs.values()),
            str(full),
            dynamo=False,
            input_names=list(inputs),
            output_names=["sentences", "windows", "texts"],
            dynamic_axes=axes,
            opset_version=17,
        )
        quantize_dynamic(
            str(full),
            str(small),
            op_types_to_quantize=["MatMul", "Gemm"],
            weight_type=QuantType.QInt8,
            per_channel=True,
        )
        graph = onnx.load(str(small))
    _shrink_words(graph)
    _save(graph, target)


def mean(weights: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of the weights of several runs of one network, which have most of their training in common."""
    first, *others = weights
    return {
        name: sum((other[name] for other in others), start=tensor) / len(weights)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in first.items()
    }


class _Everything(torch.nn.Module):
    """All heads on one reading: those of sentences and windows with a question, and that of texts."""

    def __init__(self, model: Reader) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, pool: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.model.everything(ids, mask, pool)


class _Scaled(torch.nn.Module):
    """A linear layer that divides the inputs of each token by the largest one, and multiplies its outputs by it."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.linear = linear

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        largest = inputs.abs().amax(-1, keepdim=True).clamp(min=1e-3)
        scaled = torch.nn.functional.linear(inputs / largest, self.linear.weight)
        return scaled * largest + self.linear.bias


def special_tokens(words: Sequence[str]) -> dict[str, Any]:
    """Return what `vocabulary.json` says of a network's words: what stands around those of the packaged encoder.

    Raises:
        ValueError: The words of the packaged encoder are not among them in one run.
    """
    packaged = json.loads((packaged_model() / "tokenizer.json").read_text(encoding="utf-8"))
    common = latin_words(packaged["model"]["vocab"])
    start = words.index(common[0])
    end = start + len(common)
    if list(words[start:end]) != common:
        raise ValueError("the encoder has other words than the packaged one")
    return {"before": list(words[:start]), "after": list(words[end:]), "sha256": digest(words)}


def _shrink_words(graph: Any) -> None:
    """Replace the word vectors by 4-bit numbers: of each BLOCK the smallest is 0 and the largest 15."""
    from onnx import TensorProto, helper, numpy_helper

    tensor = next(t for t in graph.graph.initializer if t.name.endswith(_WORDS))
    node = next(n for n in graph.graph.node if n.op_type == "Gather" and n.input[0] == tensor.name)
    numbers, scales, zeros = quantize_blocks(numpy_helper.to_array(tensor).astype(np.float32))
    graph.graph.initializer.remove(tensor)
    for name, kind, values, raw in (
        ("words", TensorProto.UINT4, numbers, _pack(numbers)),
        ("words.scales", TensorProto.FLOAT16, scales, scales.astype(np.float16).tobytes()),
        ("words.zeros", TensorProto.UINT4, zeros, _pack(zeros)),
    ):
        graph.graph.initializer.append(helper.make_tensor(name, kind, values.shape, raw, raw=True))
    index = list(graph.graph.node).index(node)
    graph.graph.node.remove(node)
    gathered = helper.make_node(
        "GatherBlockQuantized", ["words", node.input[1], "words.scales", "words.zeros"], ["words.half"],
        domain="com.microsoft", block_size=BLOCK, gather_axis=0, quantize_axis=1, bits=4,
    )  # fmt: skip
    graph.graph.node.insert(index, helper.make_node("Cast", ["words.half"], list(node.output), to=TensorProto.FLOAT))
    graph.graph.node.insert(index, gathered)
    if all(opset.domain != "com.microsoft" for opset in graph.opset_import):
        graph.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def quantize_blocks(
    matrix: NDArray[np.float32],
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    """Round a matrix to 4-bit numbers in blocks of BLOCK columns.

    Returns:
        The numbers, 0 to 15, of the matrix's shape; the scales and the zero points, of shape (rows, blocks).
    """
    blocks = matrix.reshape(len(matrix), -1, BLOCK)
    low, high = np.minimum(blocks.min(-1), 0), np.maximum(blocks.max(-1), 0)
    scales = ((high - low) / 15).astype(np.float16).astype(np.float32)
    scales[scales == 0] = 1
    zeros = np.clip(np.round(-low / scales), 0, 15)
    numbers = np.clip(np.round(blocks / scales[..., None]) + zeros[..., None], 0, 15)
    return numbers.reshape(matrix.shape).astype(np.uint8), scales, zeros.astype(np.uint8)


def _pack(numbers: NDArray[np.uint8]) -> bytes:
    flat = np.pad(numbers.ravel(), (0, numbers.size % 2))
    return (flat[0::2] | (flat[1::2] << 4)).astype(np.uint8).tobytes()


def _save(graph: Any, target: Path) -> None:
    """Save a graph; if it is larger than MAX_BYTES, its largest tensors go to a second file."""
    import onnx
    from onnx.external_data_helper import set_external_data

    (target / "reader.data").unlink(missing_ok=True)  # it would be appended to
    left = sum(len(tensor.raw_data) for tensor in graph.graph.initializer)
    moved = left > MAX_BYTES
    for tensor in sorted(graph.graph.initializer, key=lambda tensor: -len(tensor.raw_data)):
        if left <= MAX_BYTES // 2 or not moved:
            break
        left -= len(tensor.raw_data)
        set_external_data(tensor, "reader.data")
    onnx.save_model(graph, str(target / "reader.onnx"))
    for path in target.iterdir():
        path.chmod(0o644)  # onnx makes the second file readable by its owner alone
