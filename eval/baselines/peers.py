"""Peers in environments of their own (their pins conflict with ours), asked over a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2] / ".peers"
REQUIREMENTS = {
    "medspacy": ["medspacy==1.3.1"],
    "negspacy": ["negspacy==1.1.0", "spacy>=3.8,<3.9"],
}


class PeerUnavailableError(RuntimeError):
    """A peer's environment could not be made here; the results then say so instead of leaving it out."""


def python_of(system: str) -> Path:
    """Return the interpreter of a peer's environment, made on first use. Raises PeerUnavailableError."""
    python = HOME / system / "bin" / "python"
    if not (HOME / system / ".ready").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(HOME / system)], check=True, capture_output=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS[system]], check=True, capture_output=True
            )
        except (subprocess.CalledProcessError, OSError) as error:
            raise PeerUnavailableError(f"{system} could not be installed here") from error
        (HOME / system / ".ready").touch()
    return python


def ask(system: str, lines: list[dict[str, Any]], keywords: dict[str, list[str]]) -> list[list[list[Any]]]:
    """Return a peer's hits for each line (``{"text": …}`` with optional ``spans``). Raises PeerUnavailableError."""
    python = python_of(system)
    with tempfile.TemporaryDirectory() as folder:
        keyword_file = Path(folder) / "keywords.json"
        keyword_file.write_text(json.dumps(keywords), encoding="utf-8")
        run = subprocess.run(
            [str(python), str(Path(__file__).parent / "peer_context.py"), system, str(keyword_file)],
            input="\n".join(json.dumps(line) for line in lines) + "\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    if run.returncode:
        raise PeerUnavailableError(f"{system} stopped with exit code {run.returncode}")
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("[")]
