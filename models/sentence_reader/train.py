"""Train the sentence reader: ``python -m models.sentence_reader.train --base FOLDER --out FOLDER``.

Seeded, resumable (run the same command again), and stopped early on the briefs held out of training. A GPU is used
where there is one. The folder given as ``--out`` holds the best state, the log, and the state to go on from.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import torch
from tokenizers import Tokenizer

from models.sentence_reader.data import HERE, held_out, names, notes_in
from models.sentence_reader.teacher import Teachers
from screener.reader import weights
from screener.reader.judge import judge
from screener.reader.network import TokenTagger, encoder_on
from screener.reader.reading import SentenceReader
from screener.reader.tagger import Tagger
from screener.reader.training import Material, Plan, Trainer


def main(arguments: Sequence[str] | None = None) -> None:
    """Train a reader as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the pretrained encoder")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the best state, the log and the resume state"
    )
    parser.add_argument("--start", type=Path, help="folder of a reader to go on from, in place of a new one")
    parser.add_argument("--layers", type=int, help="keep only so many of the encoder's layers, from the lowest up")
    parser.add_argument(
        "--teacher", type=Path, action="append", default=[], help="folder of a reader to learn from too"
    )
    parser.add_argument("--teacher-share", type=float, default=0.5, help="the teachers' part in what is learnt")
    for field in fields(Plan):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    parser.add_argument("--data", type=Path, default=HERE, help="folder of annotated data, laid out as the one here")
    given = parser.parse_args(arguments)
    plan = Plan(**{field.name: getattr(given, field.name) for field in fields(Plan)})
    tokenizer = Tokenizer.from_file(str(given.base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    material = Material(
        notes=notes_in("notes", leave=held_out(given.data), data=given.data),
        contrast=notes_in("contrast", data=given.data),
        everyday=notes_in("everyday", data=given.data),
        names=names(given.data),
    )
    unseen = notes_in("notes", keep=held_out(given.data), data=given.data)
    torch.manual_seed(plan.seed)
    model = weights.load(given.start).model if given.start else TokenTagger(encoder_on(given.base))
    if given.layers:
        model.encoder.encoder.layer = model.encoder.encoder.layer[: given.layers]
    everything = [*material.notes, *material.contrast, *material.everyday]
    readers = [SentenceReader(weights.load(folder)) for folder in given.teacher]
    teachers = Teachers(readers, everything, given.teacher_share) if readers else None
    Trainer(
        model,
        tokenizer,
        material,
        plan,
        given.out,
        judge=lambda state: judge(Tagger(state, tokenizer, plan.window, plan.overlap), unseen),
        teacher=teachers,
        fresh=given.start is None,
    ).train()


if __name__ == "__main__":
    main()
