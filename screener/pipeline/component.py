"""The screener as a spaCy component, for those whose own pipeline is spaCy's.

>>> import spacy
>>> from screener.pipeline import component
>>> nlp = spacy.blank("en")
>>> _ = nlp.add_pipe("case_note_screener", config={"profile": "lexicon"})
>>> doc = nlp("Terry slipped her £20 and told her not to tell mum.")
>>> "secrecy" in {span.label_ for span in doc.spans["screener"]}
True
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from screener.pipeline.screen import ReadingProfile, Screener, load


class ScreenerComponent:
    """Sets ``doc._.screening`` (the whole record) and ``doc.spans["screener"]`` (passages to follow up, by indicator).

    A span covers the doc's tokens that its passage touches; the record's character offsets are exact.
    """

    def __init__(self, screener: Screener) -> None:
        self.screener = screener

    def __call__(self, doc: Doc) -> Doc:
        """Screen a doc's text and return the doc."""
        screening = self.screener.screen(doc.text)
        doc._.screening = screening
        found = [doc.char_span(h.start, h.end, label=h.indicator, alignment_mode="expand") for h in screening.follow_up]
        doc.spans["screener"] = [span for span in found if span is not None]
        return doc


if not Doc.has_extension("screening"):
    Doc.set_extension("screening", default=None)


@Language.factory("case_note_screener", default_config={"profile": "full"})
def make(nlp: Language, name: str, profile: ReadingProfile) -> Any:  # noqa: ARG001 - spaCy's calling convention
    """Return the component for ``nlp.add_pipe("case_note_screener")``. Raises what ``screener.load`` raises."""
    return ScreenerComponent(load(profile=profile))
