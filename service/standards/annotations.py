"""W3C Web Annotations: passages in the form in which highlights are exchanged between systems.

Positions count Unicode code points, as the Web Annotation Data Model asks and as the library does (docs/offsets.md).
The quote with the words around it finds a passage again after small edits elsewhere in the note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from screener import BANNER, Highlight, Screening, __version__
from service.standards.names import INDICATORS, urn

MEDIA_TYPE = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
#: Code points of the note given before and after a passage.
_AROUND = 32


def page(screenings: Iterable[Screening], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return one AnnotationPage with the passages to follow up. ``titles``: indicator → its title.

    Every screening must hold its note's text.
    """
    items = [annotation(screening, h, titles[h.indicator]) for screening in screenings for h in screening.follow_up]
    return {"@context": _CONTEXT, "type": "AnnotationPage", "label": BANNER, "items": items}


def annotation(screening: Screening, highlight: Highlight, title: str) -> dict[str, Any]:
    """Return one passage as an Annotation, without its context."""
    text = screening.note.text or ""
    return {
        "id": urn("highlight", *_note_parts(screening), highlight.id),
        "type": "Annotation",
        "motivation": "highlighting",
        "generator": {"id": urn("version", __version__, screening.lexicon_version), "type": "Software"},
        "body": [
            {"type": "TextualBody", "purpose": "tagging", "format": "text/plain", "language": "en-GB", "value": title},
            {"type": "SpecificResource", "purpose": "classifying", "source": f"{INDICATORS}:{highlight.indicator}"},
            {
                "type": "TextualBody",
                "purpose": "questioning",
                "format": "text/plain",
                "language": "en-GB",
                "value": highlight.prompt,
            },
        ],
        "target": {
            "source": urn("note", *_note_parts(screening)),
            "selector": [
                {"type": "TextPositionSelector", "start": highlight.start, "end": highlight.end},
                {
                    "type": "TextQuoteSelector",
                    "exact": highlight.text,
                    "prefix": text[max(0, highlight.start - _AROUND) : highlight.start],
                    "suffix": text[highlight.end : highlight.end + _AROUND],
                },
            ],
        },
    }


def _note_parts(screening: Screening) -> tuple[str, ...]:
    note = screening.note
    return (note.case, note.id) if note.case else (note.id,)
