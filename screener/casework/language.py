"""The words of the case level: how closings, responses and people are put, as data in ``lexicons/casework.yaml``.

A phrase is written in the cue language and proves itself by its own examples, as a cue does. It belongs to a family
(``closings``, ``responses`` …) and ``says`` which kind of that family it is. Reading gives hits; what they make
together is for the modules that ask for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from screener.errors import LexiconError
from screener.lexicon import language as cue_language
from screener.lexicon.entries import did_you_mean
from screener.lexicon.inflect import Inflector
from screener.lexicon.matcher import Matcher
from screener.lexicon.model import Lexicon, Place, WordClass
from screener.lexicon.read import SHAPES, shipped
from screener.lexicon.read import read as read_lexicon
from screener.lexicon.rows import Rows
from screener.lexicon.source import Items, Mapping, YamlFile, load
from screener.lexicon.terms import Terms
from screener.records import INDICATORS
from screener.text.parsed import Parsed

FILE = "casework.yaml"

#: Family → what its phrases can say.
FAMILIES: dict[str, tuple[str, ...]] = {
    "closings": ("closed", "stepped_down", "discharged", "transferred", "shelved", "ended"),
    "reasons": (
        "silence",
        "police",
        "threshold",
        "assurance",
        "explained",
        "disengaged",
        "moved",
        "time",
        "capacity",
        "complete",
    ),
    "responses": (
        "referral",
        "strategy",
        "police_check",
        "medical",
        "supervision",
        "lado",
        "spoke_with_child",
        "agreement_check",
        "assessment",
        "safety_plan",
        "return_interview",
        "reopened",
        "protection",
        "siblings",
    ),
    "findings": ("found", "explained", "confirmed", "ended", "weighed"),
    "turns": ("decided", "planned", "asked", "refused", "negated", "past", "ordinary", "trade"),
    "people": ("parent", "carer", "sibling", "child", "professional", "adult"),
    "names": ("given", "none", "forms"),
    "topics": INDICATORS,
}
#: What the kind of a note ("closing summary", "return home interview") says by itself.
FAMILIES["kinds"] = (*FAMILIES["closings"], *FAMILIES["responses"])
#: How many tokens away from a hit the words of ``unless`` can stand and still silence it.
_GUARD_REACH = 12
_KEYS = {"id", "says", "match", "unless", "alone", "weak", "examples"}
#: A phrase that counts only ``alone`` stands in a sentence of at most so many words.
_ALONE = 2


@dataclass(frozen=True, eq=False, slots=True)
class Phrase:
    """One entry of ``casework.yaml``: ``finds`` are texts in which it must fire, ``leaves`` texts in which not.

    ``alone``: it counts only in a sentence of a few words ("Closed."). ``weak``: it counts only in company; what
    company that is, the module that reads its family decides.
    """

    id: str
    family: str
    says: str
    match: tuple[str, ...]
    unless: tuple[str, ...]
    finds: tuple[str, ...]
    leaves: tuple[str, ...]
    place: Place
    alone: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: the index of its sentence, and its tokens ``first`` to ``last`` (exclusive) in the note."""

    phrase: Phrase
    sentence: int
    first: int
    last: int


class CaseLanguage:
    """The phrases of the case level, ready to be looked for. Safe to share; holds nothing of any note."""

    def __init__(self, lexicon: Lexicon, phrases: Iterable[Phrase], classes: dict[str, WordClass]) -> None:
        self.phrases = tuple(phrases)
        known = {**lexicon.classes, **classes}
        terms = Terms(known, Inflector(lexicon.irregular, lexicon.fixed))
        self._matcher: Matcher[Phrase] = Matcher(terms)
        self._guards: Matcher[Phrase] = Matcher(terms)
        for phrase in self.phrases:
            _add(self._matcher, phrase, phrase.match, known)
            _add(self._guards, phrase, phrase.unless, known)
        for matcher in (self._matcher, self._guards):
            matcher.enter_symbols()
        for matcher in (self._matcher, self._guards):
            matcher.build()
        self._symbols = terms.symbols
        self._symbols.settle()
        cue_language.parse.cache_clear()

    def read(self, notes: Sequence[Parsed]) -> list[list[Hit]]:
        """Return the phrases found in each note, in text order."""
        rows = Rows(notes, self._symbols)
        found = self._matcher.find_in(rows)
        guarded_rows = np.zeros(len(rows), np.bool_)
        wanted: dict[int, Collection[Phrase]] = {}
        for row, hits in found.items():
            guarded = {phrase for phrase, _, _ in hits if phrase.unless}
            if guarded:
                wanted[row] = guarded
                guarded_rows[row] = True
        guards = self._guards.find_in(rows, only=guarded_rows, wanted=wanted) if wanted else {}
        result: list[list[Hit]] = []
        row = 0
        for parsed in notes:
            in_note: list[Hit] = []
            for sentence in parsed.sentences:
                near = guards.get(row, ())
                in_note += [
                    Hit(phrase, sentence.index, first, last)
                    for phrase, first, last in found.get(row, ())
                    if not (phrase.alone and sentence.last - sentence.first > _ALONE)
                    and not any(
                        key is phrase and a - last <= _GUARD_REACH and first - b <= _GUARD_REACH for key, a, b in near
                    )
                ]
                row += 1
            in_note.sort(key=lambda hit: (hit.first, hit.last, hit.phrase.id))
            result.append(in_note)
        return result


