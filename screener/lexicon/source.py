"""YAML files with the line of every value, so that an error can say where it is.

Aliases are refused: a lexicon has no use for them, and they are how small files are made to grow without bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from screener.errors import LexiconError
from screener.lexicon.model import Place

_MAX_BYTES = 5_000_000


class Mapping(dict[str, Any]):
    """A YAML mapping that knows the line it starts on, and the line of each key."""

    line: int = 1
    lines: dict[str, int]


class Items(list[Any]):
    """A YAML list that knows the line of each item."""

    line: int = 1
    lines: list[int]


@dataclass(frozen=True)
class YamlFile:
    """One file read: its name as shown to people, and its content."""

    name: str
    content: Any

    def place(self, line: int) -> Place:
        """Return the place of a line of this file, for messages."""
        return Place(self.name, line)


def load(path: Path, shown_as: str) -> YamlFile:
    """Read one YAML file. Raises LexiconError with the line where it is not plain YAML."""
    if path.stat().st_size > _MAX_BYTES:
        raise LexiconError(f"{shown_as}: larger than {_MAX_BYTES // 1_000_000} MB; split it into several files")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LexiconError(f"{shown_as}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        return YamlFile(shown_as, _plain(node, loader, shown_as, set()) if node is not None else Mapping())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "not readable as YAML"
        raise LexiconError(f"{shown_as}:{line}: {problem}; put text with ': ' or '#' in quotes") from error
    finally:
        loader.dispose()


def _plain(node: yaml.Node, loader: Any, name: str, seen: set[int]) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_object(node) if node.tag != "tag:yaml.org,2002:timestamp" else node.value
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise LexiconError(f"{name}:{line}: YAML aliases (&name, *name) are not allowed; write the values out")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        items = Items(_plain(child, loader, name, seen) for child in node.value)
        items.line, items.lines = line, [child.start_mark.line + 1 for child in node.value]
        return items
    mapping = Mapping()
    mapping.line, mapping.lines = line, {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in mapping:
            raise LexiconError(f"{name}:{key_node.start_mark.line + 1}: '{key}' stands twice; keep one")
        mapping[key] = _plain(value_node, loader, name, seen)
        mapping.lines[key] = key_node.start_mark.line + 1
    return mapping
