"""A lexicon made ready to match: every cue, guard and context cue spread out and waiting under its rarest words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from screener.errors import LexiconError
from screener.lexicon import language
from screener.lexicon.inflect import Inflector
from screener.lexicon.matcher import Key, Matcher
from screener.lexicon.model import TEMPLATE_KINDS, ContextCue, Cue, Lexicon, Place
from screener.lexicon.read import read, shipped
from screener.lexicon.spelling import Speller
from screener.lexicon.terms import Terms
from screener.text.parsed import Parsed


class CompiledLexicon:
    """The one object that the pipeline reads lexicon knowledge from."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._cues_by_id = {cue.id: cue for cue in lexicon.cues}
        terms = Terms(lexicon.classes, Inflector(lexicon.irregular, lexicon.fixed))
        self.cues: Matcher[Cue] = Matcher(terms)
        self.guards: Matcher[str] = Matcher(terms)
        self.context: Matcher[ContextCue] = Matcher(terms)
        self.terminators: Matcher[str] = Matcher(terms)
        for cue in lexicon.cues:
            _add(self.cues, cue, cue.match, cue.place, f"cue {cue.id}")
            _add(self.guards, cue.id, cue.unless, cue.place, f"cue {cue.id}: unless")
        # Only the words of signs are spelt right: a wrong guess at a context word would turn a passage around.
        self._speller = Speller(*terms.vocabulary(), lexicon.spellings)
        for context_cue in lexicon.context:
            _add(self.context, context_cue, context_cue.match, context_cue.place, f"context cue {context_cue.id}")
        for template_cue in _template_cues(lexicon.templates):
            _add(self.context, template_cue, template_cue.match, template_cue.place, template_cue.id)
        for kind, texts in lexicon.terminators.items():
            _add(self.terminators, kind, texts, Place("context.yaml", 1), "terminators")
        matchers = (self.cues, self.guards, self.context, self.terminators)
        for matcher in matchers:
            matcher.enter_symbols()
        for matcher in matchers:
            matcher.build()
        self.symbols = terms.symbols
        self.symbols.settle()
        language.parse.cache_clear()

    @property
    def version(self) -> str:
        """The content hash that goes into every result."""
        return self.lexicon.version

    def __reduce__(self) -> tuple[type[CompiledLexicon], tuple[Lexicon]]:
        # What was compiled is large, and the speller remembers words of notes: another process compiles its own.
        return CompiledLexicon, (self.lexicon,)

    def cue(self, ident: str) -> Cue:
        """Return the cue of an id. Raises KeyError where there is none."""
        return self._cues_by_id[ident]

    def parse(self, note_text: str) -> Parsed:
        """Return the note's text folded, tokenised and read with the lexicon's spelling."""
        return Parsed(note_text, self._speller.correct)


def load(*folders: str | Path) -> CompiledLexicon:
    """Read the shipped lexicons with the given folders layered over them. Raises LexiconError."""
    return CompiledLexicon(read([shipped(), *(Path(f) for f in folders)]))


def _template_cues(templates: dict[str, tuple[str, ...]]) -> Iterable[ContextCue]:
    for kind, direction in TEMPLATE_KINDS.items():
        yield ContextCue(
            id=f"template.{kind}",
            match=templates.get(kind, ()),
            sets=("template", "true"),
            direction=direction,
            scope=0,
            priority=0,
            why="form, leaflet, lesson or policy text",
            only=(),
            never=(),
            place=Place("templates.yaml", 1),
        )


def _add(matcher: Matcher[Key], key: Key, matches: Iterable[str], place: Place, what: str) -> None:
    for match in matches:
        for sequence in language.parse(match):
            if matcher.never_wakes(sequence):
                raise LexiconError(f"{place}: {what}: '{match}' has no word of its own to look for; add one")
            matcher.add(key, sequence)
