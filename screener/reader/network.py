"""The token tagger: an encoder and one linear layer that gives each token its outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel

from screener.reader.labels import OUTPUTS


class TokenTagger(nn.Module):
    """An encoder with a linear head over every token (``outputs`` values each, see ``labels``)."""

    def __init__(self, encoder: nn.Module, outputs: int = OUTPUTS) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, outputs)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return logits of shape (windows, tokens, outputs) for token ids and mask of shape (windows, tokens)."""
        states: torch.Tensor = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        logits: torch.Tensor = self.head(states)
        return logits


def encoder_on(base: Path) -> nn.Module:
    """Return the pretrained encoder in a folder, without pooler and without dropout inside attention.

    Attention dropout is a quarter of a training step on a CPU and bought nothing in trials.
    """
    config = AutoConfig.from_pretrained(base, local_files_only=True)
    config.attention_probs_dropout_prob = 0.0
    encoder: nn.Module = AutoModel.from_pretrained(
        base, config=config, add_pooling_layer=False, local_files_only=True, dtype=torch.float32
    )
    return encoder


def empty_encoder(config: dict[str, Any]) -> nn.Module:
    """Return an encoder of the given configuration, its weights still to be filled in."""
    settings = AutoConfig.for_model(**config)
    encoder: nn.Module = AutoModel.from_config(settings, add_pooling_layer=False)
    return encoder


def fastest_type(device: torch.device) -> torch.dtype:
    """Return bfloat16 where the processor has units for it (a GPU, or AMX), else 32-bit floating point.

    With AVX-512 instructions alone bfloat16 was measured slower than 32-bit: see ``docs/decisions/0004``.
    """
    native = device.type == "cuda" or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if native else torch.float32
