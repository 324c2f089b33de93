"""What ``patterns.yaml`` holds, as typed entries. ``docs/lexicon-guide.md`` is the page for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from screener.casework.language import Phrase
from screener.lexicon.model import Place, WordClass

Section = Literal["A", "B", "C", "D"]
Nearby = Literal["passage", "beside"]
Where = Literal["passage", "sentence", "beside", "note", "next_note"]
Different = Literal["passages", "indicators", "notes", "days", "sources"]
Same = Literal["adult", "named_adult", "near_adult", "outside_adult", "source", "group"]
Order = Literal["any", "then", "later_note", "later_day"]

#: A word list is named by itself; a kind of phrase of ``casework.yaml`` as ``family.kind``.
Words = tuple[str, str]


@dataclass(frozen=True)
class Alongside:
    """Another highlight that must share words with the passage, whether or not it is to follow up.

    With ``where`` beside, one in the sentences right before or after is enough.
    """

    indicators: frozenset[str]
    assertions: frozenset[str]
    where: Nearby = "passage"


@dataclass(frozen=True)
class Choice:
    """Which highlights can fill a part.

    ``indicators``: any of these; or ``pattern``: the passages of another pattern. ``saying``: words that must stand in
    the passage, its sentence, beside it (the sentences before and after), in its note, or also in the next note, and
    ``not_saying`` words that must not. ``subjects`` and ``assertions`` limit the attributes. ``unless`` takes out what
    another set of choices holds.
    """

    indicators: frozenset[str]
    pattern: str | None = None
    saying: tuple[Words, ...] = ()
    where: Where = "sentence"
    not_saying: tuple[Words, ...] = ()
    subjects: frozenset[str] = frozenset()
    assertions: frozenset[str] = frozenset()
    alongside: Alongside | None = None
    unless: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Unanswered:
    """No response is recorded: of these kinds (none named: of any), in so many days or so many notes.

    ``days`` and ``notes`` both given: a response inside either limit answers. Neither: a response anywhere after.
    ``later_notes``: only where notes were supplied that could have held it. ``own_note``: whether a response in the
    passage's own note counts; ``tied``: whether only responses that come back to the passage do, or any of their kind.
    """

    kinds: frozenset[str] = frozenset()
    days: int | None = None
    notes: int | None = None
    later_notes: bool = False
    own_note: bool = True
    tied: bool = True


@dataclass(frozen=True)
class Part:
    """One thing that a rule asks for; ``says`` is how a reader is told which passages are it.

    ``count`` passages that are ``different`` in the way named; with ``including``, one of them among those choices.
    """

    says: str
    choices: tuple[Choice, ...]
    count: int = 1
    different: Different = "passages"
    including: tuple[Choice, ...] = ()
    unanswered: Unanswered | None = None
    unanswered_between: bool = False


@dataclass(frozen=True)
class Rises:
    """The number of different indicators rises from one stretch of ``days`` to the next, ``times`` running."""

    says: str
    days: int
    times: int


@dataclass(frozen=True)
class Absent:
    """What must not be recorded anywhere in the case: highlights of these choices, or responses of these kinds."""

    choices: tuple[Choice, ...] = ()
    responses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """One way in which a pattern is made: all its parts together.

    ``within``: all passages inside so many days (with ``order``: from one part to the next). ``same``: linked by the
    same adult where one is named; by an adult who must be named, or named in a neighbouring sentence at most
    (``near_adult``, no parent or carer); by an ``outside_adult`` (no parent or carer) who, where
    no name is near, must stand in one note; by the same source, or of the same group. ``order``:
    the parts follow one another – ``then`` in the same note or a later one, else strictly in a later note or on a
    later day. ``household``: other children are mentioned. ``notes``: at least so many dated notes in the case.
    """

    parts: tuple[Part, ...] = ()
    rises: Rises | None = None
    within: int | None = None
    same: Same | None = None
    order: Order = "any"
    absent: tuple[Absent, ...] = ()
    household: bool = False
    notes: int = 0


@dataclass(frozen=True)
class MiniCase:
    """A small annotated case (docs/annotating.md) that a pattern must find itself in, or leave alone."""

    text: str
    place: Place


@dataclass(frozen=True)
class Pattern:
    """One case pattern: what it is called, why it matters, what settles it, its rules (any of them), and its proof.

    ``rank`` orders patterns for display: by section, then as written in the file; never by severity.
    """

    id: str
    section: Section
    title: str
    why: str
    source: str
    settles: str
    question: str
    rules: tuple[Rule, ...]
    finds: tuple[MiniCase, ...]
    leaves: tuple[MiniCase, ...]
    place: Place
    rank: int


@dataclass(frozen=True)
class PatternBook:
    """All patterns in the order of their dependence, and the word lists and word classes that their rules name."""

    patterns: tuple[Pattern, ...]
    words: tuple[Phrase, ...]
    classes: dict[str, WordClass]
