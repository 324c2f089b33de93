"""Annotated notes written on the spot."""

from screener.annotations import AnnotatedNote, parse_marked


def marked(text: str, ident: str = "n") -> AnnotatedNote:
    plain, spans = parse_marked(text)
    return AnnotatedNote(id=ident, text=plain, spans=spans)
