"""The cue language: parse a ``match`` line and spread it into plain sequences.

    he {give} ..4 {valued_item}     words (in every form), word classes, gaps of up to n tokens
    (his|their) own? mug            alternatives, optional parts
    "our secret"                    exact text, no other forms

One page describes it: ``docs/lexicon-guide.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from screener.errors import LexiconError
from screener.text.tokens import words_of

MAX_GAP = 12
MAX_SEQUENCES = 256
_LEX = re.compile(r'\s*(?:(\{[a-z0-9_]+\})|\.\.(\d+)|("[^"]*")|([()|])|([^\s(){}|"?]+))(\?)?')


@dataclass(frozen=True)
class Word:
    """A word in every form, or (``exact``) in just this one."""

    text: str
    exact: bool = False


@dataclass(frozen=True)
class Class:
    """Any member of a word class."""

    name: str


@dataclass(frozen=True)
class Gap:
    """Up to ``most`` tokens of any kind."""

    most: int


@dataclass(frozen=True)
class Any:
    """Any one of several words, phrases or word classes."""

    choices: tuple[tuple[Word | Class, ...], ...]


Position = Word | Class | Any
Item = Position | Gap
Sequence = tuple[Item, ...]


@cache
def parse(match: str) -> tuple[Sequence, ...]:
    """Spread a match line into the plain sequences that it stands for.

    Raises LexiconError where the line cannot be read; the caller adds file, line and cue.
    """
    if not match.strip():
        raise LexiconError("an empty match never fires; write at least one word")
    tokens = _tokens(match)
    sequences, rest = _alternatives(tokens, 0)
    if rest < len(tokens):
        raise LexiconError(f"')' without '(' in match '{match}'")
    if len(sequences) > MAX_SEQUENCES:
        raise LexiconError(f"match '{match}' stands for {len(sequences)} sequences (at most {MAX_SEQUENCES}); split it")
    if tokens[0][0] == "gap" or tokens[-1][0] == "gap":
        raise LexiconError(f"match '{match}' begins or ends with a gap, which does nothing; take it away")
    plain = tuple(dict.fromkeys(_without_edge_gaps(sequence) for sequence in sequences))
    if () in plain:
        raise LexiconError(f"match '{match}' can be empty: at least one word or class must be required")
    return plain


def class_names(sequences: Iterable[Sequence]) -> list[str]:
    """Return the names of the word classes that sequences mention, each once."""
    items = [item for sequence in sequences for item in sequence]
    items += [inner for item in items if isinstance(item, Any) for choice in item.choices for inner in choice]
    return list(dict.fromkeys(item.name for item in items if isinstance(item, Class)))


def _without_edge_gaps(sequence: Sequence) -> Sequence:
    while sequence and isinstance(sequence[0], Gap):
        sequence = sequence[1:]
    while sequence and isinstance(sequence[-1], Gap):
        sequence = sequence[:-1]
    return sequence


def _tokens(match: str) -> list[tuple[str, str, bool]]:
    tokens: list[tuple[str, str, bool]] = []
    at = 0
    text = match.rstrip()
    while at < len(text):
        found = _LEX.match(text, at)
        if not found:
            raise LexiconError(f"cannot read match '{match}' at '{text[at:].strip()[:20]}'")
        cls, gap, quoted, mark, word, optional = found.groups()
        if cls:
            tokens.append(("class", cls[1:-1], bool(optional)))
        elif gap:
            if not 1 <= int(gap) <= MAX_GAP:
                raise LexiconError(f"gap ..{gap} in match '{match}' must be between 1 and {MAX_GAP}")
            tokens.append(("gap", gap, False))
        elif quoted:
            tokens.append(("exact", quoted[1:-1], bool(optional)))
        elif mark:
            tokens.append((mark, mark, bool(optional)))
        else:
            tokens.append(("word", word, bool(optional)))
        at = found.end()
    return tokens


def _alternatives(tokens: list[tuple[str, str, bool]], at: int) -> tuple[list[Sequence], int]:
    branches: list[Sequence] = []
    current: list[Sequence] = [()]
    while at < len(tokens):
        kind, value, optional = tokens[at]
        at += 1
        if kind == ")":
            return branches + current, at - 1
        if kind == "|":
            branches += current
            current = [()]
            continue
        if kind == "(":
            inner, at = _alternatives(tokens, at)
            if at >= len(tokens):
                raise LexiconError("'(' is never closed with ')'")
            optional = tokens[at][2]
            at += 1
            choices = _as_one(inner)
        elif kind == "gap":
            choices = [(Gap(int(value)),)]
        elif kind == "class":
            choices = [(Class(value),)]
        else:
            words = tuple(Word(w, exact=kind == "exact") for w in words_of(value))
            if not words:
                raise LexiconError(f"'{value}' holds no word that can be matched")
            # "self-harm" is typed "self harm" and "selfharm" too.
            closed = (Word("".join(w.text for w in words)),) if "-" in value and len(words) > 1 else None
            choices = [(Any((words, closed)),)] if closed else [words]
        if optional:
            choices = [*choices, ()]
        current = [_joined(left, right) for left in current for right in choices]
        if len(current) > MAX_SEQUENCES * 4:
            raise LexiconError(f"the match stands for more than {MAX_SEQUENCES} sequences; split it")
    return branches + current, at


def _as_one(branches: list[Sequence]) -> list[Sequence]:
    # Alternatives that are plain words or single classes share one position instead of multiplying the sequences.
    choices: list[tuple[Word | Class, ...]] = []
    apart: list[Sequence] = []
    for branch in dict.fromkeys(branches):
        words = tuple(item for item in branch if isinstance(item, Word))
        if branch and len(words) == len(branch):
            choices.append(words)
        elif len(branch) == 1 and isinstance(branch[0], Class):
            choices.append((branch[0],))
        elif len(branch) == 1 and isinstance(branch[0], Any):
            choices.extend(branch[0].choices)
        else:
            apart.append(branch)
    return [*apart, (Any(tuple(choices)),)] if choices else apart


def _joined(left: Sequence, right: Sequence) -> Sequence:
    # Two gaps that meet when an optional part is left out are one gap; a gap at an edge does nothing.
    if left and right and isinstance(left[-1], Gap) and isinstance(right[0], Gap):
        return (*left[:-1], Gap(max(left[-1].most, right[0].most)), *right[1:])
    return left + right