def read_language(
    lexicon: Lexicon,
    folders: Iterable[Path],
    more: Iterable[Phrase] = (),
    more_classes: dict[str, WordClass] | None = None,
) -> CaseLanguage:
    """Read ``casework.yaml`` of each folder that has one, later folders over earlier ones.

    A phrase of the same id in a later folder replaces the earlier one. ``more`` phrases (the word lists of patterns),
    with the word classes that they need, are looked for in the same pass. Raises LexiconError naming file, line, phrase
    and mend.
    """
    phrases: dict[str, Phrase] = {}
    classes: dict[str, WordClass] = dict(more_classes or {})
    for folder in folders:
        path = Path(folder) / FILE
        if path.is_file():
            file = load(path, f"{Path(folder).name}/{FILE}")
            classes.update(_classes(file, classes))
            phrases.update(_phrases(file))
    return CaseLanguage(lexicon, [*phrases.values(), *more], classes)


@cache
def shipped_language() -> CaseLanguage:
    """Return the case language that travels with the library; read once."""
    return read_language(read_lexicon([shipped()]), [shipped()])


@dataclass(frozen=True)
class Failure:
    """One example that does not hold: where the phrase stands, which example, and what is wrong."""

    place: Place
    phrase: str
    example: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: phrase {self.phrase}: {self.problem}: {self.example!r}"


def check(language: CaseLanguage) -> Iterator[Failure]:
    """Run every phrase's own examples and yield those that fail."""
    for phrase in language.phrases:
        for example, wanted in (
            (e, w) for w, examples in ((True, phrase.finds), (False, phrase.leaves)) for e in examples
        ):
            fires = any(hit.phrase is phrase for hit in language.read([Parsed(example)])[0])
            if fires != wanted:
                problem = "does not find its own example" if wanted else "must leave this alone, but finds it"
                yield Failure(phrase.place, phrase.id, example, problem)


def _add(matcher: Matcher[Phrase], phrase: Phrase, matches: Iterable[str], classes: dict[str, WordClass]) -> None:
    for match in matches:
        what = f"{phrase.place}: phrase {phrase.id}"
        try:
            sequences = cue_language.parse(match)
        except LexiconError as error:
            raise LexiconError(f"{what}: {error}") from error
        for name in cue_language.class_names(sequences):
            if name not in classes and name not in SHAPES:
                hint = did_you_mean(name, [*classes, *SHAPES])
                raise LexiconError(f"{what}: unknown word class {{{name}}}{hint}")
        for sequence in sequences:
            if matcher.never_wakes(sequence):
                raise LexiconError(f"{what}: '{match}' has no word of its own to look for; add one")
            matcher.add(phrase, sequence)


def _classes(file: YamlFile, earlier: dict[str, WordClass]) -> dict[str, WordClass]:
    content = _mapping(file.content, file.place(1))
    found = {}
    for name, members in _mapping(content.get("classes", Mapping()), file.place(1)).items():
        place = file.place(content["classes"].lines[name])
        before = earlier[name].members if name in earlier else ()
        found[name] = WordClass(name, tuple(dict.fromkeys((*before, *_texts(members, place, name)))), place)
    return found


def _phrases(file: YamlFile) -> dict[str, Phrase]:
    content = _mapping(file.content, file.place(1))
    _known_keys(content, {"classes", *FAMILIES}, file)
    phrases: dict[str, Phrase] = {}
    for family in FAMILIES:
        entries = content.get(family)
        if entries is None:
            continue
        if not isinstance(entries, Items):
            raise LexiconError(f"{file.place(content.lines[family])}: '{family}' must be a list")
        for entry, line in zip(entries, entries.lines, strict=True):
            place = file.place(line)
            phrase = _phrase(_mapping(entry, place), family, place, file)
            if phrase.id in phrases:
                raise LexiconError(f"{place}: phrase id '{phrase.id}' stands twice; give one another id")
            phrases[phrase.id] = phrase
    return phrases


def _phrase(entry: Mapping, family: str, place: Place, file: YamlFile) -> Phrase:
    _known_keys(entry, _KEYS, file)
    ident = entry.get("id")
    if not isinstance(ident, str) or not ident.strip():
        raise LexiconError(f"{place}: each phrase needs an id")
    says = entry.get("says")
    if says not in FAMILIES[family]:
        hint = did_you_mean(str(says), FAMILIES[family])
        raise LexiconError(f"{place}: phrase {ident}: says is one of {', '.join(FAMILIES[family])}{hint}")
    examples = entry.get("examples")
    if not isinstance(examples, Mapping) or not examples.get("finds") or not examples.get("leaves"):
        raise LexiconError(
            f"{place}: phrase {ident}: every phrase proves itself; give examples with finds: and leaves:"
        )
    _known_keys(examples, {"finds", "leaves"}, file)
    return Phrase(
        id=ident,
        family=family,
        says=says,
        match=tuple(_texts(entry.get("match"), place, f"{ident}: match")),
        unless=tuple(_texts(entry.get("unless", []), place, f"{ident}: unless")),
        finds=tuple(_texts(examples["finds"], place, f"{ident}: finds")),
        leaves=tuple(_texts(examples["leaves"], place, f"{ident}: leaves")),
        place=place,
        alone=entry.get("alone", False) is True,
        weak=entry.get("weak", False) is True,
    )


def _mapping(value: object, place: Place) -> Mapping:
    if not isinstance(value, Mapping):
        raise LexiconError(f"{place}: must be a mapping of names to values")
    return value


def _texts(value: object, place: Place, what: str) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(text, str) and text.strip() for text in values):
        raise LexiconError(f"{place}: {what}: must be text or a list of texts (put yes, no, on, off in quotes)")
    return list(values)


def _known_keys(mapping: Mapping, known: set[str], file: YamlFile) -> None:
    for key in mapping:
        if key not in known:
            raise LexiconError(f"{file.place(mapping.lines[key])}: unknown key '{key}'{did_you_mean(key, known)}")
