"""Every error the screener raises on purpose, each with what is wrong and what to do about it.

Messages never hold words of a note: they may be logged by whoever calls the library.
"""


class ScreenerError(Exception):
    """Base of all errors that the screener raises on purpose."""


class NoteError(ScreenerError, ValueError):
    """A note that cannot be screened as given (wrong type, broken text)."""


class LexiconError(ScreenerError, ValueError):
    """A lexicon that cannot be used: names the file, the line, the entry and the mend."""


class AnnotationError(ScreenerError, ValueError):
    """Annotated text that breaks the format: names the file and the line."""


class DocumentError(ScreenerError):
    """A file that cannot be read as notes: broken, encrypted, empty or of an unknown kind."""


class ModelError(ScreenerError):
    """A sentence reader that cannot be used: missing, damaged, or its runtime is not installed."""


class CaseError(ScreenerError, ValueError):
    """Notes that cannot be read as one case: duplicate ids, several cases, impossible dates."""
