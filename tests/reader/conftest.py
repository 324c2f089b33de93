"""A reader small enough to train in seconds: two layers over a vocabulary of its own, on notes with a telltale word."""

import random
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import BertConfig, BertModel

from models.sentence_reader import calibrate, train

PLAIN = "he came by and mum made tea then we played with the dog near the park after school on the bus"


def note(number: int, chance: random.Random, lit: bool) -> str:
    """A note of three sentences; where it is lit, the middle one is about a lantern, which stands for the sign."""
    said = [" ".join(chance.choices(PLAIN.split(), k=8)) for _ in range(3)]
    if lit:
        said[1] = f"{said[1]} ⟦secrecy;source=child|the lantern is ours {chance.choice(PLAIN.split())}⟧"
    return f"=== NOTE id=n{number}\n" + ". ".join(said) + ".\n"


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    chance = random.Random(1)
    for folder in ("notes", "contrast", "everyday"):
        (data / folder).mkdir()
    for brief in range(6):
        notes = [note(brief * 100 + at, chance, lit=at % 2 == 0) for at in range(24)]
        (data / "notes" / f"b{brief}.txt").write_text("\n".join(notes), encoding="utf-8")
    (data / "everyday" / "e.txt").write_text(note(900, chance, lit=False), encoding="utf-8")
    (data / "contrast" / "k.txt").write_text(note(901, chance, lit=True), encoding="utf-8")
    (data / "split.yaml").write_text("held_out_briefs: [b5]\n", encoding="utf-8")
    (data / "names.yaml").write_text("people: [Ana, Ben]\n", encoding="utf-8")
    return data


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("base")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    tokenizer.train_from_iterator([PLAIN, "the lantern is ours . , | terry bought her a phone"], trainer)
    tokenizer.save(str(base / "tokenizer.json"))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=300, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128, hidden_dropout_prob=0.0,
    )  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(base)
    return base


@pytest.fixture(scope="session")
def trained(tiny_base: Path, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The training command on a reduced budget; returns its folder."""
    out = tmp_path_factory.mktemp("run")
    train.main(command(tiny_base, tiny_data, out))
    return out


@pytest.fixture(scope="session")
def tiny_reader(trained: Path, tiny_base: Path, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader folder that calibration makes of the trained state."""
    folder = tmp_path_factory.mktemp("readers") / "tiny"
    calibrate.main(
        ["--base", str(tiny_base), "--state", str(trained / "best.pt"), "--out", str(folder), "--name", "tiny",
         "--data", str(tiny_data)]
    )  # fmt: skip
    return folder


def command(base: Path, data: Path, out: Path) -> list[str]:
    sizes = {"epochs": 6, "window": 48, "overlap": 8, "tokens-per-step": 256, "frozen-layers": 0}
    rates = {"learning-rate": 3e-3, "head-learning-rate": 1e-2, "noise": 0.2, "patience": 6}
    options = [part for name, value in (sizes | rates).items() for part in (f"--{name}", str(value))]
    return ["--base", str(base), "--data", str(data), "--out", str(out), *options]
