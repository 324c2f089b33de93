"""The two readers joined: what the lexicon found, what the sentence reader points at, and how sure both together are.

The rules, in full:

1. The lexicon is never silenced: every passage a cue found is shown, with the cue as evidence, and one with a strong
   cue is for follow-up whatever the reader says of it. Where cues that are not strong point alone, and the reader
   finds nothing to follow up in the words, the passage is shown as set aside for that reason (``doubted``).
2. A sighting that touches a cue's passage of the same indicator in the same sentence joins it: one passage, both as
   evidence, as long as the two together.
3. A sighting is left out where the reader does not hold its words to be for follow-up, though no attribute sets them
   aside (``SentenceReader.sightings``). One that no cue shares becomes a passage of its own. Sightings of different
   indicators may overlap; none is longer than its sentence. Where the reader is sure that there is something to follow
   up, but of no indicator, the sighting goes under the likeliest.
4. Attributes are the context cues' where one speaks of the cue's words, or, of a passage of the reader alone, of all
   its words. Where none does, the reader decides those attributes in which it was measured to be right more often
   than the defaults (``Settings.decides``), unless the lexicon cue itself says, or a cue's passage would be set aside
   by it.
5. The match confidence is one calibrated figure over all of it: a logistic function of what the reader says of the
   passage's words and of how strong the cues are (``Settings.confidence``), fitted on notes that neither was made on.
6. Where a cue and a sighting touch, name different indicators, and the reader holds the cue's to be unlikely for these
   words, they are one passage under the reader's indicator, as long as the two together, and the cue's reading is told
   beside it. Only where that leaves a passage to follow up for follow-up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from screener.errors import NoteError
from screener.pipeline.context import Attributes, target_of
from screener.pipeline.highlights import Passage
from screener.text.parsed import Parsed

if TYPE_CHECKING:
    from screener.reader.spans import Opinion, Sighting

#: Below this probability of the reader for a cue's indicator, it holds the cue's reading to be unlikely.
_UNLIKELY = 0.1
#: Below this probability of "to follow up, whatever the indicator", the reader finds nothing to follow up.
_NOTHING = 0.05
#: What is taken for the reader's probability at its ends, so that its logarithm stays finite.
_LEAST = 1e-4


def join(
    parsed: Parsed,
    passages: list[Passage],
    opinion: Opinion,
    sightings: list[Sighting],
    confidence: Mapping[str, float],
) -> list[Passage]:
    """Return the passages of cues and reader together, in text order, each with its calibrated confidence."""
    joined = list(passages)
    for sighting in sightings:
        try:
            target = target_of(parsed, sighting.start, sighting.end)
        except NoteError:  # nothing but punctuation
            continue
        whole = Passage(sighting.indicator, target.sentence, target.first, target.last, [], sighting=sighting)
        shared = [p for p in joined if p.indicator == whole.indicator and _touch(p, whole)]
        for passage in shared:
            whole.first, whole.last = min(whole.first, passage.first), max(whole.last, passage.last)
            whole.hits += [hit for hit in passage.hits if hit not in whole.hits]
            joined.remove(passage)
        joined.append(whole)
    for passage in joined:
        said = passage.sighting or opinion.of(passage.indicator, *parsed.original(passage.first, passage.last))
        if said is not None:
            passage.probability, passage.to_follow_up = said.probability, said.follow_up
        passage.confidence = joined_confidence(passage, confidence)
    return sorted(joined, key=lambda p: (p.first, p.last, p.indicator))


def settle(passages: list[Passage], contexts: list[Attributes]) -> list[tuple[Passage, Attributes]]:
    """Return the passages with their attributes, one where cue and reader read the same words differently (rule 6)."""
    together = list(zip(passages, contexts, strict=True))
    hosts = [(passage, context) for passage, context in together if passage.sighting is not None]
    kept = []
    for passage, context in together:
        doubted = passage.sighting is None and passage.probability < _UNLIKELY
        near = [
            host
            for host, said in hosts
            if doubted and _touch(host, passage) and _followed_up(host, said) >= _followed_up(passage, context)
        ]
        if near:
            host = max(near, key=lambda host: host.probability)
            host.first, host.last = min(host.first, passage.first), max(host.last, passage.last)
            host.differing += passage.hits
        else:
            kept.append((passage, context))
    return sorted(kept, key=lambda pair: (pair[0].first, pair[0].last, pair[0].indicator))


def _touch(one: Passage, other: Passage) -> bool:
    return one.sentence is other.sentence and one.first < other.last and other.first < one.last


def _followed_up(passage: Passage, context: Attributes) -> bool:
    return context.reason_not(passage.indicator) is None


def terms(passage: Passage) -> dict[str, float]:
    """Return the terms that the joined confidence is a sum of, before they are weighted."""
    chance = min(max(passage.probability, _LEAST), 1 - _LEAST)
    found = {"base": 1.0, "reader": math.log(chance / (1 - chance)), passage.indicator: 1.0}
    if passage.sighting is not None:
        found["sighting"] = 1.0
    if passage.hits:
        found[f"cue.{passage.strength}"] = 1.0
        found["several"] = float(len(passage.hits) > 1)
    return found


def joined_confidence(passage: Passage, weights: Mapping[str, float]) -> float:
    """Return the calibrated chance that an annotator keeps the passage."""
    total = sum(weights.get(name, 0.0) * value for name, value in terms(passage).items())
    return 1 / (1 + math.exp(-total))


def decided(passage: Passage, context: Attributes, decides: tuple[str, ...]) -> Attributes:
    """Return a passage's attributes with those of the reader where it decides and no context cue speaks, and whether
    it doubts the cues.
    """
    if passage.sighting is None:
        nothing = passage.to_follow_up is not None and passage.to_follow_up < _NOTHING
        return replace(context, doubted=nothing and passage.strength != "strong")
    spoken = {evidence.sets.split("=")[0] for evidence in context.evidence if evidence.sets}
    spoken |= {name for hit in passage.hits for name, _ in hit.cue.sets}
    said: dict[str, Any] = {name: passage.sighting.attributes[name] for name in decides if name not in spoken}
    flags = {name: value == "true" for name, value in said.items() if name in ("template", "resolved")}
    read = replace(context, **(said | flags))
    silenced = bool(passage.hits) and _followed_up(passage, context) and not _followed_up(passage, read)
    return context if silenced else read
