"""The reader's network: an encoder reads a question and a window once; heads score the sentences and the window.

A sentence's vector is the mean of its tokens' vectors. It is compared with the question's in a head of three logits:
the sentence answers, it corrects what the question takes for granted, and it goes on with the answer of the sentence
before. The window's first token gives four: the window answers, and the author's stance to a yes/no question (yes, no,
mixed).

Read without a question, a sentence's vector gives its role in the argument, its voice, and whether it belongs to a
summary.
"""

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from bot.answering.evidence.network import MIXED, YES

HIDDEN = 256
# The columns of the stance in a window's logits.
STANCE = slice(YES, MIXED + 1)
ROLES = "thesis reason evidence opposing concession rebuttal proposal forecast background furniture".split()
VOICES = "author author_hedged reported byline".split()


class Read(NamedTuple):
    """The logits of windows that were read with a question.

    Attributes:
        sentences: Shape (windows, sentences, 3): ANSWERS, CORRECTS, CONTINUES.
        windows: Shape (windows, 4): ADDRESSED, and the three of STANCE.
    """

    sentences: Tensor
    windows: Tensor


class Reader(nn.Module):
    """The encoder with all heads."""

    def __init__(self, encoder: nn.Module, size: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.sentence_head = _head(4 * size + 1, 3)
        self.window_head = _head(size, 4)
        self.text_head = _head(2 * size, len(ROLES) + len(VOICES) + 1)
        self.closeness = nn.Parameter(torch.tensor([8.0, 0.0, 0.0]))
        self.bias = nn.Parameter(torch.tensor([-5.0, -1.0, -1.0]))

    @classmethod
    def from_folder(cls, folder: Path, seed: int = 0) -> "Reader":
        """Build an untrained reader on a sentence encoder, with heads initialised from the seed."""
        from transformers import AutoConfig, AutoModel

        config = AutoConfig.from_pretrained(folder)
        # Dropout inside the encoder takes two fifths of the time on a CPU and gained nothing in a few epochs.
        config.attention_probs_dropout_prob = config.hidden_dropout_prob = 0.0
        encoder = AutoModel.from_pretrained(folder, config=config, dtype=torch.bfloat16)
        torch.manual_seed(seed)
        return cls(encoder, config.hidden_size)

    def freeze(self, layers: int) -> None:
        """Exclude the word vectors and the lowest layers from training."""
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:layers]):
            part.requires_grad_(False)

    def forward(self, ids: Tensor, mask: Tensor, pool: Tensor) -> Read:
        """Read windows with their question.

        Args:
            ids: Token ids, shape (windows, tokens).
            mask: 1 for a token, 0 for padding; the same shape.
            pool: Shape (windows, 1 + sentences, tokens), rows that sum to 1; the first row is the question's.
        """
        hidden, pooled = self._pool(ids, mask, pool)
        return self._answer(hidden, pooled)

    def everything(self, ids: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the logits of `forward` and of `describe` from one reading."""
        hidden, pooled = self._pool(ids, mask, pool)
        return (*self._answer(hidden, pooled), self._describe(pooled))

    def _answer(self, hidden: Tensor, pooled: Tensor) -> Read:
        sentences = pooled[:, 1:]
        question = pooled[:, :1].expand_as(sentences)
        cosine = cosine_similarity(sentences, question, dim=-1).unsqueeze(-1)
        compared = torch.cat([sentences, question, sentences * question, (sentences - question).abs(), cosine], -1)
        logits = self.sentence_head(compared) + cosine * self.closeness + self.bias
        return Read(logits, self.window_head(hidden[:, 0].to(pooled.dtype)))

    def describe(self, ids: Tensor, mask: Tensor, pool: Tensor) -> Tensor:
        """Read windows without a question; the first row of `pool` is that of the whole window.

        Returns:
            Logits of shape (windows, sentences, roles + voices + 1).
        """
        return self._describe(self._pool(ids, mask, pool)[1])

    def _describe(self, pooled: Tensor) -> Tensor:
        sentences = pooled[:, 1:]
        described: Tensor = self.text_head(torch.cat([sentences, pooled[:, :1].expand_as(sentences)], -1))
        return described

    def _pool(self, ids: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return hidden, torch.bmm(pool, hidden.to(pool.dtype))


def _head(size: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(size, HIDDEN), nn.GELU(), nn.Dropout(0.1), nn.Linear(HIDDEN, outputs))
