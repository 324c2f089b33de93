"""What leads look at: unanswered passages and wording that misleads. Never by worker, never by child (rule R29)."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import cast

from sqlalchemy import select

from service.followup.terms import MISREAD, AnswerState
from service.security.principal import Principal
from service.store.followed import open_highlight
from service.store.records import AgeBand, CueUse, FirstLook, LeadView, LearnRow, SetAside
from service.store.tables import AnswerRow, CaseRow, HighlightRow
from service.store.unit import Core, Unit

_BANDS = ((0, 2), (2, 8), (8, 29), (29, 91), (91, None))
_BATCH = 500
_Answered = list[tuple[HighlightRow, AnswerRow]]


class Reports:
    """Counts over a team's passages, and its answers for learning."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def lead_view(self, who: Principal, team: str) -> LeadView:
        """Return what a lead looks at. Raises NotFound and Forbidden."""
        who.require_in(team, "reports:read")
        with self._core.unit(who) as unit:
            unit.record("report.read", team=team)
            answered = _answered(unit, team)
            return LeadView(
                team=team,
                at=unit.now,
                unanswered_by_age=_by_age(unit, team),
                set_aside=_set_aside(answered),
                cues=_cue_use(answered),
                first_look=_first_look(unit, team),
            )

    def learn_rows(self, who: Principal, team: str) -> Iterator[LearnRow]:
        """Give a team's answered passages for ``screener learn``, each with its last answer.

        Passages edited out of their notes are left out. Raises NotFound and Forbidden.
        """
        who.require_in(team, "export")
        last = ""
        while rows := self._batch(who, team, last):
            yield from rows
            last = rows[-1].highlight

    def _batch(self, who: Principal, team: str, after: str) -> list[LearnRow]:
        with self._core.unit(who) as unit:
            found = unit.session.execute(
                select(HighlightRow, CaseRow)
                .join(CaseRow, CaseRow.id == HighlightRow.case_id)
                .where(
                    CaseRow.team_id == team,
                    HighlightRow.state.in_(("acted", "set_aside", "with_supervision")),
                    HighlightRow.stands,
                    HighlightRow.id > after,
                )
                .order_by(HighlightRow.id)
                .limit(_BATCH)
            ).all()
            answers = _last_answers(unit, [row.id for row, _ in found])
            rows = []
            for row, case in found:
                highlight, sentence = open_highlight(unit.key_of(case), row)
                answer = answers[row.id]
                rows.append(
                    LearnRow(
                        highlight=row.id,
                        indicator=row.indicator,
                        cues=tuple(row.cues),
                        kept=answer.reason not in MISREAD,
                        state=cast("AnswerState", answer.state),
                        reason=answer.reason,
                        text=sentence,
                        start=max(0, highlight.start - highlight.sentence[0]),
                        end=min(len(sentence), highlight.end - highlight.sentence[0]),
                        lexicon_version=row.lexicon_version,
                        answered_at=answer.at,
                    )
                )
            unit.record("answers.exported", team=team, highlights=[row.highlight for row in rows])
            return rows


def _by_age(unit: Unit, team: str) -> tuple[AgeBand, ...]:
    waiting = unit.session.execute(
        select(HighlightRow.opened_at, HighlightRow.due_at)
        .join(CaseRow, CaseRow.id == HighlightRow.case_id)
        .where(CaseRow.team_id == team, CaseRow.status != "closed", HighlightRow.state == "open")
    ).all()
    bands = []
    for first, end in _BANDS:
        inside = [due for opened, due in waiting if first <= _days(unit.now - opened) < (end or 10**9)]
        bands.append(
            AgeBand(
                days_from=first,
                days_to=end,
                unanswered=len(inside),
                overdue=sum(due is not None and due < unit.now for due in inside),
            )
        )
    return tuple(bands)


def _days(age: dt.timedelta) -> int:
    # A clock that was set back makes no passage younger than new.
    return max(0, age.days)


def _set_aside(rows: _Answered) -> tuple[SetAside, ...]:
    answered = Counter(row.indicator for row, _ in rows)
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row, answer in rows:
        if answer.state == "set_aside" and answer.reason is not None:
            reasons[row.indicator][answer.reason] += 1
    return tuple(
        SetAside(
            indicator=indicator,
            answered=count,
            set_aside=reasons[indicator].total(),
            reasons=dict(sorted(reasons[indicator].items())),
        )
        for indicator, count in sorted(answered.items())
    )


def _cue_use(rows: _Answered) -> tuple[CueUse, ...]:
    kept: Counter[tuple[str, str]] = Counter()
    misread: Counter[tuple[str, str]] = Counter()
    for row, answer in rows:
        for cue in row.cues:
            (misread if answer.reason in MISREAD else kept)[cue, row.indicator] += 1
    return tuple(
        CueUse(cue=cue, indicator=indicator, kept=kept[cue, indicator], misread=misread[cue, indicator])
        for cue, indicator in sorted(kept.keys() | misread.keys())
    )


def _first_look(unit: Unit, team: str) -> tuple[FirstLook, ...]:
    months: defaultdict[str, list[float | None]] = defaultdict(list)
    for created, looked in unit.session.execute(
        select(HighlightRow.created_at, HighlightRow.first_looked_at)
        .join(CaseRow, CaseRow.id == HighlightRow.case_id)
        .where(CaseRow.team_id == team, HighlightRow.state != "not_lit")
    ):
        hours = None if looked is None else max(0.0, (looked - created).total_seconds() / 3600)
        months[f"{created:%Y-%m}"].append(hours)
    return tuple(_month(month, hours) for month, hours in sorted(months.items()))


def _month(month: str, hours: list[float | None]) -> FirstLook:
    looked = sorted(h for h in hours if h is not None)
    return FirstLook(
        month=month,
        passages=len(hours),
        looked_at=len(looked),
        median_hours=round(statistics.median(looked), 1) if looked else None,
        nine_in_ten_hours=round(looked[-(-9 * len(looked) // 10) - 1], 1) if looked else None,
    )


def _answered(unit: Unit, team: str) -> _Answered:
    rows = unit.session.scalars(
        select(HighlightRow)
        .join(CaseRow, CaseRow.id == HighlightRow.case_id)
        .where(CaseRow.team_id == team, HighlightRow.state.in_(("acted", "set_aside", "with_supervision")))
    ).all()
    answers = _last_answers(unit, [row.id for row in rows])
    return [(row, answers[row.id]) for row in rows]


def _last_answers(unit: Unit, highlights: list[str]) -> dict[str, AnswerRow]:
    last: dict[str, AnswerRow] = {}
    for first in range(0, len(highlights), _BATCH):
        for answer in unit.session.scalars(
            select(AnswerRow)
            .where(AnswerRow.highlight_id.in_(highlights[first : first + _BATCH]))
            .order_by(AnswerRow.number)
        ):
            if answer.highlight_id is not None:
                last[answer.highlight_id] = answer
    return last
