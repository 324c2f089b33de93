"""A reader on disk: its weights, tokeniser and settings, and the checksums that hold them together.

A folder holds ``reader.json`` (what it is and how to use it), ``tokenizer.json`` and ``weights-N.safetensors``.
Matrices are kept as 8-bit integers with one scale a row, and brought back to floating point at load: a quarter of the
size, and the same answers to within what the running type rounds away (``docs/decisions/0004``).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from screener.errors import ModelError
from screener.reader.labels import POINTS
from screener.records import ATTRIBUTES

if TYPE_CHECKING:
    from screener.reader.network import TokenTagger

FORMAT = 1
SETTINGS, TOKENIZER = "reader.json", "tokenizer.json"
#: No file grows past this many bytes: code hosts refuse larger ones.
_LARGEST = 90_000_000
_RESTORE = "restore the folder from the release it came with, or use profile='lexicon', which needs no reader"


class Settings(BaseModel):
    """What a reader needs besides its weights. ``window`` and ``overlap`` are in tokens.

    ``thresholds``: indicator → probability that the best token of a passage must reach. ``follow_up``: the probability
    of "to follow up" below which a passage is left out, unless an attribute sets it aside anyway; ``unnamed``: the one
    that lights a passage in which no indicator reaches its threshold. ``confidence``: the terms of the joined,
    calibrated match confidence (see ``screener.pipeline.joining``). ``decides``: the attributes
    that the reader was measured to decide better than context cues alone where none of them speaks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    name: str
    version: str
    base: str
    licence: str
    encoder: dict[str, Any]
    points: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]
    window: int = Field(gt=8)
    overlap: int = Field(ge=0)
    thresholds: dict[str, float]
    follow_up: float = Field(ge=0, le=1)
    unnamed: float = Field(ge=0, le=1)
    confidence: dict[str, float]
    decides: tuple[str, ...]
    trained_on: dict[str, Any]
    sha256: dict[str, str]


@dataclass(frozen=True)
class Reader:
    """A reader in memory: the folder it came from, its network (floating point), its tokeniser and its settings."""

    folder: Path
    model: TokenTagger
    tokenizer: Any
    settings: Settings


