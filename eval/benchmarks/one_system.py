"""Measure one system in a process of its own; prints one line of JSON. Plain script, so that peers can run it too.

python one_system.py SYSTEM NOTES.json PHRASES.json PASSES
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Scan = Callable[[list[str]], Any]


def tokeniser(_: dict[str, list[str]]) -> Scan:
    """Return spaCy's bare English tokeniser: the ceiling."""
    import spacy

    nlp = spacy.blank("en")
    return lambda texts: [nlp.tokenizer(text) for text in texts]


def phrase_matcher(phrases: dict[str, list[str]]) -> Scan:
    """Return spaCy's tokeniser, sentence splitter and phrase matcher, without any context."""
    nlp = _phrase_pipeline(phrases)
    return lambda texts: list(nlp.pipe(texts))


def negspacy(phrases: dict[str, list[str]]) -> Scan:
    """Return negspaCy with its own termset over the same phrases."""
    from negspacy.negation import Negex  # noqa: F401 - registers the component

    nlp = _phrase_pipeline(phrases)
    nlp.add_pipe("negex")
    return lambda texts: list(nlp.pipe(texts))


def medspacy(phrases: dict[str, list[str]]) -> Scan:
    """Return medspaCy's target matcher and ConText over the same phrases, with plain sentences."""
    import medspacy  # noqa: F401 - registers the components
    import spacy
    from medspacy.ner import TargetRule

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    matcher = nlp.add_pipe("medspacy_target_matcher")
    matcher.add([TargetRule(phrase, label) for label, listed in phrases.items() for phrase in listed])
    nlp.add_pipe("medspacy_context")
    return lambda texts: list(nlp.pipe(texts))


def screener_same_phrases(phrases: dict[str, list[str]]) -> Scan:
    """Return the screener with the same phrases as its only cues, and every attribute."""
    from eval.benchmarks.lexicons import of_phrases
    from screener.pipeline.screen import Screener

    reader = Screener(of_phrases(phrases))
    return lambda texts: list(reader.pipe(texts))


def screener_full(_: dict[str, list[str]]) -> Scan:
    """Return the screener with its whole lexicon and every attribute."""
    import screener

    reader = screener.load(profile="lexicon")
    return lambda texts: list(reader.pipe(texts))


def _phrase_pipeline(phrases: dict[str, list[str]]) -> Any:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns([{"label": label, "pattern": p} for label, listed in phrases.items() for p in listed])
    return nlp


SYSTEMS = {f.__name__: f for f in (tokeniser, phrase_matcher, negspacy, medspacy, screener_same_phrases, screener_full)}


def main() -> None:
    """Build, warm up on one line, then time each pass over all notes."""
    system, notes_file, phrases_file, passes = sys.argv[1:5]
    with open(notes_file, encoding="utf-8") as stream:  # noqa: PTH123 - plain script
        texts = json.load(stream)
    with open(phrases_file, encoding="utf-8") as stream:  # noqa: PTH123 - plain script
        phrases = json.load(stream)
    begun = time.perf_counter()
    scan = SYSTEMS[system](phrases)
    built = time.perf_counter() - begun
    scan(["A short note to finish lazy imports. Nothing is reported."])
    memory_built = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = []
    for _ in range(int(passes)):
        start = time.process_time()
        scan(texts)
        seconds.append(time.process_time() - start)
    print(
        json.dumps(
            {
                "system": system,
                "first": len(texts) / seconds[0],
                "later": len(texts) / min(seconds[1:] or seconds),
                "words": sum(len(t.split()) for t in texts) / seconds[0],
                "build_seconds": built,
                "built_mb": memory_built,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
