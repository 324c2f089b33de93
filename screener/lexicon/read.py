"""Read lexicon folders into one checked `Lexicon`; later folders are layered over earlier ones.

A folder holds any of ``indicators.yaml``, ``word-classes.yaml``, ``context.yaml``, ``templates.yaml``,
``abbreviations.yaml``, ``spellings.yaml``, ``inflections.yaml`` and ``cues/*.yaml``. A cue of the same id in a later
folder replaces the earlier one; word classes of the same name grow. ``docs/lexicon-guide.md`` is the page for people.
"""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from screener.errors import LexiconError
from screener.lexicon import entries, language
from screener.lexicon.entries import did_you_mean
from screener.lexicon.model import TEMPLATE_KINDS, ContextCue, Cue, IndicatorInfo, Lexicon, Place, WordClass
from screener.lexicon.source import Items, Mapping, YamlFile, load
from screener.records import ATTRIBUTES, GROUP_OF, INDICATORS

#: Classes that are recognised by the shape of a token rather than by a list.
SHAPES = ("name", "initial", "number")

#: A group's name stands for its indicators where a context cue says what it is for.
_GROUPS = {group: tuple(i for i in INDICATORS if GROUP_OF[i] == group) for group in GROUP_OF.values()}
_CUE_KEYS = {"id", "match", "strength", "why", "source", "examples", "unless", "where", "sets"}
_CONTEXT_KEYS = {"id", "match", "sets", "direction", "scope", "priority", "why", "only", "never", "inside", "lists"}
_INSIDE = ("never", "opening", "anywhere", "always")
_TERMINATORS = {"contrast", "clause"}
_DIRECTIONS = ("forward", "backward", "both", "inside", "sentence", "section")
_INDICATOR_KEYS = {"id", "title", "group", "tier", "definition", "why", "prompt", "source"}


def shipped() -> Path:
    """Return the folder of the lexicons that travel with the library (in a wheel, or at the top of a checkout)."""
    packaged = Path(str(importlib.resources.files("screener"))) / "_lexicons"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "lexicons"


def read(folders: Iterable[Path]) -> Lexicon:
    """Read and check lexicon folders in order. Raises LexiconError naming file, line, entry and mend."""
    reading = _Reading()
    for folder in folders:
        reading.folder(Path(folder))
    return reading.finish()


