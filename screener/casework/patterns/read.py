"""Read ``patterns.yaml`` of one or more lexicon folders into one checked `PatternBook`.

A pattern of the same id in a later folder replaces the earlier one; word lists and sets of the same name too. Errors
name file, line, pattern and mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

from screener.casework.language import FAMILIES, Phrase
from screener.casework.patterns.model import (
    Absent,
    Alongside,
    Choice,
    Different,
    MiniCase,
    Nearby,
    Order,
    Part,
    Pattern,
    PatternBook,
    Rises,
    Rule,
    Same,
    Section,
    Unanswered,
    Where,
    Words,
)
from screener.errors import LexiconError
from screener.lexicon.entries import did_you_mean, entries, known_keys, mapping, text, texts
from screener.lexicon.model import Place, WordClass
from screener.lexicon.source import Items, Mapping, YamlFile, load
from screener.records import ATTRIBUTES, GROUP_OF, INDICATORS

FILE = "patterns.yaml"
#: The families that the word lists of ``patterns.yaml`` make: what rules look for, and who a worry can come from.
WORDS, SOURCES = "words", "sources"
#: The list under ``sources`` that says that somebody is not the one who spoke before.
ANOTHER = "another"
#: The list under ``sources`` of the words by which somebody raises a worry: who stands before them is its source.
REPORTING = "reporting"

_GROUPS = {group: frozenset(i for i in INDICATORS if GROUP_OF[i] == group) for group in GROUP_OF.values()}
_ANY = frozenset(INDICATORS)
_TEXTS = ("title", "why", "source", "settles", "question")
_PATTERN_KEYS = {"id", "section", *_TEXTS, "rule", "finds", "leaves"}
_CHOICE_KEYS = {
    "is", "pattern", "saying", "where", "not_saying", "subject", "assertion", "alongside", "unless", "any",
}  # fmt: skip
_PART_KEYS = _CHOICE_KEYS | {"says", "count", "different", "including", "unanswered", "unanswered_between"}
_RULE_KEYS = {"parts", "rises", "within", "same", "order", "absent", "household", "notes"}
_UNANSWERED_KEYS = {"kinds", "days", "notes", "later_notes", "own_note", "tied"}
_SECTIONS = get_args(Section)

T = TypeVar("T", bound=str)


def read_patterns(folders: Iterable[Path]) -> PatternBook:
    """Read and check the patterns of lexicon folders in order. Raises LexiconError."""
    reading = _Reading()
    for folder in folders:
        path = Path(folder) / FILE
        if path.is_file():
            reading.file(load(path, f"{Path(folder).name}/{FILE}"))
    return reading.finish()


class _Reading:
    def __init__(self) -> None:
        self.classes: dict[str, WordClass] = {}
        self.words: dict[Words, Phrase] = {}
        self.sets: dict[str, tuple[Choice, ...]] = {}
        self.patterns: dict[str, Pattern] = {}

    def file(self, file: YamlFile) -> None:
        content = mapping(file.content, file.place(1), "the file")
        known_keys(content, {"classes", "words", "sources", "sets", "patterns"}, file.place(1))
        classes = mapping(content.get("classes", Mapping()), file.place(content.lines.get("classes", 1)), "classes")
        for name, members in classes.items():
            place = file.place(classes.lines[name])
            self.classes[name] = WordClass(name, tuple(texts(members, place, f"word class {name}")), place)
        for family in (WORDS, SOURCES):
            lists = mapping(content.get(family, Mapping()), file.place(content.lines.get(family, 1)), family)
            for name, matches in lists.items():
                place = file.place(lists.lines[name])
                found = Phrase(name, family, name, tuple(texts(matches, place, name)), (), (), (), place)
                self.words[family, name] = found
        sets = mapping(content.get("sets", Mapping()), file.place(content.lines.get("sets", 1)), "sets")
        for name, choices in sets.items():
            self.sets[name] = self._choices(choices, file.place(sets.lines[name]), f"set {name}")
        here: set[str] = set()
        for entry in entries(file, content, "patterns"):
            pattern = self._pattern(entry, file.place(entry.line))
            if pattern.id in here:
                first = self.patterns[pattern.id].place
                raise LexiconError(f"{pattern.place}: pattern {pattern.id} stands twice (first at {first}); keep one")
            here.add(pattern.id)
            self.patterns[pattern.id] = pattern

    def finish(self) -> PatternBook:
        ordered: dict[str, Pattern] = {}
        for pattern in self.patterns.values():
            self._place_after_what_it_needs(pattern, (), ordered)
        return PatternBook(tuple(ordered.values()), tuple(self.words.values()), self.classes)

    def _place_after_what_it_needs(self, pattern: Pattern, path: tuple[str, ...], ordered: dict[str, Pattern]) -> None:
        if pattern.id in path:
            circle = " → ".join((*path[path.index(pattern.id) :], pattern.id))
            raise LexiconError(
                f"{pattern.place}: pattern {pattern.id}: patterns refer to one another in a circle ({circle}); "
                "take one reference out"
            )
        if pattern.id in ordered:
            return
        for needed in _needs(pattern):
            if needed not in self.patterns:
                hint = did_you_mean(needed, self.patterns)
                raise LexiconError(f"{pattern.place}: pattern {pattern.id}: unknown pattern '{needed}'{hint}")
            self._place_after_what_it_needs(self.patterns[needed], (*path, pattern.id), ordered)
        ordered[pattern.id] = pattern

    def _pattern(self, entry: Mapping, place: Place) -> Pattern:
        known_keys(entry, _PATTERN_KEYS, place)
        ident = text(entry, "id", place)
        what = f"pattern {ident}"
        section: Section = _one_of(entry.get("section"), _SECTIONS, place, f"{what}: section")
        written = entry.get("rule")
        ways = [written] if isinstance(written, Mapping) else written
        if not isinstance(ways, list) or not ways:
            raise LexiconError(f"{place}: {what}: 'rule' is missing; give a rule, or a list of which any one is enough")
        before = self.patterns.get(ident)
        return Pattern(
            id=ident,
            section=section,
            **{key: text(entry, key, place) for key in _TEXTS},
            rules=tuple(self._rule(mapping(way, place, f"{what}: rule"), place, what) for way in ways),
            finds=_mini_cases(entry, "finds", place, what),
            leaves=_mini_cases(entry, "leaves", place, what),
            place=place,
            rank=before.rank if before else _SECTIONS.index(section) * 1000 + len(self.patterns),
        )

    def _rule(self, entry: Mapping, place: Place, what: str) -> Rule:
        place = Place(place.file, entry.line)
        known_keys(entry, _RULE_KEYS, place)
        parts = tuple(
            self._part(mapping(part, place, f"{what}: each part"), place, what) for part in entry.get("parts", Items())
        )
        rises = None
        if "rises" in entry:
            rising = mapping(entry["rises"], place, f"{what}: rises")
            known_keys(rising, {"says", "days", "times"}, place)
            rises = Rises(
                text(rising, "says", place), _number(rising, "days", place, what), _number(rising, "times", place, what)
            )
        if bool(parts) == (rises is not None):
            raise LexiconError(f"{place}: {what}: a rule has either parts: or rises:")
        order: Order = _one_of(entry.get("order", "any"), get_args(Order), place, f"{what}: order")
        if order != "any" and len(parts) != 2:
            raise LexiconError(f"{place}: {what}: a rule with order: has two parts, the earlier one first")
        if order != "any" and any(part.count > 1 or part.including for part in parts):
            raise LexiconError(f"{place}: {what}: a part of a rule with order: is one passage; take count: out")
        same: Same | None = None
        if "same" in entry:
            same = _one_of(entry["same"], get_args(Same), place, f"{what}: same")
        return Rule(
            parts=parts,
            rises=rises,
            within=_number(entry, "within", place, what) if "within" in entry else None,
            same=same,
            order=order,
            absent=tuple(self._absent(a, place, what) for a in entry.get("absent", Items())),
            household=_flag(entry, "household", False, place, what),
            notes=_number(entry, "notes", place, what) if "notes" in entry else 0,
        )

    def _part(self, entry: Mapping, place: Place, what: str) -> Part:
        place = Place(place.file, entry.line)
        known_keys(entry, _PART_KEYS, place)
        choice = Mapping({key: value for key, value in entry.items() if key in _CHOICE_KEYS})
        choice.line, choice.lines = entry.line, entry.lines
        return Part(
            says=text(entry, "says", place),
            choices=self._choices(choice, place, what),
            count=_number(entry, "count", place, what) if "count" in entry else 1,
            different=_one_of(entry.get("different", "passages"), get_args(Different), place, f"{what}: different"),
            including=self._choices(entry["including"], place, what) if "including" in entry else (),
            unanswered=self._unanswered(entry["unanswered"], place, what) if "unanswered" in entry else None,
            unanswered_between=_flag(entry, "unanswered_between", False, place, what),
        )

    def _choices(self, value: Any, place: Place, what: str) -> tuple[Choice, ...]:
        """Return the choices that a mapping, a list of mappings or the name of a set stands for."""
        if isinstance(value, str):
            if value not in self.sets:
                raise LexiconError(f"{place}: {what}: unknown set '{value}'{did_you_mean(value, self.sets)}")
            return self.sets[value]
        if isinstance(value, list):
            return tuple(choice for item in value for choice in self._choices(item, place, what))
        entry = mapping(value, place, what)
        if "any" in entry:
            return self._choices(entry["any"], place, what)
        known_keys(entry, _CHOICE_KEYS, place)
        if isinstance(entry.get("is"), str) and entry["is"] in self.sets:
            known_keys(entry, {"is"}, place)
            return self.sets[entry["is"]]
        if ("is" in entry) == ("pattern" in entry):
            raise LexiconError(f"{place}: {what}: say either 'is:' (indicators) or 'pattern:'")
        return (self._choice(entry, place, what),)

    def _choice(self, entry: Mapping, place: Place, what: str) -> Choice:
        alongside = None
        if "alongside" in entry:
            beside = mapping(entry["alongside"], place, f"{what}: alongside")
            known_keys(beside, {"is", "assertion", "where"}, place)
            alongside = Alongside(
                _indicators(beside.get("is"), place, what),
                _values(beside, "assertion", place, what),
                _one_of(beside.get("where", "passage"), get_args(Nearby), place, f"{what}: where"),
            )
        where: Where = _one_of(entry.get("where", "sentence"), get_args(Where), place, f"{what}: where")
        return Choice(
            indicators=_indicators(entry["is"], place, what) if "is" in entry else _ANY,
            pattern=text(entry, "pattern", place) if "pattern" in entry else None,
            saying=self._words(entry, "saying", place, what),
            where=where,
            not_saying=self._words(entry, "not_saying", place, what),
            subjects=_values(entry, "subject", place, what),
            assertions=_values(entry, "assertion", place, what),
            alongside=alongside,
            unless=self._choices(entry["unless"], place, what) if "unless" in entry else (),
        )

    def _words(self, entry: Mapping, key: str, place: Place, what: str) -> tuple[Words, ...]:
        found: list[Words] = []
        for name in texts(entry.get(key, Items()), place, f"{what}: {key}"):
            family, dot, kind = name.partition(".")
            if not dot and (WORDS, name) in self.words:
                found.append((WORDS, name))
            elif dot and kind in FAMILIES.get(family, ()):
                found.append((family, kind))
            else:
                known = [
                    *(n for f, n in self.words if f == WORDS),
                    *(f"{f}.{k}" for f, kinds in FAMILIES.items() for k in kinds),
                ]
                raise LexiconError(f"{place}: {what}: unknown words '{name}'{did_you_mean(name, known)}")
        return tuple(found)

    def _absent(self, value: Any, place: Place, what: str) -> Absent:
        entry = mapping(value, place, f"{what}: absent")
        if "responses" in entry:
            known_keys(entry, {"responses"}, place)
            return Absent(responses=_kinds(entry["responses"], place, what))
        return Absent(choices=self._choices(entry, place, what))

    def _unanswered(self, value: Any, place: Place, what: str) -> Unanswered:
        entry = mapping(value, place, f"{what}: unanswered")
        known_keys(entry, _UNANSWERED_KEYS, place)
        return Unanswered(
            kinds=_kinds(entry["kinds"], place, what) if "kinds" in entry else frozenset(),
            days=_number(entry, "days", place, what) if "days" in entry else None,
            notes=_number(entry, "notes", place, what) if "notes" in entry else None,
            later_notes=_flag(entry, "later_notes", False, place, what),
            own_note=_flag(entry, "own_note", True, place, what),
            tied=_flag(entry, "tied", True, place, what),
        )


def _needs(pattern: Pattern) -> list[str]:
    choices = [choice for rule in pattern.rules for part in rule.parts for choice in (*part.choices, *part.including)]
    return list(dict.fromkeys(choice.pattern for choice in choices if choice.pattern is not None))


def _indicators(value: Any, place: Place, what: str) -> frozenset[str]:
    found: set[str] = set()
    for name in texts(value, place, f"{what}: is"):
        if name == "any":
            found |= _ANY
        elif name in _GROUPS:
            found |= _GROUPS[name]
        elif name in _ANY:
            found.add(name)
        else:
            hint = did_you_mean(name, [*INDICATORS, *_GROUPS])
            raise LexiconError(f"{place}: {what}: unknown indicator or group '{name}'{hint}")
    return frozenset(found)


def _values(entry: Mapping, attribute: str, place: Place, what: str) -> frozenset[str]:
    values = texts(entry.get(attribute, Items()), place, f"{what}: {attribute}")
    for value in values:
        _one_of(value, ATTRIBUTES[attribute], place, f"{what}: {attribute}")
    return frozenset(values)


def _kinds(value: Any, place: Place, what: str) -> frozenset[str]:
    kinds = texts(value, place, f"{what}: kinds")
    for kind in kinds:
        _one_of(kind, FAMILIES["responses"], place, f"{what}: kind of response")
    return frozenset(kinds)


def _mini_cases(entry: Mapping, key: str, place: Place, what: str) -> tuple[MiniCase, ...]:
    written = entry.get(key)
    if not written:
        raise LexiconError(f"{place}: {what}: every pattern proves itself; give small cases under finds: and leaves:")
    lines = written.lines if isinstance(written, Items) else [entry.lines[key]]
    return tuple(
        MiniCase(case, Place(place.file, line))
        for case, line in zip(texts(written, place, f"{what}: {key}"), lines, strict=True)
    )


def _one_of(value: Any, known: Collection[T], place: Place, what: str) -> T:
    for each in known:
        if value == each:
            return each
    raise LexiconError(f"{place}: {what} is one of {', '.join(known)}, not '{value}'{did_you_mean(str(value), known)}")


def _number(entry: Mapping, key: str, place: Place, what: str) -> int:
    value = entry.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise LexiconError(f"{place}: {what}: '{key}' must be a whole number from 1")
    return value


def _flag(entry: Mapping, key: str, default: bool, place: Place, what: str) -> bool:
    value = entry.get(key, default)
    if not isinstance(value, bool):
        raise LexiconError(f"{place}: {what}: '{key}' is true or false")
    return value