def shipped(profile: str) -> Path:
    """Return the folder of the reader that comes with this version: inside the wheel, or in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "_models" / profile
    return inside if inside.is_dir() else package.parent / "models" / "sentence_reader" / profile


def settings_in(folder: Path) -> Settings:
    """Read and check a reader's settings and the checksums of its files; nothing of torch is needed.

    Raises ModelError where a file is missing, cut short or changed, or where the reader speaks of other labels.
    """
    path = folder / SETTINGS
    if not path.is_file():
        raise ModelError(f"there is no sentence reader in {folder}: {SETTINGS} is missing; {_RESTORE}")
    try:
        settings = Settings.model_validate_json(path.read_bytes())
    except ValidationError as error:
        where = ", ".join(".".join(map(str, problem["loc"])) or "the file" for problem in error.errors())
        raise ModelError(f"{path} cannot be read ({where}); {_RESTORE}") from None
    if settings.format != FORMAT:
        raise ModelError(
            f"{path} is of format {settings.format}, this version reads {FORMAT}; install the version it came with"
        )
    if settings.points != POINTS or settings.attributes != ATTRIBUTES:
        raise ModelError(f"the reader in {folder} was trained for other indicators or attributes; {_RESTORE}")
    for name, wanted in settings.sha256.items():
        if not (folder / name).is_file():
            raise ModelError(f"{folder / name} is missing; {_RESTORE}")
        if _sha256(folder / name) != wanted:
            raise ModelError(f"{folder / name} is damaged or was changed: its checksum differs; {_RESTORE}")
    return settings


def load(folder: Path) -> Reader:
    """Load a reader in 32-bit floating point.

    Raises ModelError where torch, transformers or safetensors is not installed, or the folder holds no sound reader.
    """
    for package in ("torch", "transformers", "safetensors", "tokenizers"):
        if importlib.util.find_spec(package) is None:
            raise ModelError(
                f"the sentence reader needs '{package}', which is not installed: "
                "pip install 'case-note-screener[neural]', or use profile='lexicon'"
            )
    # Torch makes a cache folder as soon as it is imported. Nothing is compiled here: point it at one that is there.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(folder))
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    from screener.reader.network import TokenTagger, empty_encoder

    settings = settings_in(folder)
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the tokenizers package raises bare Exception
        raise ModelError(
            f"{folder / TOKENIZER} cannot be read by the installed tokenizers package; {_RESTORE}"
        ) from error
    stored: dict[str, torch.Tensor] = {}
    for name in settings.sha256:
        if name.endswith(".safetensors"):
            stored |= load_file(folder / name)
    with torch.device("meta"):
        model = TokenTagger(empty_encoder(settings.encoder))
    state = {name: _whole(name, stored) for name in stored if not name.endswith(":scale")}
    absent = model.load_state_dict(state, strict=False, assign=True)
    if absent.missing_keys or absent.unexpected_keys:
        raise ModelError(f"the weights in {folder} do not fit the network they name; {_RESTORE}")
    _fill_buffers(model)
    return Reader(folder, model.eval(), tokenizer, settings)


def save(folder: Path, model: TokenTagger, tokenizer: Any, settings: dict[str, Any]) -> Settings:
    """Write a reader and return its settings as written.

    ``settings`` are the fields of Settings but ``sha256``, ``points``, ``attributes`` and ``encoder``.
    Files of an earlier reader in the folder are replaced.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("weights-*.safetensors"):
        old.unlink()
    files = []
    for number, part in enumerate(_parts(_pieces(model)), 1):
        files.append(f"weights-{number}.safetensors")
        save_file(part, folder / files[-1])
    tokenizer.save(str(folder / TOKENIZER))
    config = model.encoder.config.to_diff_dict()
    encoder = {name: value for name, value in config.items() if name not in _NOT_CONFIGURATION}
    written = Settings(
        **settings,
        encoder=encoder,
        points=POINTS,
        attributes=ATTRIBUTES,
        sha256={name: _sha256(folder / name) for name in (TOKENIZER, *files)},
    )
    (folder / SETTINGS).write_text(written.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return written


_NOT_CONFIGURATION = ("_name_or_path", "architectures", "dtype", "torch_dtype", "transformers_version")


def _pieces(model: TokenTagger) -> dict[str, Any]:
    """Return what is stored of each weight: matrices as integers with a scale a row, the rest as it is."""
    import torch

    pieces: dict[str, torch.Tensor] = {}
    for name, weight in model.state_dict().items():
        weight = weight.detach().float().cpu()
        if weight.dim() == 2 and weight.numel() > 4096 and not name.startswith("head."):
            scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
            pieces[name] = (weight / scale).round().to(torch.int8)
            pieces[name + ":scale"] = scale
        else:
            pieces[name] = weight.contiguous()
    return pieces


def _whole(name: str, stored: dict[str, Any]) -> Any:
    scale = stored.get(name + ":scale")
    return stored[name].float() * scale if scale is not None else stored[name]


def _parts(pieces: dict[str, Any]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{}]
    size = 0
    for name, piece in pieces.items():
        nbytes = piece.numel() * piece.element_size()
        if size + nbytes > _LARGEST:
            parts.append({})
            size = 0
        parts[-1][name] = piece
        size += nbytes
    return parts


def _fill_buffers(model: TokenTagger) -> None:
    """Give the network the constant buffers that are not stored (position numbers), which were made without values."""
    import torch

    for module in model.modules():
        for name, buffer in list(module.named_buffers(recurse=False)):
            if buffer.is_meta:
                filled = torch.zeros(buffer.shape, dtype=buffer.dtype)
                if name == "position_ids":
                    filled += torch.arange(buffer.shape[-1])
                module.register_buffer(name, filled, persistent=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