class _Reading:
    def __init__(self) -> None:
        self.indicators: dict[str, IndicatorInfo] = {}
        self.classes: dict[str, WordClass] = {}
        self.cues: dict[str, Cue] = {}
        self.context: dict[str, ContextCue] = {}
        self.terminators: dict[str, tuple[str, ...]] = {}
        self.templates: dict[str, tuple[str, ...]] = {}
        self.abbreviations: dict[str, str] = {}
        self.spellings: dict[str, str] = {}
        self.irregular: list[list[str]] = []
        self.fixed: list[str] = []
        self.hash = hashlib.sha256()

    def folder(self, folder: Path) -> None:
        if not folder.is_dir():
            raise LexiconError(f"{folder}: no such lexicon folder; give the one that holds cues/ or word-classes.yaml")
        files = sorted(p for p in folder.rglob("*.yaml") if p.is_file())
        if not files:
            raise LexiconError(f"{folder}: holds no .yaml file; a lexicon folder has cues/*.yaml, word-classes.yaml, …")
        seen_here: set[str] = set()
        for path in files:
            shown = str(path.relative_to(folder))
            self.hash.update(shown.encode() + b"\0" + path.read_bytes())
            if path.name in ("patterns.yaml", "casework.yaml"):
                continue
            file = load(path, f"{folder.name}/{shown}")
            self._file(file, Path(shown), seen_here)

    def _file(self, file: YamlFile, path: Path, seen_here: set[str]) -> None:
        content = file.content
        if not isinstance(content, Mapping):
            raise LexiconError(f"{file.name}:1: the file must be a mapping of names to values")
        if path.parts[0] == "cues":
            self._cues(file, content, seen_here)
            return
        readers = {
            "indicators.yaml": self._indicators,
            "word-classes.yaml": self._classes,
            "context.yaml": self._context,
            "templates.yaml": self._templates,
            "abbreviations.yaml": self._abbreviations,
            "spellings.yaml": self._spellings,
            "inflections.yaml": self._inflections,
        }
        if path.name not in readers:
            raise LexiconError(
                f"{file.name}:1: unknown lexicon file{did_you_mean(path.name, readers)}; cues belong in cues/"
            )
        readers[path.name](file, content)

    def _indicators(self, file: YamlFile, content: Mapping) -> None:
        for entry in entries.entries(file, content, "indicators"):
            place = file.place(entry.line)
            entries.known_keys(entry, _INDICATOR_KEYS, place)
            ident = entries.text(entry, "id", place)
            if ident not in INDICATORS:
                raise LexiconError(f"{place}: unknown indicator '{ident}'{did_you_mean(ident, INDICATORS)}")
            if entry.get("group") != GROUP_OF[ident]:
                raise LexiconError(f"{place}: {ident} belongs to the group {GROUP_OF[ident]}")
            if entry.get("tier") not in ("A", "B", "C"):
                raise LexiconError(f"{place}: {ident}: tier is A, B or C")
            values = {key: entries.text(entry, key, place) for key in _INDICATOR_KEYS}
            self.indicators[ident] = IndicatorInfo(**values, place=place)

    def _classes(self, file: YamlFile, content: Mapping) -> None:
        for name, members in content.items():
            place = file.place(content.lines[name])
            if name in SHAPES:
                raise LexiconError(f"{place}: '{name}' is recognised by its shape and cannot be a list")
            texts = tuple(entries.texts(members, place, f"word class {name}"))
            earlier = self.classes[name].members if name in self.classes else ()
            self.classes[name] = WordClass(name, tuple(dict.fromkeys(earlier + texts)), place)

    def _cues(self, file: YamlFile, content: Mapping, seen_here: set[str]) -> None:
        entries.known_keys(content, {"indicator", "classes", "cues"}, file.place(1))
        indicator = entries.text(content, "indicator", file.place(1))
        if indicator not in INDICATORS:
            raise LexiconError(f"{file.name}:1: unknown indicator '{indicator}'{did_you_mean(indicator, INDICATORS)}")
        if "classes" in content:
            self._classes(file, content["classes"])
        for entry in entries.entries(file, content, "cues"):
            cue = _cue(entry, indicator, file.place(entry.line))
            if cue.id in seen_here:
                first = self.cues[cue.id].place
                raise LexiconError(f"{cue.place}: cue id '{cue.id}' stands already at {first}; give one another id")
            seen_here.add(cue.id)
            self.cues[cue.id] = cue

    def _context(self, file: YamlFile, content: Mapping) -> None:
        entries.known_keys(content, {"cues", "terminators"}, file.place(1))
        terminators = content.get("terminators", Mapping())
        if not isinstance(terminators, Mapping):
            raise LexiconError(f"{file.name}:1: terminators is a mapping with contrast: and clause:")
        entries.known_keys(terminators, _TERMINATORS, file.place(1))
        for kind, members in terminators.items():
            texts = tuple(entries.texts(members, file.place(terminators.lines[kind]), kind))
            self.terminators[kind] = tuple(dict.fromkeys(self.terminators.get(kind, ()) + texts))
        for entry in entries.entries(file, content, "cues"):
            cue = _context_cue(entry, file.place(entry.line))
            if cue.id in self.context and self.context[cue.id].place.file == file.name:
                raise LexiconError(f"{cue.place}: context cue id '{cue.id}' stands twice; give one another id")
            self.context[cue.id] = cue

    def _templates(self, file: YamlFile, content: Mapping) -> None:
        entries.known_keys(content, set(TEMPLATE_KINDS), file.place(1))
        for name, members in content.items():
            texts = tuple(entries.texts(members, file.place(content.lines[name]), name))
            self.templates[name] = self.templates.get(name, ()) + texts

    def _abbreviations(self, file: YamlFile, content: Mapping) -> None:
        self.abbreviations.update(_pairs(file, content))

    def _spellings(self, file: YamlFile, content: Mapping) -> None:
        self.spellings.update(_pairs(file, content))

    def _inflections(self, file: YamlFile, content: Mapping) -> None:
        entries.known_keys(content, {"families", "fixed"}, file.place(1))
        for family in content.get("families", Items()):
            self.irregular.append(entries.texts(family, file.place(1), "families"))
        self.fixed += entries.texts(content.get("fixed", Items()), file.place(1), "fixed")

    def finish(self) -> Lexicon:
        missing = [name for name in INDICATORS if name not in self.indicators]
        if missing:
            raise LexiconError(f"indicators.yaml: no entry for {', '.join(missing)}; each indicator needs one")
        self._known_classes()
        return Lexicon(
            indicators={name: self.indicators[name] for name in INDICATORS},
            classes=self.classes,
            cues=tuple(self.cues.values()),
            context=tuple(self.context.values()),
            terminators=self.terminators,
            templates=self.templates,
            abbreviations=self.abbreviations,
            spellings=self.spellings,
            irregular=self.irregular,
            fixed=self.fixed,
            version=self.hash.hexdigest()[:16],
        )

    def _known_classes(self) -> None:
        for word_class in self.classes.values():
            for member in word_class.members:
                self._check(member, word_class.place, f"word class {word_class.name}")
            self._refuse_cycle(word_class, (word_class.name,))
        for cue in self.cues.values():
            for match in cue.match + cue.unless:
                self._check(match, cue.place, f"cue {cue.id}")
        for context_cue in self.context.values():
            for match in context_cue.match:
                self._check(match, context_cue.place, f"context cue {context_cue.id}")
        for kind, texts in (*self.terminators.items(), *self.templates.items()):
            for match in texts:
                self._check(match, Place("templates.yaml" if kind in TEMPLATE_KINDS else "context.yaml", 1), kind)

    def _check(self, match: str, place: Place, what: str) -> None:
        try:
            sequences = language.parse(match)
        except LexiconError as error:
            raise LexiconError(f"{place}: {what}: {error}") from error
        for name in language.class_names(sequences):
            if name not in self.classes and name not in SHAPES:
                hint = did_you_mean(name, [*self.classes, *SHAPES])
                raise LexiconError(f"{place}: {what}: unknown word class {{{name}}}{hint}")

    def _refuse_cycle(self, word_class: WordClass, path: tuple[str, ...]) -> None:
        for member in word_class.members:
            for name in language.class_names(language.parse(member)):
                if name in path:
                    raise LexiconError(f"{word_class.place}: word class {name} holds itself; take it out")
                if name in self.classes:
                    self._refuse_cycle(self.classes[name], (*path, name))


