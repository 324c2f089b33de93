"""Turn a trained state into a reader that ships: ``python -m models.sentence_reader.calibrate --state … --out …``.

On the briefs held out of training, and on further annotated notes that neither reader nor lexicon was made on
(``--also``), it fits the joined match confidence; sets each indicator's threshold so that what the reader alone lights
is kept about equally often for every indicator, at the lowest level at which no more than ``--false-rate`` highlights
in 1,000 words are wrong; finds the attributes that the reader decides better than the defaults; and writes the folder.
What it measured goes to ``calibration.json`` beside the state.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from models.sentence_reader.data import HERE, held_out, notes_in
from screener.annotations import AnnotatedNote, read
from screener.evaluation import Evaluation, evaluate
from screener.lexicon.compiled import load as load_lexicon
from screener.pipeline.joining import terms
from screener.pipeline.screen import Screener
from screener.reader import weights
from screener.reader.network import TokenTagger, encoder_on
from screener.reader.reading import SentenceReader
from screener.reader.spans import Opinion
from screener.records import ATTRIBUTES, INDICATORS

#: Ridge on each indicator's own term: with a hundred notes an indicator is seen a few dozen times at best.
_RIDGE = 30.0
_FIRST_THRESHOLD = 0.2
#: Levels tried: how often what the reader alone lights is kept under its indicator.
_LEVELS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
#: Below this probability of "to follow up" a passage is left out. On held-out briefs and gold alike, 0.35 cost one
#: point of recall and brought two of precision.
_FOLLOW_UP = 0.35
#: From this probability of "to follow up" a passage is lit though no indicator reaches its threshold. On held-out
#: briefs and gold alike, it brought two points of recall and cost no precision.
_UNNAMED = 0.8


class _Remembering(SentenceReader):
    """A reader that reads each text once, so that thresholds can be tried out at no cost."""

    def __init__(self, reader: weights.Reader) -> None:
        super().__init__(reader)
        self._known: dict[str, Opinion] = {}

    def read(self, text: str) -> Opinion:
        if text not in self._known:
            self._known[text] = super().read(text)
        return self._known[text]

    def weighed(self, *_: Any) -> list[tuple[int, int]]:
        return []

    def use(self, thresholds: dict[str, float], confidence: dict[str, float], decides: tuple[str, ...]) -> None:
        """Go on with other settings."""
        update = {"thresholds": thresholds, "confidence": confidence, "decides": decides}
        self.settings = self.settings.model_copy(update=update)
        self._thresholds = [thresholds[name] for name in INDICATORS]


def gathered(screener: Screener, notes: Iterable[AnnotatedNote]) -> list[tuple[dict[str, float], bool]]:
    """Return the terms of every passage, and whether an annotator kept it."""
    rows = []
    for note in notes:
        parsed = screener.lexicon.parse(note.text)
        (passages,) = screener.passages([parsed])
        for passage, _ in passages:
            start, end = parsed.original(passage.first, passage.last)
            kept = any(s.indicator == passage.indicator and s.start < end and start < s.end for s in note.spans)
            rows.append((terms(passage), kept))
    return rows


def fit(rows: Sequence[tuple[dict[str, float], bool]]) -> dict[str, float]:
    """Fit the logistic function of the terms by Newton's method, with a ridge on the indicators' own terms."""
    names = sorted({name for found, _ in rows for name in found})
    x = np.array([[found.get(name, 0.0) for name in names] for found, _ in rows])
    y = np.array([kept for _, kept in rows], float)
    ridge = np.diag([_RIDGE if name in INDICATORS else 0.05 for name in names])
    w = np.zeros(len(names))
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ w)))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + ridge, x.T @ (y - p) - ridge @ w)
        w += step
        if np.abs(step).max() < 1e-8:
            break
    return dict(zip(names, w.round(4).tolist(), strict=True))


#: Indicators that are lit by the reader alone only where it is surer. In ordinary consultations of adults every sore
#: knee is a physical sign; the reader has seen few such texts.
_SURER = {"physical_sign": 0.65}


def thresholds_for(kept: float, confidence: dict[str, float]) -> dict[str, float]:
    """Return for each indicator the probability at which a passage of the reader alone is kept so often."""
    found = {}
    for name in INDICATORS:
        level = max(kept, _SURER.get(name, 0.0))
        wanted = math.log(level / (1 - level))
        rest = sum(confidence.get(term, 0.0) for term in ("base", "sighting", name))
        found[name] = round(
            min(0.98, max(_FIRST_THRESHOLD, 1 / (1 + math.exp(-(wanted - rest) / confidence["reader"])))), 4
        )
    return found


def deciding(
    reader: SentenceReader, screener: Screener, notes: Iterable[AnnotatedNote]
) -> dict[str, tuple[int, float, float]]:
    """Return for each attribute the passages where no context cue speaks, and how often the defaults and the reader are
    right there.
    """
    right = {name: [0, 0, 0] for name in ATTRIBUTES}
    for note in notes:
        opinion = reader.read(note.text)
        for highlight in screener.screen(note.note()).highlights:
            same = [s for s in note.spans if s.indicator == highlight.indicator]
            span = next((s for s in same if s.start < highlight.end and highlight.start < s.end), None)
            said = opinion.of(highlight.indicator, highlight.start, highlight.end)
            if span is None or said is None or all(evidence.by != "reader" for evidence in highlight.evidence):
                continue
            spoken = {evidence.sets.split("=")[0] for evidence in highlight.evidence if evidence.sets}
            for name in ATTRIBUTES:
                if name not in spoken:
                    truth = str(getattr(span, name)).lower()
                    right[name][0] += 1
                    right[name][1] += str(getattr(highlight, name)).lower() == truth
                    right[name][2] += said.attributes[name] == truth
    return {name: (of, a / max(1, of), b / max(1, of)) for name, (of, a, b) in right.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Calibrate and write a reader as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="folder of the pretrained encoder")
    parser.add_argument("--state", type=Path, required=True, help="best.pt of a training run")
    parser.add_argument("--out", type=Path, required=True, help="folder of the reader")
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", default="1")
    parser.add_argument("--false-rate", type=float, default=12.0, help="wrong highlights in 1,000 words to bear")
    parser.add_argument("--data", type=Path, default=HERE, help="folder of annotated data, laid out as the one here")
    parser.add_argument(
        "--also", type=Path, action="append", default=[], help="folder of annotated notes to calibrate on too"
    )
    given = parser.parse_args(arguments)
    tokenizer = Tokenizer.from_file(str(given.base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoder = encoder_on(given.base)
    state = torch.load(given.state, weights_only=True)
    layers = 1 + max(int(name.split(".")[3]) for name in state if name.startswith("encoder.encoder.layer."))
    encoder.encoder.layer = encoder.encoder.layer[:layers]
    encoder.config.num_hidden_layers = layers
    model = TokenTagger(encoder)
    model.load_state_dict(state)
    log = json.loads((given.state.parent / "log.json").read_text(encoding="utf-8"))
    settings: dict[str, Any] = {
        "name": given.name,
        "version": given.version,
        "base": given.base.name,
        "licence": "Apache-2.0",
        "window": log["plan"]["window"],
        "overlap": log["plan"]["overlap"],
        "thresholds": dict.fromkeys(INDICATORS, _FIRST_THRESHOLD),
        "follow_up": _FOLLOW_UP,
        "unnamed": _UNNAMED,
        "confidence": {"base": 0.0, "reader": 1.0},
        "decides": (),
        "trained_on": {"plan": log["plan"], "epochs": len(log["epochs"])},
    }
    weights.save(given.out, model, tokenizer, settings)
    reader = _Remembering(weights.load(given.out))
    screener = Screener(load_lexicon(), "full", reader)
    held = notes_in("notes", keep=held_out(given.data), data=given.data)
    notes = [*held, *(note for folder in given.also for file in sorted(folder.glob("*.txt")) for note in read(file))]
    first = fit(gathered(screener, notes))
    levels = {}
    for level in _LEVELS:
        reader.use(thresholds_for(level, first), first, ())
        levels[level] = figures(evaluate(notes, lambda note: screener.screen(note.note())))
    bearable = [level for level, found in levels.items() if found["false per 1,000 words"] <= given.false_rate]
    level = min(bearable, default=_LEVELS[-1])
    thresholds = thresholds_for(level, first)
    reader.use(thresholds, first, ())
    confidence = fit(gathered(screener, notes))
    shares = deciding(reader, screener, notes)
    decides = tuple(name for name, (_, defaults, ours) in shares.items() if ours > defaults + 0.01)
    settings |= {"thresholds": thresholds, "confidence": confidence, "decides": decides}
    weights.save(given.out, model, tokenizer, settings)
    reader.use(thresholds, confidence, decides)
    measured = {
        "levels": levels,
        "level": level,
        "attributes (passages, defaults right, reader right)": shares,
        "decides": decides,
        "held-out briefs": figures(evaluate(held, lambda note: screener.screen(note.note()))),
    }
    (given.state.parent / "calibration.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(measured, indent=1))


def figures(result: Evaluation) -> dict[str, float]:
    """Return the figures of an evaluation that cards and logs carry."""
    return {
        "pointed-at recall": round(result.pointed_at.recall.value, 3),
        "pointed-at precision": round(result.pointed_at.precision.value, 3),
        "label F1": round(result.label.f1, 3),
        "assertion": round(result.attributes["assertion"].value, 3),
        "calibration error": round(result.calibration_error, 3),
        "false per 1,000 words": round(result.false_per_1000_words, 2),
        "false per 1,000 words of quiet notes": round(result.quiet_false_per_1000_words, 2),
    }


if __name__ == "__main__":
    main()
