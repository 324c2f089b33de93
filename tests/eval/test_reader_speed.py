"""The speed of profiles with a sentence reader: measured here on a tiny reader of random weights, in this process."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import BertConfig, BertModel

from eval.benchmarks import corpus, one_reader, readers
from screener.reader import weights
from screener.reader.network import TokenTagger, encoder_on
from screener.records import INDICATORS

TEXT = "Terry slipped her a phone. Mum made tea. He was not in."


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator([TEXT], trainers.WordPieceTrainer(vocab_size=200, special_tokens=special))
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=200, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128,
    )  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def reader(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    settings = {
        "name": "tiny", "version": "1", "base": base.name, "licence": "Apache-2.0", "window": 64, "overlap": 16,
        "thresholds": dict.fromkeys(INDICATORS, 0.5), "follow_up": 0.0, "unnamed": 1.0,
        "confidence": {"base": 0.0, "reader": 1.0},
        "decides": (), "trained_on": {},
    }  # fmt: skip
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    weights.save(folder, TokenTagger(encoder_on(base)), tokenizer, settings)
    return folder


@pytest.mark.parametrize("way", one_reader.WAYS)
def test_each_way_of_reading_is_measured(way: str, base: Path, reader: Path) -> None:
    folder = base if way == "pipeline" else reader
    found = one_reader.measured(lambda: one_reader.WAYS[way]("full", folder), [TEXT] * 2, [TEXT] * 3)
    assert set(found) == {"load_seconds", "loaded_mb", "peak_mb", "long_ms", "notes", "words"}
    assert all(value > 0 for value in found.values())
    assert found["words"] == pytest.approx(found["notes"] * len(TEXT.split()))


def test_the_plain_pipeline_is_sent_every_sentence_one_by_one(base: Path) -> None:
    assert len(one_reader.pipeline("full", base)(TEXT)) == 3


def test_notes_of_the_length_that_is_timed_can_be_made() -> None:
    assert all(len(note.split()) >= readers.LONG for note in corpus.notes(2, readers.LONG))


FIGURES = {"load_seconds": 2.0, "loaded_mb": 600.0, "peak_mb": 700.0, "long_ms": 250.0, "notes": 5.0, "words": 1000.0}


def test_the_section_gives_ratios_within_the_run() -> None:
    found = {
        ("full", "running"): FIGURES,
        ("full", "pipeline"): FIGURES | {"notes": 1.0},
        ("fast", "running"): FIGURES | {"notes": 30.0},
    }
    text = readers.section(found, ["something else"], 60)
    assert "| full: as it ships | 2.0 | 600 | 700 | 250 | 5.0 | 1000 | 5.0× |" in text
    assert "`fast` reads 6.0 times the notes a second of `full`." in text
    assert "Not measured here: something else." in text


def test_profiles_that_are_not_there_and_bases_not_given_are_said(
    monkeypatch: pytest.MonkeyPatch, reader: Path, tmp_path: Path
) -> None:
    asked = []

    class Done:
        returncode = 0
        stdout = json.dumps(FIGURES)

    def run(command: list[str], **_: object) -> Done:
        asked.append(command[3:6])
        return Done()

    monkeypatch.setattr(weights, "shipped", lambda profile: reader if profile == "fast" else tmp_path)
    monkeypatch.setattr(readers.subprocess, "run", run)
    found, missing = readers.measure(3, None, lambda _: None)
    assert set(found) == {("fast", "running"), ("fast", "exact")}
    assert asked == [["running", "fast", str(reader)], ["exact", "fast", str(reader)]]
    assert any("profile 'full'" in line for line in missing)
    assert any("bases were not given" in line for line in missing)
