"""The other shape tried: a classifier of sentences with their neighbours.

``python -m models.sentence_reader.classifier --base FOLDER --out FOLDER`` trains it on the same notes as the tagger and
judges it on the same held-out briefs by the same figures. It is kept for the comparison in the card; nothing ships it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from models.sentence_reader.data import held_out, notes_in
from screener.annotations import AnnotatedNote
from screener.reader.judge import judge
from screener.reader.labels import FOLLOW_UP, OUTPUTS, POINTS
from screener.reader.network import encoder_on, fastest_type
from screener.reader.spans import Tagged
from screener.reader.windows import Tokens, special_ids
from screener.records import INDICATORS
from screener.text.sentences import sentences

_TOKENS_PER_STEP, _LONGEST, _SEED = 2048, 192, 20261123
_SHORT = fastest_type(torch.device("cpu")) is torch.bfloat16
#: Sentences stand this many empty places apart when judged, so that neighbours are not joined into one passage.
_APART = 4


class SentenceClassifier(nn.Module):
    """An encoder, the mean of its states, and one linear layer."""

    def __init__(self, encoder: nn.Module, tokenizer: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, len(POINTS))
        self.tokenizer = tokenizer

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return logits of shape (sentences, POINTS)."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        logits: torch.Tensor = self.head((states * weight).sum(1) / weight.sum(1))
        return logits

    @torch.inference_mode()
    def tag(self, text: str) -> Tagged:
        """Return each sentence as if it were one token, so that the tagger's judge can judge it."""
        self.eval()
        spans = sentences(text)
        if not spans:
            return Tagged(Tokens([], []), np.zeros((0, OUTPUTS), np.float32))
        given = [encoded(self.tokenizer, text, spans, at) for at in range(len(spans))]
        logits = np.full((len(spans) * _APART, OUTPUTS), -20.0, np.float32)
        offsets = [
            spans[at // _APART] if at % _APART == 0 else (spans[at // _APART][1],) * 2 for at in range(len(logits))
        ]
        for at, ids in enumerate(given):
            whole = torch.tensor([ids])
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_SHORT):
                logits[at * _APART, : len(POINTS)] = self(whole, torch.ones_like(whole)).float().numpy()[0]
        return Tagged(Tokens([0] * len(offsets), offsets), logits)


def encoded(tokenizer: Any, text: str, spans: Sequence[tuple[int, int]], at: int) -> list[int]:
    """Return the token ids of a sentence between its neighbours, cut at the neighbours where all is too long."""
    before, after, _ = special_ids(tokenizer)
    near = [
        tokenizer.encode(text[slice(*span)], add_special_tokens=False).ids for span in spans[max(0, at - 1) : at + 2]
    ]
    middle = near.pop(1 if at else 0)[: _LONGEST - 20]
    left = near[0] if at else []
    right = near[-1] if at + 1 < len(spans) else []
    room = max(10, (_LONGEST - len(middle)) // 2 - 2)
    return [before, *left[-room:], after, *middle, after, *right[:room], after]


def examples(tokenizer: Any, notes: Sequence[AnnotatedNote]) -> list[tuple[list[int], np.ndarray]]:
    """Return every sentence's ids and the points of the marks that touch it."""
    made = []
    for note in notes:
        spans = sentences(note.text)
        for at, (start, end) in enumerate(spans):
            points = np.zeros(len(POINTS), np.float32)
            for span in note.spans:
                if span.start < end and start < span.end:
                    points[INDICATORS.index(span.indicator)] = 1
                    points[FOLLOW_UP] = max(points[FOLLOW_UP], float(span.follow_up))
            made.append((encoded(tokenizer, note.text, spans, at), points))
    return made


def main() -> None:
    """Train and judge a sentence classifier as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=6e-5)
    given = parser.parse_args()
    torch.manual_seed(_SEED)
    chance = random.Random(_SEED)  # noqa: S311 - reproducible, not a secret
    tokenizer = Tokenizer.from_file(str(given.base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    model = SentenceClassifier(encoder_on(given.base), tokenizer)
    made = examples(tokenizer, [*notes_in("notes", leave=held_out()), *notes_in("contrast"), *notes_in("everyday")])
    share = np.stack([points for _, points in made]).mean(0)
    with torch.no_grad():
        model.head.bias.copy_(torch.logit(torch.tensor(share).clamp(1e-4, 0.5)))
    optimiser = torch.optim.AdamW(
        [
            {"params": model.encoder.parameters(), "lr": given.learning_rate},
            {"params": model.head.parameters(), "lr": 1e-3},
        ],
        fused=True,
    )
    unseen, log = notes_in("notes", keep=held_out()), []
    for epoch in range(given.epochs):
        began, lost = time.monotonic(), 0.0
        batches = _batches(made, chance)
        for number, batch in enumerate(batches):
            done = (epoch + number / len(batches)) / given.epochs
            for group, rate in zip(optimiser.param_groups, (given.learning_rate, 1e-3), strict=True):
                group["lr"] = rate * min(1.0, done * 16 + 0.01) * (1 - done)
            lost += _step(model, batch, optimiser)
        log.append({"loss": lost / len(batches), "seconds": time.monotonic() - began, **judge(model, unseen)})
        print(f"epoch {epoch + 1}/{given.epochs} {log[-1]}", file=sys.stderr, flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    plan = {"epochs": given.epochs, "learning_rate": given.learning_rate, "tokens_per_step": _TOKENS_PER_STEP}
    (given.out / "log.json").write_text(json.dumps({"plan": plan, "epochs": log}, indent=1), encoding="utf-8")


def _batches(
    made: Sequence[tuple[list[int], np.ndarray]], chance: random.Random
) -> list[list[tuple[list[int], np.ndarray]]]:
    order = sorted(made, key=lambda example: (len(example[0]) + chance.randrange(9), chance.random()))
    grouped: list[list[tuple[list[int], np.ndarray]]] = [[]]
    for example in order:
        if (len(grouped[-1]) + 1) * (len(example[0]) + 9) > _TOKENS_PER_STEP:
            grouped.append([])
        grouped[-1].append(example)
    chance.shuffle(grouped)
    return grouped


def _step(
    model: SentenceClassifier, batch: Sequence[tuple[list[int], np.ndarray]], optimiser: torch.optim.Optimizer
) -> float:
    model.train()
    _, _, pad = special_ids(model.tokenizer)
    width = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([[*ids, *[pad] * (width - len(ids))] for ids, _ in batch])
    mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in batch])
    points = torch.tensor(np.stack([points for _, points in batch]))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_SHORT):
        logits = model(ids, mask)
    weight = torch.full((len(POINTS),), 2.0)
    loss = (
        nn.functional.binary_cross_entropy_with_logits(logits.float(), points, pos_weight=weight, reduction="none")
        .sum(-1)
        .mean()
    )
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return float(loss.item())


if __name__ == "__main__":
    main()
