"""Checks shared by everything that reads entries of YAML files: errors name the place, what is wrong and the mend."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Any

from screener.errors import LexiconError
from screener.lexicon.model import Place
from screener.lexicon.source import Items, Mapping, YamlFile


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint such as ``: did you mean 'adult'?``, or an empty string where nothing is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f": did you mean '{near[0]}'?" if near else ""


def mapping(value: Any, place: Place, what: str) -> Mapping:
    """Return a value that must be a mapping."""
    if not isinstance(value, Mapping):
        raise LexiconError(f"{place}: {what} must be a mapping of names to values")
    return value


def entries(file: YamlFile, content: Mapping, key: str) -> list[Mapping]:
    """Return the entries under a key, each a mapping."""
    found = content.get(key, Items())
    if not isinstance(found, Items):
        raise LexiconError(f"{file.name}:{content.lines.get(key, 1)}: '{key}' must be a list")
    for entry, line in zip(found, found.lines, strict=True):
        if not isinstance(entry, Mapping):
            raise LexiconError(f"{file.name}:{line}: each entry under '{key}' is a mapping that starts with '- id:'")
    return list(found)


def known_keys(entry: Mapping, known: Collection[str], place: Place) -> None:
    """Refuse keys that nothing reads."""
    for key in entry:
        if key not in known:
            raise LexiconError(f"{place.file}:{entry.lines[key]}: unknown key '{key}'{did_you_mean(key, known)}")


def text(entry: Mapping, key: str, place: Place) -> str:
    """Return a text that must be there."""
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise LexiconError(f"{place}: {entry.get('id', 'the entry')}: '{key}' is missing or not text")
    return value.strip()


def texts(value: Any, place: Place, what: str) -> list[str]:
    """Return a text or a list of texts as a list."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(
        isinstance(v, str | int) and not isinstance(v, bool) and str(v).strip() for v in values
    ):
        raise LexiconError(f"{place}: {what}: must be text or a list of texts (put yes, no, on, off in quotes)")
    return [str(v) for v in values]