def _cue(entry: Mapping, indicator: str, place: Place) -> Cue:
    entries.known_keys(entry, _CUE_KEYS, place)
    ident = entries.text(entry, "id", place)
    strength = entry.get("strength", "moderate")
    if strength not in ("strong", "moderate", "weak"):
        raise LexiconError(f"{place}: cue {ident}: strength is strong, moderate or weak, not '{strength}'")
    where = entry.get("where", "anywhere")
    if where not in ("anywhere", "quote"):
        raise LexiconError(f"{place}: cue {ident}: where is anywhere or quote, not '{where}'")
    examples = entry.get("examples")
    if not isinstance(examples, Mapping) or not examples.get("finds") or not examples.get("leaves"):
        raise LexiconError(f"{place}: cue {ident}: every cue proves itself; give examples with finds: and leaves:")
    entries.known_keys(examples, {"finds", "leaves"}, place)
    return Cue(
        id=ident,
        indicator=indicator,
        match=tuple(entries.texts(entry.get("match"), place, f"cue {ident}: match")),
        strength=strength,
        why=entries.text(entry, "why", place),
        source=entries.text(entry, "source", place),
        finds=tuple(entries.texts(examples["finds"], place, f"cue {ident}: finds")),
        leaves=tuple(entries.texts(examples["leaves"], place, f"cue {ident}: leaves")),
        place=place,
        unless=tuple(entries.texts(entry.get("unless", Items()), place, f"cue {ident}: unless")),
        where=where,
        sets=tuple(_settings(entry.get("sets", Mapping()), place, f"cue {ident}")),
    )


def _context_cue(entry: Mapping, place: Place) -> ContextCue:
    entries.known_keys(entry, _CONTEXT_KEYS, place)
    ident = entries.text(entry, "id", place)
    direction = entry.get("direction", "forward")
    if direction not in _DIRECTIONS:
        raise LexiconError(f"{place}: context cue {ident}: direction is one of {', '.join(_DIRECTIONS)}")
    inside = entry.get("inside", "never")
    if inside not in _INSIDE:
        raise LexiconError(f"{place}: context cue {ident}: inside is one of {', '.join(_INSIDE)}")
    settings = _settings(entry.get("sets", Mapping()), place, f"context cue {ident}")
    if len(settings) > 1:
        raise LexiconError(f"{place}: context cue {ident}: sets one attribute; write one cue for each")
    limits = {}
    for key in ("only", "never"):
        named = entries.texts(entry.get(key, Items()), place, f"context cue {ident}: {key}")
        limits[key] = tuple(member for name in named for member in _GROUPS.get(name, (name,)))
        for name in limits[key]:
            if name not in INDICATORS:
                raise LexiconError(f"{place}: context cue {ident}: unknown indicator or group '{name}'")
    return ContextCue(
        id=ident,
        match=tuple(entries.texts(entry.get("match"), place, f"context cue {ident}: match")),
        sets=settings[0] if settings else None,
        direction=direction,
        scope=int(entry.get("scope", 0)),
        priority=int(entry.get("priority", 0)),
        why=entries.text(entry, "why", place),
        place=place,
        inside=inside,
        lists=entry.get("lists", False) is True,
        **limits,
    )


def _settings(value: Any, place: Place, what: str) -> list[tuple[str, str]]:
    if not isinstance(value, Mapping):
        raise LexiconError(f"{place}: {what}: sets is a mapping such as 'assertion: negated'")
    settings = []
    for name, raw in value.items():
        text = str(raw).lower() if isinstance(raw, bool) else str(raw)
        if name not in ATTRIBUTES:
            raise LexiconError(f"{place}: {what}: unknown attribute '{name}'{did_you_mean(name, ATTRIBUTES)}")
        if text not in ATTRIBUTES[name]:
            raise LexiconError(f"{place}: {what}: {name} is one of {', '.join(ATTRIBUTES[name])}, not '{text}'")
        settings.append((name, text))
    return settings


def _pairs(file: YamlFile, content: Mapping) -> dict[str, str]:
    for key, value in content.items():
        if not isinstance(value, str):
            raise LexiconError(f"{file.name}:{content.lines[key]}: '{key}' must stand for text")
    return dict(content)
