"""Runs inside a peer's own environment: keywords as targets, the peer's ConText or NegEx for negation.

    python peer_context.py medspacy|negspacy KEYWORDS.json < notes.jsonl > hits.jsonl

Reads one JSON string a line, writes one list of [start, end, label, negated, historical] a line. The same script with
``spans`` on a line instead of text (``{"text": …, "spans": [[start, end], …]}``) judges spans given by the caller.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import spacy
from spacy.util import filter_spans


def _nlp(system: str) -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    if system == "medspacy":
        import medspacy.context  # noqa: F401 - registers the component

        nlp.add_pipe("medspacy_context")
    else:
        from negspacy.negation import Negex  # noqa: F401 - registers the component

        nlp.add_pipe("negex")
    return nlp


def main() -> None:
    system, keyword_file = sys.argv[1:3]
    with open(keyword_file, encoding="utf-8") as stream:  # noqa: PTH123 - plain script, any Python
        keywords: dict[str, list[str]] = json.load(stream)
    nlp = _nlp(system)
    matcher = spacy.matcher.PhraseMatcher(nlp.vocab, attr="LOWER")
    for label, phrases in keywords.items():
        matcher.add(label, [nlp.make_doc(p) for p in phrases])
    before_context = [nlp.get_pipe(name) for name in nlp.pipe_names[:-1]]
    context = nlp.get_pipe(nlp.pipe_names[-1])
    for line in sys.stdin:
        given = json.loads(line)
        text = given["text"]
        hits = []
        doc = nlp.make_doc(text)
        if "spans" in given:
            wanted = [doc.char_span(a, b, label="TARGET", alignment_mode="expand") for a, b in given["spans"]]
        else:
            wanted = matcher(doc, as_spans=True)
        # Both systems judge doc.ents, which may not overlap: overlapping targets go in turns.
        waiting = [span for span in wanted if span is not None]
        while waiting:
            turn = filter_spans(waiting)
            waiting = [span for span in waiting if span not in turn]
            doc = nlp.make_doc(text)
            for pipe in before_context:
                doc = pipe(doc)
            doc.ents = [spacy.tokens.Span(doc, s.start, s.end, label=s.label_) for s in turn]
            doc = context(doc)
            for ent in doc.ents:
                negated = ent._.is_negated if system == "medspacy" else ent._.negex
                historical = ent._.is_historical if system == "medspacy" else False
                hits.append([ent.start_char, ent.end_char, ent.label_, bool(negated), bool(historical)])
        print(json.dumps(hits))


if __name__ == "__main__":
    main()
