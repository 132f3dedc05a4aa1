"""An encoder of one tiny layer, to train on in no time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.embedding import packaged_model
from training.reader.network import Reader


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a randomly initialised encoder with two layers of 128 numbers, and a real tokenizer."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = AutoTokenizer.from_pretrained(packaged_model())
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        initializer_range=0.3,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def make_reader(encoder_folder: Path) -> Callable[[], Reader]:
    """Build the same untrained reader each time."""
    return lambda: Reader.from_folder(encoder_folder, seed=5)
