"""The screener: one object that reads notes and gives screenings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from screener.errors import ModelError, NoteError
from screener.lexicon.compiled import CompiledLexicon
from screener.lexicon.compiled import load as load_lexicon
from screener.lexicon.rows import Rows
from screener.pipeline.context import Attributes, ContextReader, target_of
from screener.pipeline.cues import find_cues
from screener.pipeline.highlights import Passage, build, merge
from screener.records import Context, Note, Screening, text_digest
from screener.text.parsed import Parsed
from screener.version import __version__


class Screener:
    """Reads notes and points at passages. Safe to share between threads; holds nothing of any note."""

    def __init__(self, lexicon: CompiledLexicon, profile: Literal["lexicon", "fast", "full"] = "lexicon") -> None:
        self.lexicon = lexicon
        self.profile = profile
        self._context = ContextReader(lexicon)

    def screen(self, note: Note | str) -> Screening:
        """Screen one note (or its bare text). Raises NoteError where there is no text to read."""
        return next(self.pipe([note]))

    def pipe(self, notes: Iterable[Note | str], batch_size: int = 64) -> Iterator[Screening]:
        """Screen many notes, in order, holding no more than ``batch_size`` of them at a time."""
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1")
        source = iter(notes)
        while batch := list(islice(source, batch_size)):
            checked = [_checked(given) for given in batch]
            rows = Rows([self.lexicon.parse(note.text or "") for note in checked], self.lexicon.symbols)
            passages = [merge(hits) for hits in find_cues(rows, self.lexicon)]
            contexts = self._context.read_all(rows, [[p.target() for p in in_note] for in_note in passages])
            for note, parsed, found, read in zip(checked, rows.notes, passages, contexts, strict=True):
                yield self._screening(note, parsed, found, read)

    def contexts(self, text: str, spans: Iterable[tuple[int, int]]) -> list[Context]:
        """Return the context of spans of ``text`` (character offsets) that the caller found by other means.

        Raises NoteError where a span does not cover at least one word of the text.
        """
        parsed = self.lexicon.parse(text)
        targets = [target_of(parsed, start, end) for start, end in spans]
        found = []
        for target, attributes in zip(targets, self._context.read(parsed, targets), strict=True):
            start, end = parsed.original(target.first, target.last)
            found.append(
                Context.model_validate(
                    {
                        "start": start,
                        "end": end,
                        "assertion": attributes.assertion,
                        "temporality": attributes.temporality,
                        "subject": attributes.subject,
                        "source": attributes.source,
                        "template": attributes.template,
                        "resolved": attributes.resolved,
                        "evidence": attributes.evidence,
                    }
                )
            )
        return found

    def _screening(self, note: Note, parsed: Parsed, passages: list[Passage], contexts: list[Attributes]) -> Screening:
        indicators = self.lexicon.lexicon.indicators
        digest = text_digest(parsed.note_text) if passages else ""
        highlights = [
            build(parsed, digest, passage, context, indicators[passage.indicator])
            for passage, context in zip(passages, contexts, strict=True)
        ]
        return Screening(
            note=note,
            highlights=tuple(highlights),
            words=len(parsed.note_text.split()),
            lexicon_version=self.lexicon.version,
            model_version=None,
            profile=self.profile,
            screener_version=__version__,
        )


def load(profile: Literal["lexicon"] = "lexicon", lexicons: str | Path | Iterable[str | Path] = ()) -> Screener:
    """Load a screener. ``lexicons`` are folders of a team's own, layered over the shipped ones.

    Raises LexiconError where a lexicon cannot be used, ModelError where a profile asks for a reader that is not there.
    """
    if profile != "lexicon":
        raise ModelError(f"there is no profile '{profile}' in this version; use profile='lexicon'")
    folders = [lexicons] if isinstance(lexicons, str | Path) else list(lexicons)
    return Screener(load_lexicon(*folders), profile)


def _checked(given: Note | str) -> Note:
    if isinstance(given, str):
        return Note(id=f"note-{text_digest(given)[:12]}", text=given)
    if not isinstance(given, Note):
        raise NoteError(f"a note is a screener.Note or a string, not {type(given).__name__}")
    if given.text is None:
        raise NoteError(f"note '{given.id}' has no text to screen; its text was withheld")
    return given
