"""Passages that close a case, step it down, discharge, transfer or shelve it; what they rest on; what they looked into.

One note closes once, however many of its sentences say so. A closing that somebody plans for later, argues against or
reports of former years is none; neither is a condition ("will close if …"), nor what ends without a concern in sight: a
course of treatment, a class, a block of sessions, a move to the next year or team.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from screener.casework.case import LIKELY, Case, CaseNote, Sign
from screener.casework.language import Hit
from screener.casework.people import People
from screener.casework.responses import Response, Responses

#: How many tokens before a closing words that turn it around, or put it in the past, can stand, and how many after it
#: a condition.
_REACH, _PAST_REACH, _CONDITION_REACH = 8, 4, 2
_TURNING = frozenset(("planned", "asked", "refused", "negated"))
_BREAKS = frozenset(
    (";", ",", ":", "(", "\u2013", "but", "however", "although", "and", "so", "therefore", "hence", "then")
)
#: Reasons that are put as a denial ("no disclosure"): their "no" does not deny the closing beside it.
_DENYING = frozenset(("silence", "police", "threshold", "disengaged"))
#: Reasons that give a weak closing phrase company: what is said of closing, and seldom of anything else.
_GROUNDS = frozenset(("silence", "police", "threshold", "disengaged", "complete", "capacity"))
_CONDITIONS = frozenset(("if", "unless", "until", "provided", "whether", "till"))
_WILL = frozenset(("will", "shall", "ll"))
#: Closings whose own words never deny: a "not" inside them turns them around.
_BARE = frozenset(("closed", "stepped_down", "discharged", "transferred"))
_YEARS = range(1950, 2100)
#: What may end without any concern: that such a thing ended closes nothing where nothing stands before it.
_ENDINGS = frozenset(("ended", "stepped_down", "discharged", "transferred"))
#: Words by which a closing is one of a case, whatever stands before it.
_OF_A_CASE = frozenset(("case", "file", "referral", "enquiry", "enquiries", "investigation", "us", "closed", "nfa"))
#: Kinds of note that close.
_KINDS = frozenset(("kind.closing", "kind.weak-closing"))
#: Words of a concern: beside them, what ends in a sentence on treatment or lessons is more than those.
_OF_A_CONCERN = frozenset(
    (
        "concern",
        "concerns",
        "concerned",
        "worry",
        "worries",
        "allegation",
        "allegations",
        "safeguarding",
        "disclosure",
        "disclosed",
        "lado",
        "mash",
        "csc",
        "s47",
        "strategy",
        "referral",
        "cpoms",
        "nfa",
    )
)
#: So many sentences with findings make an account of what was looked into, even where it does not say that it covers
#: everything; fewer where they say how it was found out.
_ACCOUNT, _SHOWN_ACCOUNT = 4, 2
_SHOWN = frozenset(("found", "explained", "ended"))
#: Or so many sentences with findings over at least so many notes up to the closing, where it comes back to any of it.
_BACKING, _BACKING_NOTES = 4, 2
#: The share of the signs before it that a closing which says it covers all has to name: words for the rest may differ.
_MOST = 2 / 3
#: What was done that an account is made of besides its findings.
_LOOKING = frozenset(("spoke_with_child", "medical", "police_check"))


@dataclass(frozen=True, eq=False, slots=True)
class Closing:
    """The closing in one note: the sentences that say it, how (``says``), and what it rests on.

    ``start`` and ``end`` are character offsets of the first such passage; both are 0 where only the kind of note
    ("closing summary") says so. ``marked`` are the signs of the kind concern_closed in this note. Where a person
    marked them (``by_hand``) they rest on too little by definition: a closing with its account is never marked.
    ``account`` are the findings in the note, ``weighed`` says that it covers all that stood before it. ``of_a_case``
    says that its words name a case, a referral or the like, so that it is a closing whatever stands before it.
    ``responses`` are those of the whole case.
    """

    note: CaseNote
    sentences: tuple[int, ...]
    says: frozenset[str]
    reasons: frozenset[str]
    start: int
    end: int
    marked: tuple[Sign, ...]
    by_hand: bool
    account: tuple[Response, ...]
    weighed: bool
    of_a_case: bool
    responses: Responses

    @property
    def covers_all(self) -> bool:
        """Whether the closing gives an account of what was found that covers all that stood before it.

        A person who annotates marks every closing that lacks one. An unmarked one needs some account here, and covers
        the signs that it comes back to (see `Closings.looked_into`).
        """
        shown = self.shows
        recorded = {record.sentence for record in self.account}
        enough = len(shown) >= _SHOWN_ACCOUNT or len(recorded) >= _ACCOUNT or (self.weighed and bool(recorded))
        enough = enough or (self.backed and not self.marked and (self.weighed or bool(recorded)))
        if self.unmarked:
            enough = self.weighed or any(record.finding for record in self.account)
        return not self.by_hand and enough

    @property
    def backed(self) -> bool:
        """Whether the notes up to this one record findings enough to rest on, in more than one of them."""
        sentences, notes = self.responses.findings_up_to(self.note)
        return sentences >= _BACKING and notes >= _BACKING_NOTES

    @property
    def unmarked(self) -> bool:
        """Whether a person read this note for marks and did not mark the closing."""
        return self.note.marked_by_hand and not self.marked

    @property
    def shows(self) -> frozenset[int]:
        """The sentences that say how it was found out."""
        return frozenset(record.sentence for record in self.account if record.kind in _SHOWN)

    @property
    def accounting(self) -> Iterable[int]:
        """The sentences that may account for a sign: those with findings; all, where it says that it covers all."""
        if self.weighed:
            return range(len(self.note.parsed.sentences))
        return sorted({record.sentence for record in self.account})

    @property
    def rests_on_too_little(self) -> bool:
        """Whether it closes a concern without an account of what was looked into."""
        return bool(self.marked) and not self.covers_all

    @property
    def text(self) -> str:
        """The words that close, or the kind of note."""
        return self.note.parsed.note_text[self.start : self.end] or self.note.screening.note.kind or ""


class Closings:
    """The closings of a case in the order of their notes, and which signs were looked into."""

    def __init__(self, found: Iterable[Closing], responses: Responses, case: Case, people: People) -> None:
        self.all = tuple(found)
        concerns = [sign for sign in case.signs if sign.highlight.match_confidence >= LIKELY]
        concerns += [sign for sign in case.set_aside if sign.highlight.resolved]
        # A plan, a course of treatment, a stay on a list may end where nothing was ever a worry.
        self.of_a_concern = tuple(
            each for each in self.all if each.of_a_case or each.marked or self.before(each, concerns)
        )
        self._responses = responses
        self._people = people
        # The latest note in which each indicator reads as resolved: of these adults, or, in a closing, of anybody.
        self._resolved: dict[tuple[str, str | None], CaseNote] = {}
        closing_notes = {closing.note for closing in self.all}
        for sign in case.set_aside:
            if sign.highlight.resolved:
                adults = frozenset[str]() if sign.note in closing_notes else people.adults_of(sign)
                for adult in adults or (None,):
                    self._resolved[sign.indicator, adult] = sign.note
        covering = [closing for closing in self.all if closing.covers_all]
        # What a person left unmarked has an account; elsewhere one has to show what was found, and close nothing by it.
        self._accounting = [
            one for one in self.all if (one.covers_all if one.unmarked else one.shows and not one.marked)
        ]
        weighing = [
            one for one in covering if one.unmarked and one.weighed and self._comes_back_to_most(one, case.signs)
        ]
        # What comes after the last covering closing comes after all of them; undated ones stand last.
        self._last_covering = [one for one in covering if not one.unmarked or one in weighing][-1:]
        self._known: dict[Sign, bool] = {}

    def __bool__(self) -> bool:
        return bool(self.all)

    def before(self, closing: Closing, signs: Iterable[Sign]) -> tuple[Sign, ...]:
        """Return the signs that a closing stands after: all but those known to be written later."""
        return tuple(sign for sign in signs if not closing.note.comes_before(sign.note) and sign not in closing.marked)

    def looked_into(self, sign: Sign) -> bool:
        """Whether a sign was looked into on the record, in its own note or later.

        Looked into means that something was found, not only that somebody acted: a finding that comes back to the
        sign, a passage of its kind that reads as resolved, or a closing whose account covers all that stood before it
        and says what was found. Where a person left a closing unmarked, its account must come back to this very sign,
        or say that it covers all and come back to most.
        """
        known = self._known.get(sign)
        if known is None:
            known = self._known[sign] = (
                any(response.finding for response in self._responses.to(sign))
                or self._reads_as_resolved(sign)
                or any(not closing.note.comes_before(sign.note) for closing in self._last_covering)
                or any(self._accounts_for(closing, sign) for closing in self._accounting)
            )
        return known

    def _reads_as_resolved(self, sign: Sign) -> bool:
        adults = (None, *self._people.adults_of(sign))
        notes = (self._resolved.get((sign.indicator, adult)) for adult in adults)
        return any(note is not None and not note.comes_before(sign.note) for note in notes)

    def _accounts_for(self, closing: Closing, sign: Sign) -> bool:
        return not closing.note.comes_before(sign.note) and (
            any(self._responses.come_back(closing.note, sentence, sign) for sentence in closing.accounting)
            or (closing.unmarked and self._responses.found_of(sign))
        )

    def _comes_back_to_most(self, closing: Closing, signs: Sequence[Sign]) -> bool:
        before = [sign for sign in self.before(closing, signs) if sign.indicator != "concern_closed"]
        return sum(self._accounts_for(closing, sign) for sign in before) >= _MOST * len(before)


def find(case: Case, responses: Responses, people: People) -> Closings:
    """Find the closings of a case."""
    marked: dict[int, list[Sign]] = defaultdict(list)
    for sign in case.signs:
        if sign.indicator == "concern_closed" and sign.highlight.match_confidence >= LIKELY and _closes(sign):
            marked[sign.note.order].append(sign)
    last = case.dated[-1] if case.dated else case.notes[-1]
    found = [_in_note(note, note is last, marked.get(note.order, ()), responses) for note in case.notes]
    return Closings((closing for closing in found if closing is not None), responses, case, people)


def _closes(sign: Sign) -> bool:
    """Whether a sign of a closing is one: whatever a person marked, and what is read where no ordinary work ends."""
    return sign.note.marked_by_hand or not _of_ordinary_work(sign.note, sign.sentence)


def _in_note(note: CaseNote, last: bool, marked: Sequence[Sign], responses: Responses) -> Closing | None:
    said = [
        hit
        for hit in note.hits
        if hit.phrase.family == "closings"
        and not _turned(note, hit, last)
        and not _of_ordinary_work(note, hit.sentence)
    ]
    kinds = [hit for hit in note.kind_hits if hit.phrase.id in _KINDS and not _by_trade(note)]
    said = _in_company(note, said, kinds, marked, last)
    if not said and not marked and all(hit.phrase.weak for hit in kinds):
        return None
    sentences = sorted({hit.sentence for hit in said} | {sign.sentence for sign in marked})
    around = {at + step for at in sentences for step in (-1, 0, 1)}
    reasons = frozenset(
        hit.phrase.says for hit in note.hits if hit.phrase.family == "reasons" and hit.sentence in around
    )
    account = tuple(response for response in responses.in_note(note) if response.finding or response.kind in _LOOKING)
    start, end = _place(note, said, marked)
    return Closing(
        note=note,
        sentences=tuple(sentences),
        says=frozenset(hit.phrase.says for hit in (*said, *kinds)),
        reasons=reasons,
        start=start,
        end=end,
        marked=tuple(marked),
        by_hand=bool(marked) and note.marked_by_hand,
        account=tuple(finding for finding in account if finding.kind != "weighed"),
        weighed=any(finding.kind == "weighed" for finding in account),
        of_a_case=any(_names_a_case(note, hit) for hit in said),
        responses=responses,
    )


def _in_company(note: CaseNote, said: list[Hit], kinds: Sequence[Hit], marked: Sequence[Sign], last: bool) -> list[Hit]:
    """Leave out weak phrases ("left it there") that stand alone: no firm one, no two kinds of them, and no reason.

    Only while the case goes on: what is left there in the last note supplied is left. What is passed on there is not.
    """
    firm = [hit for hit in said if not hit.phrase.weak]
    if firm or kinds or marked or len({hit.phrase.says for hit in said}) > 1:
        return said
    if last:
        return [hit for hit in said if hit.phrase.says != "transferred"]
    resting = {r.sentence for r in note.hits if r.phrase.family == "reasons" and r.phrase.says in _GROUNDS}
    return [hit for hit in said if hit.sentence in resting]


def _place(note: CaseNote, said: Sequence[Hit], marked: Sequence[Sign]) -> tuple[int, int]:
    if marked:
        return marked[0].highlight.start, marked[0].highlight.end
    if said:
        return note.parsed.original(said[0].first, said[0].last)
    return 0, 0


def _of_ordinary_work(note: CaseNote, at: int) -> bool:
    """Whether what ends in a sentence is a course of treatment, a class or the like, by its words or by its author."""
    if at >= len(note.parsed.sentences):
        return False
    sentence = note.parsed.sentences[at]
    if not _OF_A_CONCERN.isdisjoint(note.parsed.words[sentence.first : sentence.last]):
        return False
    return _by_trade(note) or any(
        each.phrase.family == "turns" and each.phrase.says == "ordinary" for each in note.hits_in(at, at)
    )


def _by_trade(note: CaseNote) -> bool:
    """Whether the note is by somebody whose work treats or teaches (a physiotherapist), or is of that kind."""
    return any(
        hit.phrase.family == "turns" and hit.phrase.says == "trade" for hit in (*note.author_hits, *note.kind_hits)
    )


def _names_a_case(note: CaseNote, hit: Hit) -> bool:
    if hit.phrase.weak or hit.phrase.says in _ENDINGS:
        return False
    return not _OF_A_CASE.isdisjoint(note.parsed.words[hit.first : hit.last])


def _turned(note: CaseNote, hit: Hit, last: bool) -> bool:
    """Whether a closing is only thought of, argued against, conditional or past.

    In the last note a closing that is decided on ("to be closed", "will close on Friday") is one: nothing comes after.
    """
    words = note.parsed.words
    beside = note.hits_in(hit.sentence, hit.sentence)
    denials = [r for r in beside if r.phrase.family == "reasons" and r.phrase.says in _DENYING]
    for turn in beside:
        says = turn.phrase.says
        if turn.phrase.family != "turns" or (
            says in ("negated", "planned") and any(r.first <= turn.first < r.last for r in denials)
        ):
            continue
        if says == "negated" and hit.phrase.says not in _BARE:
            continue
        turning = says in _TURNING or (says == "decided" and not last)
        near = 0 <= hit.first - turn.last <= _REACH and _BREAKS.isdisjoint(words[turn.last : hit.first])
        within = hit.first <= turn.first and turn.last <= hit.last
        within = within and (says == "negated" or (says == "decided" and not last and _not_yet(words, turn)))
        past = says == "past" and abs(hit.first - turn.last) <= _PAST_REACH
        if (turning and near) or within or past:
            return True
    sentence = note.parsed.sentences[hit.sentence]
    before = words[max(sentence.first, hit.first - _REACH) : hit.first]
    inside = words[hit.first : hit.last]
    after = words[hit.last : min(sentence.last, hit.last + _PAST_REACH)]
    if not _CONDITIONS.isdisjoint((*before, *inside, *after[:_CONDITION_REACH])):
        return True
    return _of_former_years(note, (*before[-_PAST_REACH:], *after))


def _not_yet(words: Sequence[str], turn: Hit) -> bool:
    """Whether words inside a closing put it off ("to be closed"); "to" alone is a direction ("closed to us")."""
    return words[turn.first] in _WILL or "be" in words[turn.first + 1 : turn.last + 1]


def _of_former_years(note: CaseNote, words: Iterable[str]) -> bool:
    written = note.screening.note.date
    years = [int(word) for word in words if len(word) == 4 and word.isdigit() and int(word) in _YEARS]
    return any(written is not None and year < written.year for year in years)
