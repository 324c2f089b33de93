"""A reader on disk: it comes back as it was saved, and is refused with a mend where it is not what was saved."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import screener
from screener.reader import weights
from screener.reader.reading import SentenceReader

TEXT = "Mum made tea then. He came by and the lantern is ours he said. " * 30


@pytest.fixture
def folder(tiny_reader: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_reader, tmp_path / "reader"))


def test_the_running_type_gives_the_answers_of_the_reference(tiny_reader: Path) -> None:
    reference = SentenceReader(weights.load(tiny_reader), torch.float32)
    running = SentenceReader(weights.load(tiny_reader), torch.bfloat16)
    offsets = [(at, at + 1) for at in range(0, len(TEXT), 7)]
    exact, quick = (reader.read(TEXT).chances(offsets) for reader in (reference, running))
    assert np.abs(exact - quick).max() < 0.1
    assert np.corrcoef(exact.ravel(), quick.ravel())[0, 1] > 0.999


def test_no_file_is_too_large_for_a_code_host(tiny_reader: Path) -> None:
    for profile in ("full", "fast"):
        sizes = [path.stat().st_size for path in weights.shipped(profile).iterdir()]
        assert sizes
        assert max(sizes) <= 95_000_000


@pytest.mark.parametrize("profile", ["full", "fast"])
def test_the_shipped_readers_are_whole(profile: str) -> None:
    settings = weights.settings_in(weights.shipped(profile))
    assert settings.base in ("mpnet", "minilm")
    assert settings.licence == "Apache-2.0"


def cut_short(folder: Path) -> None:
    path = folder / "weights-1.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def tampered(folder: Path) -> None:
    path = folder / "weights-1.safetensors"
    held = bytearray(path.read_bytes())
    held[-1] ^= 1
    path.write_bytes(held)


def other_labels(folder: Path) -> None:
    path = folder / "reader.json"
    settings = json.loads(path.read_text())
    settings["points"] = settings["points"][1:]
    path.write_text(json.dumps(settings))


def other_format(folder: Path) -> None:
    path = folder / "reader.json"
    settings = json.loads(path.read_text())
    settings["format"] = 99
    path.write_text(json.dumps(settings))


def other_tokeniser(folder: Path) -> None:
    import hashlib

    (folder / "tokenizer.json").write_text('{"version": "9.9"}')
    path = folder / "reader.json"
    settings = json.loads(path.read_text())
    settings["sha256"]["tokenizer.json"] = hashlib.sha256((folder / "tokenizer.json").read_bytes()).hexdigest()
    path.write_text(json.dumps(settings))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (cut_short, "checksum differs"),
        (tampered, "checksum differs"),
        (lambda folder: (folder / "weights-1.safetensors").unlink(), "is missing"),
        (lambda folder: (folder / "reader.json").unlink(), "no sentence reader"),
        (lambda folder: (folder / "reader.json").write_text("{"), "cannot be read"),
        (other_labels, "other indicators"),
        (other_format, "format 99"),
        (other_tokeniser, "tokenizers package"),
    ],
)
def test_a_reader_that_is_not_what_was_saved_is_refused(folder: Path, harm: Callable[[Path], None], said: str) -> None:
    harm(folder)
    with pytest.raises(screener.ModelError, match=said):
        screener.load(profile="full", reader=folder)


@pytest.mark.parametrize("package", ["torch", "transformers", "safetensors", "tokenizers"])
def test_a_missing_package_is_named_with_what_to_install(
    tiny_reader: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(screener.ModelError, match=rf"'{package}'.*pip install"):
        screener.load(profile="full", reader=tiny_reader)


def test_the_lexicon_profile_works_without_any_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = screener.load(profile="lexicon").screen("She told me to keep it secret.")
    assert (result.profile, result.model_version) == ("lexicon", None)


def test_an_unknown_profile_and_a_reader_for_the_lexicon_profile_are_refused(tiny_reader: Path) -> None:
    with pytest.raises(screener.ModelError, match="choose one of lexicon, fast, full"):
        screener.load(profile="slow")  # type: ignore[arg-type]
    with pytest.raises(screener.ModelError, match="without a sentence reader"):
        screener.load(profile="lexicon", reader=tiny_reader)
