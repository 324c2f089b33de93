"""Third step: cue hits with their context become highlights: merged, explained, and with the neutral prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from screener.lexicon.model import IndicatorInfo
from screener.pipeline.context import Attributes, Target
from screener.pipeline.cues import CueHit
from screener.records import GROUP_OF, Evidence, Highlight, highlight_id
from screener.text.parsed import Parsed, Sentence

if TYPE_CHECKING:
    from screener.reader.spans import Sighting

#: Share of passages that annotators kept under the same indicator, by the strongest cue that found them: found by one
#: cue alone, and by several. Measured on the development gold and on two lanes of training notes that no cue was
#: written on.
KEPT = {"weak": (0.26, 0.3), "moderate": (0.55, 0.84), "strong": (0.7, 0.94)}


#: Words that leave a passage hanging when it ends on them, and how many words more it may take to end well.
_HANGING = frozenset(
    """a an and any at about as by for from his her him in into is its my of off on our out over so than that the their
    then they this to up was were when where which who with your""".split()  # noqa: SIM905 - easier to read than quoted
)
_HANGING_REACH = 4

#: What is said of a passage that the sentence reader points at.
READER_ALONE = "No cue matches here: the sentence reader points at it, from notes like this that people marked."
READER_TOO = "The sentence reader points here too."
READER_DIFFERS = "A cue reads this as “{title}”, the sentence reader as “{other}”. The cue: {why}"


@dataclass(slots=True)
class Passage:
    """Tokens ``first`` to ``last`` (exclusive) of a sentence, and what pointed at them for one indicator.

    ``confidence`` is the calibrated chance that an annotator keeps the passage. With a sentence reader, ``sighting`` is
    what it points at here, ``probability`` what it gives the passage's words for the indicator, ``to_follow_up`` what
    it gives them for being to follow up whatever the indicator (``None`` where it read none of them), ``weighed`` the
    words that weighed most where it alone points here (offsets into the note), and ``differing`` the cues that read it
    otherwise.
    """

    indicator: str
    sentence: Sentence
    first: int
    last: int
    hits: list[CueHit]
    confidence: float = 0.0
    sighting: Sighting | None = None
    probability: float = 0.0
    to_follow_up: float | None = None
    weighed: tuple[tuple[int, int], ...] = ()
    differing: list[CueHit] = field(default_factory=list)

    @property
    def strength(self) -> str:
        """The strength of the strongest cue."""
        return max((hit.cue.strength for hit in self.hits), key=lambda strength: KEPT[strength])

    def target(self) -> Target:
        """Return the passage as the context reader wants it.

        Where cues found it, their words are asked about and not all that the reader adds to them: "not been about,
        dropped out of boxing" does not negate the boxing.
        """
        sets = tuple(dict(pair for hit in self.hits for pair in hit.cue.sets).items())
        ids = tuple(hit.cue.id for hit in self.hits)
        first = min((hit.first for hit in self.hits), default=self.first)
        last = max((hit.last for hit in self.hits), default=self.last)
        return Target(self.sentence, first, last, self.indicator, sets, ids)


def merge(hits: list[CueHit]) -> list[Passage]:
    """Join overlapping hits of one indicator into passages, in text order."""
    open_by_indicator: dict[str, Passage] = {}
    passages: list[Passage] = []
    for hit in hits:
        name = hit.cue.indicator
        passage = open_by_indicator.get(name)
        if passage is not None and hit.first < passage.last and hit.sentence is passage.sentence:
            passage.last = max(passage.last, hit.last)
            if all(other.cue is not hit.cue for other in passage.hits):
                passage.hits.append(hit)
        else:
            passage = Passage(name, hit.sentence, hit.first, hit.last, [hit])
            open_by_indicator[name] = passage
            passages.append(passage)
    for passage in passages:
        passage.confidence = KEPT[passage.strength][len(passage.hits) > 1]
    return passages


def build(
    parsed: Parsed, digest: str, passage: Passage, context: Attributes, indicators: Mapping[str, IndicatorInfo]
) -> Highlight:
    """Return the highlight of one passage, with offsets into the note exactly as given.

    ``digest`` is the digest of the note's text.
    """
    note_text = parsed.note_text
    start, end = parsed.original(passage.first, _clause_end(parsed, passage))
    reason_not = context.reason_not(passage.indicator)
    evidence = tuple(_cue_evidence(parsed, hit) for hit in passage.hits) + context.evidence
    if passage.sighting is not None:
        evidence += (_reader_evidence(parsed, passage, passage.sighting),)
    evidence += tuple(_differing_evidence(parsed, hit, indicators, passage.indicator) for hit in passage.differing)
    return Highlight.model_validate(
        {
            "id": highlight_id(digest, passage.indicator, start, end),
            "start": start,
            "end": end,
            "text": note_text[start:end],
            "indicator": passage.indicator,
            "group": GROUP_OF[passage.indicator],
            "assertion": context.assertion,
            "temporality": context.temporality,
            "subject": context.subject,
            "source": context.source,
            "template": context.template,
            "resolved": context.resolved,
            "doubted": context.doubted,
            "section": context.section,
            "follow_up": reason_not is None,
            "reason_not": reason_not,
            "match_confidence": passage.confidence,
            "evidence": evidence,
            "prompt": indicators[passage.indicator].prompt,
            "sentence": parsed.folded.original(passage.sentence.start, passage.sentence.end),
        }
    )


def _clause_end(parsed: Parsed, passage: Passage) -> int:
    """Return where the passage ends when it is not left hanging on a word such as "to" or "her"."""
    words, last = parsed.words, passage.last
    for _ in range(_HANGING_REACH):
        if words[last - 1] not in _HANGING or last >= passage.sentence.last or not words[last][0].isalnum():
            break
        last += 1
    return last if words[last - 1] not in _HANGING else passage.last


def _cue_evidence(parsed: Parsed, hit: CueHit) -> Evidence:
    start, end = parsed.original(hit.first, hit.last)
    cue = hit.cue
    text = parsed.note_text[start:end]
    return Evidence(by="cue", id=cue.id, start=start, end=end, text=text, why=cue.why, source=cue.source)


def _differing_evidence(
    parsed: Parsed, hit: CueHit, indicators: Mapping[str, IndicatorInfo], indicator: str
) -> Evidence:
    title, other = indicators[hit.cue.indicator].title, indicators[indicator].title
    why = READER_DIFFERS.format(title=title, other=other, why=hit.cue.why)
    return _cue_evidence(parsed, hit).model_copy(update={"why": why})


def _reader_evidence(parsed: Parsed, passage: Passage, sighting: Sighting) -> Evidence:
    text = parsed.note_text[sighting.start : sighting.end]
    why = READER_ALONE if not passage.hits else READER_TOO
    return Evidence(
        by="reader", id="reader", start=sighting.start, end=sighting.end, text=text, why=why, weighed=passage.weighed
    )
