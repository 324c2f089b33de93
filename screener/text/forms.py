"""Form lines: tick boxes, yes/no fields and printed questions, each with what was answered.

``☐ Gifts ☒ Older friends``, ``[x] Missing``, ``Seen alone ☒``, ``Self-harm: N``, ``Any injuries? None.``,
``Missing ☐ Y ☒ N``, ``Drugs Y/N`` and ``Any worries?`` followed by free text. One line is read at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Answer = Literal["ticked", "unticked", "yes", "no", "open"]

_BOX = re.compile(
    r"[\u2610\u2611\u2612\u25a1\u25a2\u2713\u2714\u2717\u2718]|\[[ xX\u2713\u2714]?\]|\([ xX\u2713\u2714]\)"
)
_OFF = frozenset("\u2610\u25a1\u25a2\u2717\u2718")
_YES_NO = re.compile(r"\s*(y|n|yes|no)\b(?![a-z])", re.IGNORECASE)
#: Before the first box: a prompt that asks to tick, or numbering, after which labels follow their boxes.
_TICK_PROMPT = re.compile(
    r"[:?(\u2013-]\s*$|^\W*\w{1,3}[.)]\s*$|\b(?:tick|circle|select|choose|apply)\b[^.]*$", re.IGNORECASE
)
_NO = (
    r"none\s(?:this|in|since|for|to|named|at)\b[^.;,|\n]{0,30}|no|n|none|nil|nope|never|nobody|negative|neg|0|n/a|na|"
    r"(?:nil|none)\s(?:known|noted|reported|seen|of\snote|since|at\sall)|"
    r"not\s(?:known\sto|seen|reported|noted|applicable)|no\s(?:concerns?|issues?|worries)"
)
_ANSWER = re.compile(
    rf"""(?: \?\s{{0,3}}[:\u2013-]? | [:=] | \s[\u2013-](?=\s) ) \s{{0,5}}
    (?: answer\s?:?\s? )? ["'\u2026]? (?P<answer> (?P<no>{_NO}) | yes|yep|y ) ["']?
    (?= \s{{0,3}} (?: [.,;)(|\n\u2013!] | $ | -\s ) | \s{{2}} )""",
    re.IGNORECASE | re.VERBOSE,
)
_TO_CHOOSE = re.compile(
    r"[\s:?(\u2013-]{1,4}(?P<answer>\b(?:y\s?/\s?n|yes\s?/\s?no|n\s?/\s?y)\b)(?!\s?[/:])", re.IGNORECASE
)
_TO_FILL = re.compile(r"\s?\((?:tick|number|describe|circle|specify|give|state|list)\b[^)\n]{0,40}\)", re.IGNORECASE)
_PROMPT = re.compile(r"\bprompt\s?:\s{0,3}(?P<prompt>\S.{1,160}?)\s{0,3}\banswer\s?:", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?:any|are there|is there|is any|has the|has any|have any|have all|have you|does the|do you|does anyone|are all|"
    r"has your|does your|did the|is the|were there)\b",
    re.IGNORECASE,
)
#: Where a prompt can begin: after the end of a sentence or another field, an opening mark, a number or a wide space.
_EDGE = re.compile(r"[.!?][\"')]?\s+|[;|\t]|:\s|\s{3,}|[(\"](?=\w)|\s[\u2013-]\s|\b\d{1,2}[.)]\s|\bQ\d{1,2}[.)]?\s")
_LONGEST_PROMPT = 160


@dataclass(frozen=True, slots=True)
class FormItem:
    """One option or prompt: its words, what was answered, and where the answer stands (all half-open offsets)."""

    start: int
    end: int
    answer: Answer
    answer_start: int
    answer_end: int


def form_items(text: str, start: int, end: int) -> list[FormItem]:
    """Return the form items of the line of folded ``text`` from ``start`` to ``end``, in order."""
    line = text[start:end]
    boxes = list(_BOX.finditer(line))
    items = _boxed(line, boxes) if boxes else []
    if not items:
        items = _fields(line)
    return [
        FormItem(start + i.start, start + i.end, i.answer, start + i.answer_start, start + i.answer_end) for i in items
    ]


def _off(box: str) -> bool:
    return box in _OFF or box.strip("[]()").strip() == ""


def _boxed(line: str, boxes: list[re.Match[str]]) -> list[FormItem]:
    edges = [b.start() for b in boxes[1:]] + [len(line)]
    after = [(b.end(), edge) for b, edge in zip(boxes, edges, strict=True)]
    if all(_YES_NO.match(line, a, b) for a, b in after):
        return _yes_no_boxes(line, boxes, after)
    lead = line[max(0, boxes[0].start() - _LONGEST_PROMPT) : boxes[0].start()]
    label_first = bool(lead.strip()) and not _TICK_PROMPT.search(lead)
    items = []
    previous = 0
    for box, (a, b) in zip(boxes, after, strict=True):
        label_start, label_end = (previous, box.start()) if label_first else (a, b)
        previous = box.end()
        state: Answer = "unticked" if _off(box.group()) else "ticked"
        items.append(FormItem(label_start, label_end, state, *box.span()))
    return items


def _yes_no_boxes(line: str, boxes: list[re.Match[str]], after: list[tuple[int, int]]) -> list[FormItem]:
    # "Missing ☐ Y ☒ N   Gifts ☐ Y ☐ N": a prompt runs from the last answer word to its first box.
    items: list[FormItem] = []
    prompt_start = 0
    at = 0
    while at < len(boxes):
        prompt = (prompt_start, boxes[at].start())
        answer: Answer = "open"
        shown = boxes[at].span()
        while True:
            word = _YES_NO.match(line, *after[at])
            if word is None:
                break
            if not _off(boxes[at].group()):
                answer = "yes" if word.group(1).lower().startswith("y") else "no"
                shown = (boxes[at].start(), word.end())
            prompt_start = word.end()
            at += 1
            if at >= len(boxes) or line[prompt_start : boxes[at].start()].strip(" /|"):
                break
        items.append(FormItem(*prompt, answer, *shown))
    return items


def _fields(line: str) -> list[FormItem]:
    items: list[FormItem] = []
    reached = 0
    for match in _ANSWER.finditer(line):
        answer: Answer = "no" if match["no"] else "yes"
        items += _item(line, reached, match.start(), answer, match.span("answer"))
        reached = match.end()
    for match in _TO_CHOOSE.finditer(line):
        items += _item(line, 0, match.start(), "open", match.span("answer"))
    for match in _TO_FILL.finditer(line):
        items += _item(line, 0, match.start(), "open", match.span())
    for match in _PROMPT.finditer(line):
        items.append(FormItem(*match.span("prompt"), "open", *match.span("prompt")))
    starts = {item.start for item in items}
    reached = 0
    at = line.find("?")
    while at >= 0:
        start = _prompt_start(line, reached, at)
        if start not in starts and _QUESTION.match(line, start):
            items.append(FormItem(start, at + 1, "open", at, at + 1))
        reached = at + 1
        at = line.find("?", reached)
    return sorted(items, key=lambda i: i.start)


def _item(line: str, reached: int, end: int, answer: Answer, shown: tuple[int, int]) -> list[FormItem]:
    start = _prompt_start(line, reached, end)
    return [FormItem(start, end, answer, *shown)] if any(c.isalpha() for c in line[start:end]) else []


def _prompt_start(line: str, reached: int, end: int) -> int:
    start = max(reached, end - _LONGEST_PROMPT)
    for edge in _EDGE.finditer(line, start, end):
        start = edge.end()
    while start < end and not line[start].isalnum():
        start += 1
    return start
