"""Find sentences in notes as they are typed: with and without full stops, as bullets, log entries and form lines.

A line break ends a sentence unless the line plainly runs on. "?" before a word is a query, not an end. Full stops
after initials and abbreviations do not end anything.
"""

from __future__ import annotations

import re

# A run of marks is tried once, from its first: rows of dots cost no more than other text.
_CANDIDATE = re.compile(r"(?<![.!?\u2026])[.!?\u2026]++[\"')\]]*+(?=\s|$|[A-Z])|\n(?:[ \n]*\n)?")
_BULLET = re.compile(
    r"\s*(?:[-*\u2022\u25cf\u25cb\u2013>]|\d{1,2}[.)]\s|\d{1,2}[.:]\d{2}\b|\d{1,2}[/-]\d{1,2}\b|[\u2610-\u2612\u25a1\u2713\u2714\u2717]"
    r"|\[[ xX]?\]|\([a-z0-9]\)\s)"
)
_ABBREVIATION = re.compile(
    r"(?:^|[^a-z])(?:e\.?g|i\.?e|dr|mr|mrs|ms|miss|prof|rev|fr|st|rd|ave|approx|re|yr|yrs|wk|wks|mth|mths|hr|hrs|min|mins|tel|"
    r"ext|poss|prob|prev|inc|incl|excl|vs|cf|etc|dept|sgt|insp|det|cllr|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|mon|"
    r"tue|tues|wed|thu|thur|thurs|fri|sat|sun|info|appt|a\.m|p\.m)$",
    re.IGNORECASE,
)
_STARTER = re.compile(
    r"\s+(?:He|She|They|It|I|We|You|The|This|That|These|There|Mum|Mother|Dad|Father|Nan|No|Nil|When|After|Before|On|At|In|"
    r"School|Child|Says|Said|Asked|Has|Had|Was|Is|Will|Not|All|Both|Also|But|And|His|Her|My|Our|Their)\b"
)
_FIELD = re.compile(r"[A-Z][^\n:.,]{1,30}:(?:\s|$)")
_LONG_LINE = 60
#: Characters. What runs on for longer is a page without full stops, and is taken in pieces.
_LONGEST = 3000


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence in the folded text, trimmed of white space, in order."""
    found: list[tuple[int, int]] = []
    start = 0
    line_start = 0
    for match in _CANDIDATE.finditer(text):
        at, after = match.span()
        if text[at] == "\n":
            ends = _line_break_ends(text, line_start, at, after)
            line_start = after
        else:
            ends = _mark_ends(text, at, after)
        if ends:
            _add(found, text, start, after)
            start = after
    _add(found, text, start, len(text))
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while end - start > _LONGEST:
        cut = text.rfind(",", start + _LONGEST // 2, start + _LONGEST)
        if cut < 0:
            cut = text.find(" ", start + _LONGEST, end)
        if cut < 0:
            break
        _trimmed(found, text, start, cut + 1)
        start = cut + 1
    _trimmed(found, text, start, end)


def _trimmed(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + len(piece) - len(piece.lstrip())
        found.append((begin, begin + len(stripped)))


def _line_break_ends(text: str, line_start: int, at: int, after: int) -> bool:
    if after - at > 1:
        return True
    rest = text[after : after + 12].lstrip(" ")
    if not rest:
        return True
    if _BULLET.match(rest) or _FIELD.match(text, after):
        return True
    before = text[line_start:at].rstrip()
    if before.endswith((".", "!", "?", ":")):
        return True
    if rest[0].islower():
        return False
    return len(before) < _LONG_LINE or before.endswith(";")


def _mark_ends(text: str, at: int, after: int) -> bool:
    mark = text[at]
    if mark in "!\u2026":
        return True
    if mark == "?":
        previous = text[at - 1 : at]
        following = text[after : after + 1]
        if following == " " and text[at - 2 : at].strip(" ") in ("", "\n", ":", ";", ",", "-", "/"):
            following = text[after + 1 : after + 2]
        return not ((not previous or previous.isspace() or previous in "(:,;/?") and following.isalpha())
    before = text[max(0, at - 8) : at]
    if before[-1:].isalpha() and not before[-2:-1].isalpha():
        return bool(_STARTER.match(text, after)) and before[-1:].isupper()
    if before[-1:].isdigit() and text[after : after + 1].isdigit():
        return False
    if _ABBREVIATION.search(before):
        if _STARTER.match(text, after):
            return True
        following = text[after : after + 2].lstrip()
        return bool(following) and following[0].isupper() and before[-4:].lower().strip(". ") in ("etc", "info")
    # "No. 5" is a number, "Self-harm: no. Drugs: no." are answers.
    return not (before[-2:].lower() == "no" and text[after : after + 3].strip()[:1].isdigit())
