"""A team's own reader: learnt from its reviewers' decisions, and refused where it would read worse than before.

Decisions are lines of JSON as the service exports them: the note's text, the passage, and whether reviewers kept the
reading. The update starts from the reader in use. Whatever nobody decided on, it is taught to say as before, so that a
few dozen decisions move only what they are about. Everything stays in the team's own folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from screener.annotations import AnnotatedNote
from screener.errors import AnnotationError, ModelError
from screener.evaluation import evaluate
from screener.pipeline.screen import Screener
from screener.reader.labels import FOLLOW_UP
from screener.records import INDICATORS, Indicator, text_digest

if TYPE_CHECKING:
    from screener.reader.reading import SentenceReader

#: How far a figure on the gold may fall before an update is refused: what a handful of notes moves by chance.
TOLERANCE = 0.01
_FIGURES = ("pointed-at recall", "pointed-at precision", "label F1")


class Decision(BaseModel):
    """What a reviewer decided of one passage: ``kept`` is whether its words do say what the highlight read in them.

    A passage that was set aside because it is already followed up is kept: the reading was right.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    text: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int
    indicator: Indicator
    kept: bool


@dataclass(frozen=True)
class Change:
    """A passage that the update lights and the reader in use does not, or the other way about."""

    note: str
    indicator: str
    text: str
    lit: bool


@dataclass(frozen=True)
class Outcome:
    """What an update did: the decisions it learnt from, what changes, the gold before and after, and what fell."""

    decisions: int
    changes: tuple[Change, ...]
    before: dict[str, float]
    after: dict[str, float]
    fallen: tuple[str, ...]
    folder: Path | None


def read_decisions(path: Path) -> list[Decision]:
    """Read exported decisions (JSON lines). Raises AnnotationError naming the line, never its words."""
    found: list[Decision] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            decision = Decision.model_validate_json(line)
        except ValidationError as error:
            where = ", ".join(sorted({".".join(map(str, problem["loc"])) or "the line" for problem in error.errors()}))
            raise AnnotationError(
                f"{path}, line {number}: not a decision ({where}); export the answers again"
            ) from None
        if not decision.start < decision.end <= len(decision.text):
            raise AnnotationError(
                f"{path}, line {number}: the passage does not lie in the text; export the answers again"
            )
        found.append(decision)
    if not found:
        raise AnnotationError(f"{path} holds no decisions; export the answers again once some passages were answered")
    return found


def learn(
    decisions: Sequence[Decision],
    gold: Sequence[AnnotatedNote],
    screener: Screener,
    folder: Path,
    *,
    epochs: int = 4,
    learning_rate: float = 2e-5,
    say: Callable[[str], None],
) -> Outcome:
    """Train an update of the screener's reader on decisions, into ``folder``; keep it only where the gold holds.

    The outcome's ``folder`` is ``None`` where the update was refused; then nothing of it is left behind.
    Raises ModelError where the screener has no reader to update.
    """
    import torch

    from screener.reader import weights
    from screener.reader.reading import SentenceReader
    from screener.reader.training import Material, Plan, Trainer

    if screener.reader is None or screener.reader.folder is None:
        raise ModelError("there is no sentence reader to update; load profile='full' or profile='fast'")
    taught = _Taught(screener.reader, decisions)
    start = weights.load(screener.reader.folder)
    settings = start.settings
    plan = Plan(
        epochs=epochs,
        window=settings.window,
        overlap=settings.overlap,
        learning_rate=learning_rate,
        head_learning_rate=5 * learning_rate,
        noise=0.0,
        frozen_layers=start.model.encoder.config.num_hidden_layers - 2,
        patience=epochs,
    )
    work = folder.with_name(folder.name + ".training")
    best = Trainer(
        start.model, start.tokenizer, Material(taught.notes), plan, work,
        judge=lambda _: {"score": 0.0}, teacher=taught.lesson, fresh=False, say=say,
    ).train()  # fmt: skip
    start.model.load_state_dict(torch.load(best, weights_only=True))
    kept = settings.model_dump(exclude={"sha256", "points", "attributes", "encoder"})
    digest = text_digest(json.dumps([decision.model_dump() for decision in decisions]))[:8]
    kept |= {
        "version": f"{settings.version}+{digest}",
        "trained_on": {**settings.trained_on, "decisions": len(decisions)},
    }
    weights.save(work / "reader", start.model, start.tokenizer, kept)
    updated = Screener(screener.lexicon, screener.profile, SentenceReader(weights.load(work / "reader")))
    before, after = (_figures(gold, one) for one in (screener, updated))
    fallen = tuple(name for name in _FIGURES if after[name] < before[name] - TOLERANCE)
    changes = tuple(_changes(screener, updated, taught.notes))
    if not fallen:
        (work / "reader").rename(folder)
    shutil.rmtree(work)
    return Outcome(len(decisions), changes, before, after, fallen, None if fallen else folder)


class _Taught:
    """Notes with decisions, and what is to be learnt of each: as before, but for the passages decided on."""

    def __init__(self, reader: SentenceReader, decisions: Iterable[Decision]) -> None:
        self._reader = reader
        self._by_text: dict[str, list[Decision]] = {}
        for decision in decisions:
            self._by_text.setdefault(decision.text, []).append(decision)
        self.notes = [AnnotatedNote(text_digest(text)[:12], text, ()) for text in self._by_text]

    def lesson(self, note: AnnotatedNote, tokens: Any, points: Any) -> Any:
        """Return what each token is to get, of shape (tokens, POINTS)."""
        said = self._reader.read(note.text).chances(tokens.offsets)
        points[:] = said
        for decision in self._by_text[note.text]:
            column = INDICATORS.index(decision.indicator)
            for at, (start, end) in enumerate(tokens.offsets):
                if start < decision.end and end > decision.start:
                    points[at, column] = float(decision.kept)
                    # Nothing to follow up either, unless some other indicator still stands there.
                    others = points[at, : len(INDICATORS)].max()
                    points[at, FOLLOW_UP] = 1.0 if decision.kept else min(points[at, FOLLOW_UP], others)
        return points


def _changes(before: Screener, after: Screener, notes: Iterable[AnnotatedNote]) -> Iterable[Change]:
    for note in notes:
        old, new = ({(h.indicator, h.text) for h in s.screen(note.note()).follow_up} for s in (before, after))
        for indicator, text in sorted(old ^ new):
            yield Change(note.id, indicator, text, lit=(indicator, text) in new)


def _figures(gold: Sequence[AnnotatedNote], screener: Screener) -> dict[str, float]:
    result = evaluate(gold, lambda note: screener.screen(note.note()))
    values = (result.pointed_at.recall.value, result.pointed_at.precision.value, result.label.f1)
    return dict(zip(_FIGURES, values, strict=True))
