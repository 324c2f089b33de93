"""The network: a transformer encoder with one linear layer over every token."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel

from screener.reader.labels import OUTPUTS


class TokenTagger(nn.Module):
    """Encoder plus head; ``forward`` takes ids and mask (batch, tokens), gives scores (batch, tokens, outputs)."""

    def __init__(self, config: Any, encoder: nn.Module | None = None) -> None:
        super().__init__()
        self.encoder = encoder if encoder is not None else AutoModel.from_config(config)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(config.hidden_size, OUTPUTS)

    @classmethod
    def on_base(cls, folder: str) -> TokenTagger:
        """Return a tagger on a pretrained encoder from a local folder, its head untrained."""
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        # Dropout inside attention costs a quarter of a training step on a CPU and bought nothing.
        config.attention_probs_dropout_prob = 0.0
        return cls(config, AutoModel.from_pretrained(folder, config=config, local_files_only=True))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Score every token of a batch of windows."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        scores: torch.Tensor = self.head(self.drop(hidden))
        return scores
