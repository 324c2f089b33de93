"""The screener: one object that reads notes and gives screenings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from screener.errors import ModelError, NoteError
from screener.lexicon.compiled import CompiledLexicon
from screener.lexicon.compiled import load as load_lexicon
from screener.lexicon.rows import Rows
from screener.pipeline.context import Attributes, ContextReader, target_of
from screener.pipeline.cues import find_cues
from screener.pipeline.highlights import Passage, build, merge
from screener.pipeline.joining import decided, join, settle
from screener.records import Context, Note, Screening, text_digest
from screener.text.parsed import Parsed
from screener.version import __version__

if TYPE_CHECKING:
    from screener.reader.reading import SentenceReader

ReadingProfile = Literal["lexicon", "fast", "full"]


class Screener:
    """Reads notes and points at passages. Safe to share between threads; holds nothing of any note."""

    def __init__(
        self,
        lexicon: CompiledLexicon,
        profile: ReadingProfile = "lexicon",
        reader: SentenceReader | None = None,
    ) -> None:
        self.lexicon = lexicon
        self.profile = profile
        self.reader = reader
        self._context = ContextReader(lexicon)

    def screen(self, note: Note | str) -> Screening:
        """Screen one note (or its bare text). Raises NoteError where there is no text to read."""
        return next(self.pipe([note]))

    def pipe(self, notes: Iterable[Note | str], batch_size: int = 64) -> Iterator[Screening]:
        """Screen many notes, in order, holding no more than ``batch_size`` of them at a time.

        Raises NoteError at a note that cannot be read, once all notes before it have been given out.
        """
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1")
        batch: list[tuple[Note, Parsed]] = []
        for given in notes:
            try:
                note = _checked(given)
                batch.append((note, self.lexicon.parse(note.text or "")))
            except NoteError:
                yield from self._batch(batch)
                raise
            if len(batch) == batch_size:
                yield from self._batch(batch)
                batch = []
        yield from self._batch(batch)

    def passages(self, parsed: Sequence[Parsed]) -> list[list[tuple[Passage, Attributes]]]:
        """Return the passages of parsed notes with their attributes, in text order, before they become highlights."""
        rows = Rows(parsed, self.lexicon.symbols)
        found = [
            self._joined(note, merge(hits)) for note, hits in zip(parsed, find_cues(rows, self.lexicon), strict=True)
        ]
        contexts = self._context.read_all(rows, [[p.target() for p in in_note] for in_note in found])
        decides = self.reader.settings.decides if self.reader is not None else ()
        return [
            settle(in_note, [decided(*pair, decides) for pair in zip(in_note, read, strict=True)])
            for in_note, read in zip(found, contexts, strict=True)
        ]

    def _batch(self, batch: list[tuple[Note, Parsed]]) -> Iterator[Screening]:
        found = self.passages([parsed for _, parsed in batch])
        for (note, parsed), passages in zip(batch, found, strict=True):
            yield self._screening(note, parsed, passages)

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

    def _joined(self, parsed: Parsed, passages: list[Passage]) -> list[Passage]:
        """Return the lexicon's passages joined with what the sentence reader points at, where there is one."""
        if self.reader is None:
            return passages
        opinion = self.reader.read(parsed.note_text)
        sentences = [parsed.folded.original(sentence.start, sentence.end) for sentence in parsed.sentences]
        sightings = self.reader.sightings(opinion, sentences)
        joined = join(parsed, passages, opinion, sightings, self.reader.settings.confidence)
        for passage in joined:
            if passage.sighting is not None and not passage.hits:
                sentence = sentences[passage.sentence.index]
                passage.weighed = tuple(self.reader.weighed(parsed.note_text, passage.sighting, sentence))
        return joined

    def _screening(self, note: Note, parsed: Parsed, passages: list[tuple[Passage, Attributes]]) -> Screening:
        indicators = self.lexicon.lexicon.indicators
        digest = text_digest(parsed.note_text) if passages else ""
        highlights = [build(parsed, digest, passage, context, indicators) for passage, context in passages]
        return Screening(
            note=note,
            highlights=tuple(highlights),
            words=len(parsed.note_text.split()),
            lexicon_version=self.lexicon.version,
            model_version=self.reader.version if self.reader is not None else None,
            profile=self.profile,
            screener_version=__version__,
        )


def load(
    profile: ReadingProfile = "full",
    lexicons: str | Path | Iterable[str | Path] = (),
    reader: str | Path | None = None,
) -> Screener:
    """Load a screener.

    ``profile``: ``full`` reads with the lexicon and the sentence reader, ``fast`` with the lexicon and a smaller reader
    for archives, ``lexicon`` with the lexicon alone (no torch). ``lexicons`` are folders of a team's own, layered over
    the shipped ones; ``reader`` is the folder of a team's own reader, in place of the shipped one.

    Raises LexiconError where a lexicon cannot be used, and ModelError where the reader that the profile asks for is
    missing, damaged, or lacks a package to run with.
    """
    if profile not in get_args(ReadingProfile):
        raise ModelError(f"there is no profile '{profile}'; choose one of {', '.join(get_args(ReadingProfile))}")
    if profile == "lexicon" and reader is not None:
        raise ModelError("profile='lexicon' reads without a sentence reader; choose 'full' or 'fast' to use your own")
    folders = [lexicons] if isinstance(lexicons, str | Path) else list(lexicons)
    if profile == "lexicon":
        return Screener(load_lexicon(*folders))
    from screener.reader import weights

    folder = Path(reader) if reader is not None else weights.shipped(profile)
    sound = weights.load(folder)
    from screener.reader.reading import SentenceReader

    return Screener(load_lexicon(*folders), profile, SentenceReader(sound))


def _checked(given: Note | str) -> Note:
    if isinstance(given, str):
        return Note(id=f"note-{text_digest(given)[:12]}", text=given)
    if not isinstance(given, Note):
        raise NoteError(f"a note is a screener.Note or a string, not {type(given).__name__}")
    if given.text is None:
        raise NoteError(f"note '{given.id}' has no text to screen; its text was withheld")
    return given
