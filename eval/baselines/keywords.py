"""The plain keyword list with a small negation window: what a team would build in an afternoon."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from screener.annotations import AnnotatedNote
from screener.records import GROUP_OF, Evidence, Highlight, Screening, highlight_id, reason_not_followed_up, text_digest
from screener.version import __version__

KEYWORDS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "keywords.yaml").read_text(encoding="utf-8"))
_NEGATION = re.compile(
    r"\b(?:no|not|nil|none|never|without|denie[sd]|deny|didn't|hasn't|doesn't|no evidence of)\b", re.I
)
_PATTERNS = {
    indicator: re.compile(r"\b(?:" + "|".join(re.escape(w) for w in words) + r")\b", re.IGNORECASE)
    for indicator, words in KEYWORDS.items()
}
_WINDOW = 40

Hit = tuple[int, int, str, bool]


def find(text: str) -> list[Hit]:
    """Return (start, end, indicator, negated) of every keyword, negated where a negation word stands just before."""
    hits = []
    for indicator, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            before = re.split(r"[.;\n]|\bbut\b", text[max(0, match.start() - _WINDOW) : match.start()])[-1]
            hits.append((match.start(), match.end(), indicator, bool(_NEGATION.search(before))))
    return hits


def screener(find_hits: Callable[[str], list[Hit]]) -> Callable[[AnnotatedNote], Screening]:
    """Turn a hit finder into what the evaluation asks for."""

    def screen(note: AnnotatedNote) -> Screening:
        return Screening(
            note=note.note(),
            highlights=tuple(_highlight(note.text, *hit) for hit in find_hits(note.text)),
            words=len(note.text.split()),
            lexicon_version="keywords",
            model_version=None,
            profile="lexicon",
            screener_version=__version__,
        )

    return screen


def _highlight(text: str, start: int, end: int, indicator: str, negated: bool) -> Highlight:
    assertion = "negated" if negated else "affirmed"
    reason = reason_not_followed_up(
        indicator, assertion=assertion, temporality="current", subject="child", template=False, resolved=False
    )
    words = text[start:end]
    return Highlight.model_validate(
        {
            "id": highlight_id(text_digest(text), indicator, start, end),
            "start": start,
            "end": end,
            "text": words,
            "indicator": indicator,
            "group": GROUP_OF[indicator],
            "assertion": assertion,
            "follow_up": reason is None,
            "reason_not": reason,
            "match_confidence": 0.5,
            "evidence": (Evidence(by="cue", id="keyword", start=start, end=end, text=words, why="keyword"),),
            "prompt": "",
            "sentence": (start, end),
        }
    )
