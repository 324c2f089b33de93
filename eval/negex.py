"""The NegEx/ConText annotated sentences: how well negation and history are told, beside two public systems."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from eval.baselines import peers
from screener.pipeline.screen import Screener


@dataclass(frozen=True)
class Sentence:
    """One annotated sentence: where the concept stands, and what its annotators said of it."""

    text: str
    start: int
    end: int
    negated: bool
    historical: bool


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and F1 of one system on one question."""

    system: str
    question: str
    precision: float
    recall: float
    f1: float


def read(path: Path) -> list[Sentence]:
    """Read the published TSV; sentences in which the concept cannot be found again are left out."""
    found = []
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            text, concept = row["sentence"], row["concept"]
            at = text.find(concept.upper())
            if at < 0:
                at = text.lower().find(concept.lower())
            if at >= 0:
                found.append(
                    Sentence(
                        text, at, at + len(concept), row["assertion"] == "Negated", row["temporality"] == "Historical"
                    )
                )
    return found


def ours(screener: Screener, sentences: list[Sentence]) -> list[tuple[bool, bool]]:
    """Return (negated, historical) of each sentence's concept by our own context."""
    judged = []
    for s in sentences:
        context = screener.contexts(s.text, [(s.start, s.end)])[0]
        judged.append((context.assertion == "negated", context.temporality == "historical"))
    return judged


def theirs(system: str, sentences: list[Sentence]) -> list[tuple[bool, bool]]:
    """Return (negated, historical) by a peer. Raises PeerUnavailableError where it cannot run here."""
    lines = [{"text": s.text, "spans": [[s.start, s.end]]} for s in sentences]
    return [
        (any(hit[3] for hit in hits), any(hit[4] for hit in hits))
        for hits in peers.ask(system, lines, {"none": ["none"]})
    ]


def agreements(system: str, sentences: list[Sentence], judged: list[tuple[bool, bool]]) -> list[Agreement]:
    """Compare judgements with the annotators'."""
    return [
        _agreement(system, "negation", [s.negated for s in sentences], [j[0] for j in judged]),
        _agreement(system, "historical", [s.historical for s in sentences], [j[1] for j in judged]),
    ]


def _agreement(system: str, question: str, truth: list[bool], said: list[bool]) -> Agreement:
    both = sum(t and s for t, s in zip(truth, said, strict=True))
    precision = both / sum(said) if any(said) else 0.0
    recall = both / sum(truth) if any(truth) else 0.0
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    return Agreement(system, question, precision, recall, f1)
