"""The typed records that the library gives out: one JSON contract for code, files and the endpoint.

Offsets are counted in characters (Unicode code points) of the note exactly as given, start inclusive and end
exclusive, so that ``note.text[h.start:h.end] == h.text`` always holds. See ``docs/offsets.md``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Indicator = Literal[
    "sexualised_behaviour",
    "fear_or_avoidance",
    "physical_sign",
    "behaviour_change",
    "self_harm",
    "missing_episode",
    "substance_use",
    "disclosure",
    "partial_disclosure",
    "trusted_adult",
    "gifts_or_money",
    "secrecy",
    "boundary_crossing",
    "access_or_isolation",
    "carer_grooming",
    "protector_role",
    "online_contact",
    "threat_or_coercion",
    "older_associate",
    "known_risk_person",
    "third_party_concern",
    "concern_closed",
    "unenforced_agreement",
    "management_drift",
    "information_gap",
]
Group = Literal["child_signs", "child_says", "adult_behaviour", "context", "system_response"]
Assertion = Literal["affirmed", "negated", "possible", "hypothetical"]
Temporality = Literal["current", "historical"]
Subject = Literal["child", "other_child", "adult", "unclear"]
Source = Literal["child", "family", "professional", "third_party", "unclear"]
Profile = Literal["lexicon", "fast", "full", "annotated"]

INDICATORS: tuple[str, ...] = get_args(Indicator)

GROUP_OF: dict[str, str] = {
    **dict.fromkeys(INDICATORS[:7], "child_signs"),
    **dict.fromkeys(INDICATORS[7:9], "child_says"),
    **dict.fromkeys(INDICATORS[9:19], "adult_behaviour"),
    **dict.fromkeys(INDICATORS[19:21], "context"),
    **dict.fromkeys(INDICATORS[21:], "system_response"),
}

#: Attribute name → allowed values, for readers of annotated text and of context files.
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "assertion": get_args(Assertion),
    "temporality": get_args(Temporality),
    "subject": get_args(Subject),
    "source": get_args(Source),
    "template": ("true", "false"),
    "resolved": ("true", "false"),
}

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
Offsets = tuple[int, int]


def reason_not_followed_up(
    indicator: str,
    *,
    assertion: str,
    temporality: str,
    subject: str,
    template: bool,
    resolved: bool,
    doubted: bool = False,
) -> str | None:
    """Say in plain words why a passage is set aside, or ``None`` where it is to follow up.

    The computed rule of the annotation guidelines, section 5, and last ``doubted``: only a cue points at the passage,
    and the sentence reader does not. Nothing that is set aside is dropped: a reader can always see it, with this
    reason.
    """
    if template:
        return "form or leaflet text"
    if assertion == "negated":
        return "negated"
    if assertion == "hypothetical":
        return "planned or hypothetical"
    if subject == "adult" and indicator != "known_risk_person":
        return "an adult's own experience"
    if temporality == "historical" and resolved:
        return "recorded as resolved"
    if doubted:
        return "only a cue points here, the sentence reader does not"
    return None


def text_digest(note_text: str) -> str:
    """Return the digest of a note's text that the ids of its highlights are made from."""
    return hashlib.sha256(note_text.encode("utf-8", "surrogatepass")).hexdigest()


def highlight_id(digest: str, indicator: str, start: int, end: int) -> str:
    """Return the stable id of a highlight: same text, indicator and span give the same 16 hex digits."""
    return hashlib.sha256(f"{digest}\0{indicator}\0{start}\0{end}".encode()).hexdigest()[:16]


class Record(BaseModel):
    """Base of every record: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Note(Record):
    """One case note as it was written.

    ``text`` is ``None`` only where it was withheld on purpose (JSON without note text). ``date`` is the day the note
    was written, in UK local time; an aware time stamp is turned into its day in Europe/London.
    """

    id: str = Field(min_length=1, max_length=512)
    text: str | None = None
    date: dt.date | None = None
    author_role: str | None = None
    case: str | None = None
    kind: str | None = None

    @field_validator("date", mode="before")
    @classmethod
    def _day_in_london(cls, value: Any) -> Any:
        if isinstance(value, str) and "T" in value:
            value = dt.datetime.fromisoformat(value)
        if isinstance(value, dt.datetime):
            return value.astimezone(ZoneInfo("Europe/London")).date() if value.tzinfo else value.date()
        return value


class Evidence(Record):
    """What made a highlight, or set one of its attributes: a cue, the sentence reader, or a context cue.

    ``by`` is ``cue`` (a lexicon cue matched), ``reader`` (the sentence reader pointed here), ``context`` (words that
    set an attribute, named in ``sets`` as ``attribute=value``) or ``annotator`` (a person marked it).
    ``start``/``end`` are character offsets of the words that fired, ``id`` the cue id. ``weighed`` are the offsets of
    the words that weighed most with the reader, the heaviest first, where nothing but the reader points here.
    """

    by: Literal["cue", "reader", "context", "annotator"]
    id: str
    start: int = Field(ge=0)
    end: int
    text: str
    why: str
    source: str | None = None
    sets: str | None = None
    weighed: tuple[Offsets, ...] = ()


class Highlight(Record):
    """One passage worth a practitioner's second look, with its reasons.

    A highlight without evidence, or one whose ``follow_up`` contradicts its attributes, cannot be built.
    ``match_confidence`` is the calibrated probability that a reviewer would keep this highlight as a reading of the
    text. It is never a risk. ``doubted`` says that only a cue that is not strong points here, and that the sentence
    reader, which read the whole note, finds nothing to follow up in these words.
    """

    id: str
    start: int = Field(ge=0)
    end: int
    text: str
    indicator: Indicator
    group: Group
    assertion: Assertion = "affirmed"
    temporality: Temporality = "current"
    subject: Subject = "child"
    source: Source = "unclear"
    template: bool = False
    resolved: bool = False
    doubted: bool = False
    section: str | None = None
    follow_up: bool
    reason_not: str | None = None
    match_confidence: Confidence
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    prompt: str
    sentence: Offsets

    @model_validator(mode="after")
    def _consistent(self) -> Highlight:
        if self.end <= self.start:
            raise ValueError("a highlight must cover at least one character")
        expected = reason_not_followed_up(
            self.indicator,
            assertion=self.assertion,
            temporality=self.temporality,
            subject=self.subject,
            template=self.template,
            resolved=self.resolved,
            doubted=self.doubted,
        )
        if self.reason_not != expected or self.follow_up != (expected is None):
            raise ValueError("follow_up and reason_not must follow from the attributes")
        if self.group != GROUP_OF[self.indicator]:
            raise ValueError("group must be the group of the indicator")
        return self


class Screening(Record):
    """What one pass over one note found, and with which versions it was read."""

    note: Note
    highlights: tuple[Highlight, ...]
    words: int = Field(ge=0)
    lexicon_version: str
    model_version: str | None
    profile: Profile
    screener_version: str

    @property
    def follow_up(self) -> tuple[Highlight, ...]:
        """Return the highlights that are for follow-up, in text order."""
        return tuple(h for h in self.highlights if h.follow_up)

    def without_text(self) -> Screening:
        """Return the same screening with the note's text withheld; passages and evidence stay."""
        return self.model_copy(update={"note": self.note.model_copy(update={"text": None})})


class Context(Record):
    """Assertion, temporality, subject, source, template and resolved of one span, with the words that set them."""

    start: int
    end: int
    assertion: Assertion
    temporality: Temporality
    subject: Subject
    source: Source
    template: bool
    resolved: bool
    evidence: tuple[Evidence, ...]
