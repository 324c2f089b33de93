"""The public `Screener`: reads notes as the pipeline does, and a case of them as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from screener.case_records import CaseReview
from screener.casework.knowledge import CaseKnowledge, read_knowledge
from screener.casework.review import review
from screener.lexicon.read import shipped
from screener.pipeline import screen
from screener.pipeline.screen import ReadingProfile
from screener.records import Note


class Screener(screen.Screener):
    """Reads notes and points at passages; reads the dated notes of a case together.

    Safe to share between threads; holds nothing of any note.
    """

    def __init__(self, notes: screen.Screener, folders: Iterable[str | Path] = ()) -> None:
        """Take over a screener of notes; ``folders`` are the lexicons of a team's own that it was loaded with."""
        super().__init__(notes.lexicon, notes.profile, notes.reader)
        self._folders = tuple(folders)

    @cached_property
    def knowledge(self) -> CaseKnowledge:
        """The case language and patterns that go with this screener's lexicons; read on first use."""
        return read_knowledge(self.lexicon.lexicon, [shipped(), *self._folders])

    def review_case(self, notes: Iterable[Note | str], case: str | None = None) -> CaseReview:
        """Screen the notes of one case and read them as a whole.

        Notes are best dated; undated and out-of-order ones are read too, and what was assumed is said in ``read``.
        ``case`` names the case where the notes do not. Raises NoteError where a note has no text, and CaseError where
        the notes do not make one case (none at all, an id twice, several cases).
        """
        return review(self.pipe(notes), case=case, knowledge=self.knowledge)


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
    folders = [lexicons] if isinstance(lexicons, str | Path) else list(lexicons)
    return Screener(screen.load(profile, folders, reader), folders)
