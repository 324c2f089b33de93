"""The cards: one for each indicator of a note, one for what stands open in a case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from screener import BANNER, IMMEDIATE, Highlight
from screener.documents.words import lit_by
from service.followup.terms import SET_ASIDE
from service.standards.cds.markdown import literal
from service.standards.cds.models import Card, Coding, Link, Source
from service.standards.names import INDICATORS, SET_ASIDE_REASONS

#: A card stays short enough to be read; the review page has them all.
_LISTED = 20
_FOOT = f"\n\n{BANNER}\n\n**{IMMEDIATE}**"
REASONS = tuple(Coding(code=code, system=SET_ASIDE_REASONS, display=words) for code, words in SET_ASIDE.items())


class Indicator(Protocol):
    """What a card needs to know of an indicator."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def tier(self) -> str:
        """Its tier, which orders cards."""


@dataclass(frozen=True)
class Passage:
    """A passage to show. ``id`` is what answers are given to; ``text`` the note's, where it is at hand."""

    id: str
    highlight: Highlight
    text: str | None = None


@dataclass(frozen=True)
class Shown:
    """A card, and the ids of the passages that it shows: an answer to the card is an answer to each of them."""

    card: Card
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """Something that stands unanswered in a case: where it is, in words that hold nothing of a note."""

    kind: str
    title: str
    where: str


def of_note(
    passages: Iterable[Passage],
    indicators: Mapping[str, Indicator],
    *,
    source_url: str | None,
    link: str | None,
    answerable: bool,
) -> tuple[Shown, ...]:
    """Return one card for each indicator, by tier and then by place. ``answerable``: feedback can record an answer."""
    by_indicator: defaultdict[str, list[Passage]] = defaultdict(list)
    for passage in sorted(passages, key=lambda p: (p.highlight.start, p.highlight.end)):
        by_indicator[passage.highlight.indicator].append(passage)
    # Sorting keeps the order of the text within a tier.
    order = sorted(by_indicator, key=lambda name: indicators[name].tier)
    return tuple(
        Shown(
            Card(
                uuid=uuid4(),
                summary=f"{indicators[name].title}: {_count(len(by_indicator[name]), 'passage')} to look at",
                detail=_passages_detail(by_indicator[name]) + _FOOT,
                source=_source(source_url, Coding(code=name, system=INDICATORS, display=indicators[name].title)),
                override_reasons=REASONS if answerable else None,
                links=_links("Open the note with its passages", link),
            ),
            tuple(p.id for p in by_indicator[name]),
        )
        for name in order
    )


def of_case(standing: Sequence[Standing], prompt: str, *, source_url: str | None, link: str | None) -> Card | None:
    """Return the card with what stands unanswered in a case; none where nothing does.

    It offers no reasons to override: closing over what stands open takes a reason for each, on the review page.
    """
    if not standing:
        return None
    counts = Counter(item.kind for item in standing)
    said = " and ".join(_count(number, kind) for kind, number in counts.items())
    lines = [f"- **{literal(item.title)}**, {literal(item.where)}" for item in standing[:_LISTED]]
    return Card(
        uuid=uuid4(),
        summary=f"{said} in this case {'has' if len(standing) == 1 else 'have'} no answer on record",
        detail="\n".join([literal(prompt), "", *lines, *_more(len(standing))]) + _FOOT,
        source=_source(source_url, None),
        links=_links("Open the case", link),
    )


def of_unread(problems: Sequence[tuple[str, str]], *, source_url: str | None) -> Card | None:
    """Return the card that says what was not screened (where, why); none where everything was."""
    if not problems:
        return None
    lines = [f"- {literal(where)} {literal(why)}" for where, why in problems[:_LISTED]]
    return Card(
        uuid=uuid4(),
        summary=f"{_count(len(problems), 'document')} of this case could not be read: not screened",
        detail="\n".join([*lines, *_more(len(problems))]) + _FOOT,
        source=_source(source_url, None),
    )


def _passages_detail(passages: Sequence[Passage]) -> str:
    first: dict[str, Passage] = {}
    times: Counter[str] = Counter()
    for passage in passages:
        words = " ".join(passage.highlight.text.split()).casefold()
        first.setdefault(words, passage)
        times[words] += 1
    lines = []
    for words, passage in list(first.items())[:_LISTED]:
        again = f" ({times[words]} times)" if times[words] > 1 else ""
        evidence = passage.highlight.evidence[0]
        lines += [f"> {literal(passage.highlight.text)}{again}", "", literal(lit_by(evidence, passage.text)), ""]
    return "\n".join([*lines, *_more(len(first)), f"*{literal(passages[0].highlight.prompt)}*"])


def _more(number: int) -> list[str]:
    return [f"And {number - _LISTED} more.", ""] if number > _LISTED else []


def _count(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"


def _source(url: str | None, topic: Coding | None) -> Source:
    return Source(label="Case-note screener", url=url, topic=topic)


def _links(label: str, url: str | None) -> tuple[Link, ...] | None:
    return (Link(label=label, url=url),) if url else None
