"""What a lexicon holds, as typed entries: indicators, cues, word classes and context cues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Strength = Literal["strong", "moderate", "weak"]
Inside = Literal["never", "opening", "anywhere", "always"]
Direction = Literal["forward", "backward", "both", "inside", "sentence", "section"]

#: What a list in templates.yaml is for, and how far its words reach: a heading over what stands below it, words over
#: what follows in their sentence, or over the whole sentence.
TEMPLATE_KINDS: dict[str, Direction] = {"headings": "section", "leads": "forward", "sentences": "sentence"}


@dataclass(frozen=True)
class Place:
    """Where an entry stands, for error messages: file (as shown to people) and line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class IndicatorInfo:
    """What an indicator means and what to ask about it.

    ``tier`` (A, B, C) orders and groups highlights; it is never shown as a score.
    """

    id: str
    title: str
    group: str
    tier: str
    definition: str
    why: str
    prompt: str
    source: str
    place: Place


@dataclass(frozen=True)
class Cue:
    """One way a sign is put, with its reason, its source and the examples that prove it.

    ``finds`` are texts in which it must fire, ``leaves`` near misses in which it must not lead to follow-up.
    ``where`` limits it to quoted speech; ``sets`` fixes attributes that its own words decide ("DBS clear").
    A weak cue counts only in the company of another cue in the same or a neighbouring sentence.
    """

    id: str
    indicator: str
    match: tuple[str, ...]
    strength: Strength
    why: str
    source: str
    finds: tuple[str, ...]
    leaves: tuple[str, ...]
    place: Place
    unless: tuple[str, ...] = ()
    where: Literal["anywhere", "quote"] = "anywhere"
    sets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class WordClass:
    """A named set of words, phrases and other classes that one ``{name}`` in a match stands for."""

    name: str
    members: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class ContextCue:
    """Words that set one attribute of the highlights they reach (after the ConText algorithm, Harkema et al. 2009).

    ``scope`` is the reach in tokens (0: to the end of the sentence); ``priority`` settles conflicts, then nearness.
    ``sets`` is ``(attribute, value)``, or ``None`` for words that only shield others (pseudo cues). ``inside``
    says whether the cue also acts where it stands in the span itself: not at all, where it opens it (backward: closes
    it, "no marks seen"), anywhere in it
    ("he may have"), or always, even where a lexicon cue asked for these words itself.
    ``lists``: the cue reaches over the commas of a list ("no marks, bruises or soreness"), as others do not.
    """

    id: str
    match: tuple[str, ...]
    sets: tuple[str, str] | None
    direction: Direction
    scope: int
    priority: int
    why: str
    only: tuple[str, ...]
    never: tuple[str, ...]
    place: Place
    inside: Inside = "never"
    lists: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Everything read from one or more lexicon folders, checked and in order, with its content hash."""

    indicators: dict[str, IndicatorInfo]
    classes: dict[str, WordClass]
    cues: tuple[Cue, ...]
    context: tuple[ContextCue, ...]
    terminators: dict[str, tuple[str, ...]]
    templates: dict[str, tuple[str, ...]]
    abbreviations: dict[str, str]
    spellings: dict[str, str]
    irregular: list[list[str]] = field(repr=False)
    fixed: list[str] = field(repr=False)
    version: str = ""
