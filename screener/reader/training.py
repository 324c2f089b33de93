"""Training of the token tagger on annotated notes: seeded, resumable, stopped early on a development set."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from screener.annotations import AnnotatedNote
from screener.reader.augment import as_another_hand
from screener.reader.labels import CHOICES, FOLLOW_UP, POINTS
from screener.reader.network import TokenTagger, fastest_type
from screener.reader.windows import Tokens, special_ids, tokens_of, windows
from screener.records import ATTRIBUTES

_INDEX = {name: at for at, name in enumerate(POINTS)}
_NOT_MARKED = -100


@dataclass(frozen=True)
class Plan:
    """How a reader is trained. Sizes are in tokens, rates per step; the defaults are those of the shipped readers."""

    seed: int = 20261123
    epochs: int = 12
    window: int = 256
    overlap: int = 64
    tokens_per_step: int = 1024
    learning_rate: float = 6e-5
    head_learning_rate: float = 1e-3
    warm_up: float = 0.06
    weight_decay: float = 0.01
    positive_weight: float = 2.0
    attribute_weight: float = 0.15
    contrast_weight: float = 1.0
    contrast_share: float = 0.5
    everyday_share: float = 0.5
    noise: float = 0.5
    frozen_layers: int = 2
    patience: int = 3


@dataclass(frozen=True)
class Material:
    """What a reader is trained on: whole notes, contrast texts, everyday notes, and names that stand for another."""

    notes: Sequence[AnnotatedNote]
    contrast: Sequence[AnnotatedNote] = ()
    everyday: Sequence[AnnotatedNote] = ()
    names: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """One window with its targets: ids (tokens), points (tokens, POINTS), choices (tokens, attributes), weight.

    ``points`` are 0 or 1 where a person marked the text, and anything between where a teacher had its say.
    """

    ids: list[int]
    points: np.ndarray
    choices: np.ndarray
    weight: float = 1.0


def targets(note: AnnotatedNote, tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
    """Return what each token should get: points (tokens, POINTS) of 0 or 1, choices (tokens, attributes) as indices.

    Where marks are nested the inner one sets the attributes.
    """
    points = np.zeros((len(tokens), len(POINTS)), np.float32)
    choices = np.full((len(tokens), len(ATTRIBUTES)), _NOT_MARKED, np.int64)
    starts = np.array([start for start, _ in tokens.offsets])
    ends = np.array([end for _, end in tokens.offsets])
    for span in sorted(note.spans, key=lambda span: span.start - span.end):
        inside = (starts < span.end) & (ends > span.start)
        points[inside, _INDEX[span.indicator]] = 1
        if span.follow_up:
            points[inside, FOLLOW_UP] = 1
        for column, (name, values) in enumerate(ATTRIBUTES.items()):
            choices[inside, column] = values.index(
                str(getattr(span, name)).lower() if name in _FLAGS else getattr(span, name)
            )
    return points, choices


_FLAGS = ("template", "resolved")

#: A teacher: given a note, its tokens and what the marks say of them (tokens, POINTS), what is to be learnt instead.
Teacher = Callable[[AnnotatedNote, Tokens, np.ndarray], np.ndarray]


def cut(
    note: AnnotatedNote, tokenizer: Any, plan: Plan, shift: int = 0, weight: float = 1.0, teacher: Teacher | None = None
) -> Iterator[Window]:
    """Cut a note into training windows, the first ``shift`` tokens in a window of their own."""
    tokens = tokens_of(tokenizer, note.text)
    if not len(tokens):
        return
    points, choices = targets(note, tokens)
    if teacher is not None:
        points = teacher(note, tokens, points)
    size = plan.window - 2
    parts = [(0, len(tokens))] if len(tokens) <= size or not shift else [(0, shift), (shift, len(tokens))]
    for start, end in parts:
        for first, last in windows(end - start, size, plan.overlap):
            at = slice(start + first, start + last)
            yield Window(tokens.ids[at], points[at], choices[at], weight)


def epoch_windows(
    material: Material, tokenizer: Any, plan: Plan, chance: random.Random, teacher: Teacher | None = None
) -> list[Window]:
    """Return the windows of one epoch: every note, as another hand would have typed it, and shares of the rest."""
    chosen: list[tuple[AnnotatedNote, float]] = [(note, 1.0) for note in material.notes]
    chosen += [(note, 1.0) for note in _share(material.everyday, plan.everyday_share, chance)]
    chosen += [(note, plan.contrast_weight) for note in _share(material.contrast, plan.contrast_share, chance)]
    made: list[Window] = []
    for note, weight in chosen:
        typed = as_another_hand(note, chance, material.names, plan.noise)
        made += cut(typed, tokenizer, plan, chance.randrange(plan.window // 2), weight, teacher)
    return made


def _share(notes: Sequence[AnnotatedNote], share: float, chance: random.Random) -> list[AnnotatedNote]:
    return chance.sample(list(notes), round(share * len(notes)))


def batches(made: Sequence[Window], tokens_per_step: int, chance: random.Random) -> list[list[Window]]:
    """Group windows of like length into batches of at most ``tokens_per_step`` padded tokens, in random order."""
    order = sorted(made, key=lambda window: (len(window.ids) + chance.randrange(9), chance.random()))
    grouped: list[list[Window]] = []
    longest = 0
    for window in order:
        longest = max(longest, len(window.ids) + 2)
        if not grouped or (len(grouped[-1]) + 1) * longest > tokens_per_step:
            grouped.append([])
            longest = len(window.ids) + 2
        grouped[-1].append(window)
    chance.shuffle(grouped)
    return grouped


def prior(made: Sequence[Window]) -> torch.Tensor:
    """Return the share of tokens with each point, as starting logits: from zeros the head takes epochs to get there."""
    share = np.concatenate([window.points for window in made]).mean(0)
    return torch.logit(torch.tensor(share).clamp(1e-4, 0.5))


class Trainer:
    """Trains a tagger epoch by epoch, keeps the best state, and can go on where it was stopped.

    ``fresh`` says that the head is new, and is to start from how common each point is.
    """

    def __init__(
        self,
        model: TokenTagger,
        tokenizer: Any,
        material: Material,
        plan: Plan,
        folder: Path,
        judge: Callable[[TokenTagger], dict[str, float]],
        teacher: Teacher | None = None,
        fresh: bool = True,
        say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.material = material
        self.plan = plan
        self.folder = folder
        self.judge = judge
        self.teacher = teacher
        self.fresh = fresh
        self.say = say
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.short = fastest_type(self.device) is torch.bfloat16
        self.log: list[dict[str, Any]] = []
        self.epoch = 0

    def train(self) -> Path:
        """Train to the last epoch or until nothing has improved for ``patience`` epochs; return the best state's file.

        ``judge`` gives the figures of an epoch; the one called ``score`` decides which is best.
        """
        torch.manual_seed(self.plan.seed)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.model.to(self.device)
        self._freeze()
        first = epoch_windows(self.material, self.tokenizer, self.plan, self._chance(0), self.teacher)
        steps = len(batches(first, self.plan.tokens_per_step, self._chance(0)))
        if self.fresh:
            with torch.no_grad():
                self.model.head.bias.zero_()
                self.model.head.bias[: len(POINTS)] = prior(first)
        optimiser, schedule = self._optimiser(steps * self.plan.epochs)
        self._resume(optimiser, schedule)
        while self.epoch < self.plan.epochs and not self._stale():
            self._train_epoch(optimiser, schedule)
            self.epoch += 1
            figures = self.judge(self.model)
            self.log[-1] |= figures
            self.say(
                f"epoch {self.epoch}/{self.plan.epochs} " + " ".join(f"{k} {v:.3f}" for k, v in self.log[-1].items())
            )
            if figures["score"] >= max(entry["score"] for entry in self.log):
                torch.save(self.model.state_dict(), self.best)
            self._save(optimiser, schedule)
        (self.folder / "log.json").write_text(
            json.dumps({"plan": asdict(self.plan), "epochs": self.log}, indent=1), encoding="utf-8"
        )
        return self.best

    @property
    def best(self) -> Path:
        """The file that holds the best state so far."""
        return self.folder / "best.pt"

    def _chance(self, epoch: int) -> random.Random:
        return random.Random(self.plan.seed * 1000 + epoch)  # noqa: S311 - reproducible, not a secret

    def _stale(self) -> bool:
        scores = [entry["score"] for entry in self.log]
        return len(scores) > self.plan.patience and max(scores[-self.plan.patience :]) < max(scores)

    def _freeze(self) -> None:
        """Keep the word vectors and the lowest layers as they came: they are general, and cost a fifth of a step."""
        frozen = [self.model.encoder.embeddings, *self.model.encoder.encoder.layer[: self.plan.frozen_layers]]
        # What all layers share would have to be followed back through the frozen ones, at the cost of training them.
        shared = getattr(self.model.encoder.encoder, "relative_attention_bias", None)
        if shared is not None and self.plan.frozen_layers:
            frozen.append(shared)
        for part in frozen:
            part.requires_grad_(False)

    def _optimiser(self, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
        head = list(self.model.head.parameters())
        body = [p for p in self.model.encoder.parameters() if p.requires_grad]
        optimiser = torch.optim.AdamW(
            [{"params": body, "lr": self.plan.learning_rate}, {"params": head, "lr": self.plan.head_learning_rate}],
            weight_decay=self.plan.weight_decay,
            fused=True,
        )
        warm = max(1, round(self.plan.warm_up * steps))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1.0, (step + 1) / warm) * max(0.0, 1 - step / (steps + 1))
        )
        return optimiser, schedule

    def _train_epoch(self, optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR) -> None:
        chance = self._chance(self.epoch)
        torch.manual_seed(self.plan.seed + self.epoch)
        made = epoch_windows(self.material, self.tokenizer, self.plan, chance, self.teacher)
        grouped = batches(made, self.plan.tokens_per_step, chance)
        self.model.train()
        began, lost = time.monotonic(), 0.0
        for number, batch in enumerate(grouped, 1):
            loss = self._loss(batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            lost += loss.item()
            if number % 50 == 0:
                self.say(
                    f"  epoch {self.epoch + 1} step {number}/{len(grouped)} loss {lost / number:.4f} "
                    f"{time.monotonic() - began:.0f} s"
                )
        self.log.append({"loss": lost / len(grouped), "seconds": time.monotonic() - began})

    def _loss(self, batch: Sequence[Window]) -> torch.Tensor:
        ids, mask, points, choices, weight = collate(batch, self.tokenizer, self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.short):
            logits = self.model(ids, mask)
        logits = logits.float()
        heavy = torch.full((len(POINTS),), self.plan.positive_weight, device=self.device)
        per_token = nn.functional.binary_cross_entropy_with_logits(
            logits[..., : len(POINTS)], points, pos_weight=heavy, reduction="none"
        ).sum(-1)
        loss = (per_token * weight).sum() / weight.sum()
        for column, part in enumerate(CHOICES.values()):
            wanted = choices[..., column]
            if bool((wanted != _NOT_MARKED).any()):
                loss = loss + self.plan.attribute_weight * nn.functional.cross_entropy(
                    logits[..., part].flatten(0, 1), wanted.flatten(), ignore_index=_NOT_MARKED
                )
        return loss

    def _save(self, optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "epoch": self.epoch,
            "log": self.log,
            "plan": asdict(self.plan),
        }
        torch.save(state, self.folder / "state.new")
        (self.folder / "state.new").replace(self.folder / "state.pt")

    def _resume(self, optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR) -> None:
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        if state["plan"] != asdict(self.plan):
            raise ValueError(f"{path} was written under another plan; give another folder, or remove it to start anew")
        self.model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        self.epoch, self.log = state["epoch"], state["log"]
        self.say(f"going on after epoch {self.epoch}")


def collate(
    batch: Sequence[Window], tokenizer: Any, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Pad windows to tensors: ids and mask (windows, tokens), points, choices, and the weight of each real token."""
    before, after, pad = special_ids(tokenizer)
    width = max(len(window.ids) for window in batch) + 2
    ids = torch.full((len(batch), width), pad)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    points = torch.zeros(len(batch), width, len(POINTS))
    choices = torch.full((len(batch), width, len(ATTRIBUTES)), _NOT_MARKED)
    weight = torch.zeros(len(batch), width)
    for row, window in enumerate(batch):
        end = len(window.ids) + 1
        ids[row, : end + 1] = torch.tensor([before, *window.ids, after])
        mask[row, : end + 1] = 1
        points[row, 1:end] = torch.from_numpy(window.points)
        choices[row, 1:end] = torch.from_numpy(window.choices)
        weight[row, 1:end] = window.weight
    return tuple(part.to(device) for part in (ids, mask, points, choices, weight))
