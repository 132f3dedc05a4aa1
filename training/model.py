"""The reader's network: one pass over a question and a window scores every sentence of the window in its context.

MiniLM reads "[CLS] question [SEP] sentences [SEP]"; the mean of a sentence's token vectors is compared with the mean
of the question's. It starts as the packaged sentence encoder, whose cosine is one input of the head.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

HIDDEN = 256


class Reader(nn.Module):
    """Scores sentences with two logits, "answers" and "corrects a premise", of shape (windows, sentences, 2)."""

    def __init__(self, encoder: nn.Module, size: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Sequential(nn.Linear(4 * size + 1, HIDDEN), nn.GELU(), nn.Dropout(0.1), nn.Linear(HIDDEN, 2))
        self.closeness = nn.Parameter(torch.tensor([8.0, 0.0]))
        self.bias = nn.Parameter(torch.tensor([-5.0, -1.0]))

    @classmethod
    def from_folder(cls, folder: Path, seed: int = 0) -> "Reader":
        """Build an untrained reader on a BERT-like sentence encoder, with a head initialised from the seed."""
        from transformers import AutoConfig, AutoModel

        config = AutoConfig.from_pretrained(folder)
        # Dropout inside the encoder takes two fifths of the time on a CPU and gained nothing in a few epochs.
        config.attention_probs_dropout_prob = config.hidden_dropout_prob = 0.0
        encoder = AutoModel.from_pretrained(folder, config=config, attn_implementation="sdpa")
        torch.manual_seed(seed)
        return cls(encoder, config.hidden_size)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, pool: Tensor) -> Tensor:
        """Return the logits.

        pool: shape (windows, 1 + sentences, tokens), rows that sum to 1; the first row is the question's.
        """
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        pooled = torch.bmm(pool, hidden.to(pool.dtype))
        sentences = pooled[:, 1:]
        question = pooled[:, :1].expand_as(sentences)
        cosine = cosine_similarity(sentences, question, dim=-1).unsqueeze(-1)
        features = torch.cat([sentences, question, sentences * question, (sentences - question).abs(), cosine], -1)
        logits: Tensor = self.head(features) + cosine * self.closeness + self.bias
        return logits
