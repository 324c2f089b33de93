"""Notes in which nothing that matters is changed: other names, other pronouns, a word about origin, body or home.

Every swap is a list of edits of a note; an empty list says that there is nothing to swap in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from models.sentence_reader.data import names
from screener.reader.augment import Edit

_SAID: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "swaps.yaml").read_text(encoding="utf-8"))
_NAME = re.compile(r"\b[A-Z][a-zé]+\b")
_CHILD = re.compile(
    r"\b(?P<article>a|an|the|this|that) (?P<noun>girl|boy|child|lad|lass|pupil|student|young person|teenager|baby|"
    r"toddler|wean|family|household)\b(?!:)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Swap:
    """One swap: what kind it is, what is swapped for what, and its edits of a text."""

    kind: str
    title: str
    edits: Callable[[str], list[Edit]]


def swaps() -> list[Swap]:
    """Return every swap, kind by kind."""
    made = [Swap("first names", group, partial(other_names, lists)) for group, lists in _SAID["first_names"].items()]
    made += [
        Swap("pronouns", "she ↔ he, everyone in the note", everyone),
        Swap("pronouns", "she → he, notes with no he", partial(only, "she", "he")),
        Swap("pronouns", "he → she, notes with no she", partial(only, "he", "she")),
        Swap("pronouns", "she → they, notes with no he", partial(only, "she", "they")),
        Swap("pronouns", "he → they, notes with no she", partial(only, "he", "they")),
    ]
    for kind, entries in _SAID["put_in"].items():
        made += [Swap(kind, f"+ {entry['word']}", partial(put_in, entry["word"], entry["line"])) for entry in entries]
    made += [Swap(kind, "words taken out", partial(taken_out, listed)) for kind, listed in _SAID["taken_out"].items()]
    return made


def other_names(group: Mapping[str, Sequence[str]], text: str) -> list[Edit]:
    """Edits that give the people of a text first names of a group, each person one, girls' for girls'."""
    chosen: dict[str, str] = {}
    unused = {gender: [name for name in listed if name not in text] for gender, listed in group.items()}
    edits: list[Edit] = []
    for match in _NAME.finditer(text):
        name = match.group()
        gender = _GENDER.get(name)
        if gender is not None and name not in chosen and unused[gender]:
            chosen[name] = unused[gender].pop(0)
        if name in chosen:
            edits.append((match.start(), match.end(), chosen[name]))
    return edits


_GENDER = {
    name: gender
    for gender, listed in zip(("girls_and_women", "boys_and_men"), names(), strict=True)
    for name in listed
    if name not in _SAID["not_names"]
}


def put_in(word: str, line: str, text: str) -> list[Edit]:
    """Edits that put a word before the first noun for the child, or a line before the note where there is no place."""
    match = _CHILD.search(text)
    if match is None:
        return [(0, 0, f"{line}\n")]
    article = match["article"]
    if article.lower() in ("a", "an"):
        article = article[0] + ("n" if word[0].lower() in "aeiou" else "")
    return [(match.start(), match.start("noun"), f"{article} {word} ")]


def taken_out(expressions: Sequence[str], text: str) -> list[Edit]:
    """Edits that leave out what the expressions match."""
    return [(m.start(), m.end(), "") for expression in expressions for m in re.finditer(expression, text)]


# Pronouns. What stands for what depends on the part of speech: "her" is both "him" and "his".

_FORMS = {
    "she": {"subject": "she", "object": "her", "possessive": "her", "absolute": "hers", "self": "herself"},
    "he": {"subject": "he", "object": "him", "possessive": "his", "absolute": "his", "self": "himself"},
    "they": {"subject": "they", "object": "them", "possessive": "their", "absolute": "theirs", "self": "themselves"},
}
_NOUNS = (
    ("girl", "boy"), ("girls", "boys"), ("lass", "lad"), ("daughter", "son"), ("stepdaughter", "stepson"),
    ("granddaughter", "grandson"), ("niece", "nephew"),
)  # fmt: skip
_PRONOUN = re.compile(r"\b(she|her|hers|herself|he|him|his|himself)\b", re.IGNORECASE)
_ANY_WORD = re.compile(r"\b[a-z]+\b", re.IGNORECASE)
_NEXT = re.compile(r"[ \t]+([A-Za-z][\w'’-]*)")
#: "her" before one of these is "him", not "his".
_NO_NOUN = frozenset(
    """a about after again all alone already always an and any are as at away back be because been before both but by
    come did do down every for from get go had has have he her here him his how i if in inside into is it later like
    more no not now of off on once or out outside over she so tae that the their them then there they this though
    through till to today tomorrow tonight too under until up upstairs was we were what when where which while
    who why wi with without would yesterday you""".split()  # noqa: SIM905 - easier to read than quoted
)
_THEY_SAY = {"is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "wasn't": "weren't",
             "hasn't": "haven't", "doesn't": "don't"}  # fmt: skip
_ADVERBS = frozenset("also always just never now often only really sometimes still then usually".split())  # noqa: SIM905
_PARTICIPLE = re.compile(r"(?:\w+ed|been|become|come|done|gone|got|had|made|said|seen|taken|told|never|not)$")


def everyone(text: str) -> list[Edit]:
    """Edits that make every she a he and every he a she."""
    return _pronouns(text, {"she": "he", "he": "she"})


def only(given: str, wanted: str, text: str) -> list[Edit]:
    """Edits that change one pronoun for another in texts where the other gender does not occur."""
    genders = {_gender(match.group()) for match in _PRONOUN.finditer(text)}
    return _pronouns(text, {given: wanted}) if genders == {given} else []


def _pronouns(text: str, wanted: Mapping[str, str]) -> list[Edit]:
    edits: list[Edit] = []
    for match in _PRONOUN.finditer(text):
        gender = _gender(match.group())
        if gender not in wanted:
            continue
        after = _NEXT.match(text, match.end())
        part = _part(match.group().lower(), after[1].lower() if after else "")
        new = _FORMS[wanted[gender]][part]
        edits.append((match.start(), match.end(), _like(match.group(), new)))
        if wanted[gender] == "they" and part == "subject":
            edits += _verb(text, match.end())
    if wanted.keys() == {"she", "he"} or "they" not in wanted.values():
        edits += _nouns(text, wanted)
    return edits


def _nouns(text: str, wanted: Mapping[str, str]) -> list[Edit]:
    other = {her: him for her, him in _NOUNS if "she" in wanted} | {him: her for her, him in _NOUNS if "he" in wanted}
    return [
        (match.start(), match.end(), _like(match.group(), other[match.group().lower()]))
        for match in _ANY_WORD.finditer(text)
        if match.group().lower() in other
    ]


def _verb(text: str, after: int) -> list[Edit]:
    """Edits that make the verb after a new "they" agree with it."""
    short = re.compile(r"['’]s\b").match(text, after)
    if short is not None:
        following = _NEXT.match(text, short.end())
        have = following is not None and _PARTICIPLE.match(following[1].lower()) is not None
        return [(after, short.end(), "'ve" if have else "'re")]
    match = _NEXT.match(text, after)
    if match is not None and match[1].lower() in _ADVERBS:
        match = _NEXT.match(text, match.end())
    if match is None:
        return []
    verb = match[1].replace("’", "'")
    plural = _THEY_SAY.get(verb) or _without_s(verb)
    return [(match.start(1), match.end(1), plural)] if plural != verb else []


def _without_s(verb: str) -> str:
    if not verb.endswith("s") or verb.endswith(("ss", "us", "'s")) or not verb.islower() or len(verb) < 4:
        return verb
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    return verb[:-2] if verb.endswith(("ches", "shes", "sses", "xes", "oes")) else verb[:-1]


def _part(pronoun: str, following: str) -> str:
    if pronoun in ("she", "he"):
        return "subject"
    if pronoun.endswith("self"):
        return "self"
    if pronoun == "hers":
        return "absolute"
    if pronoun == "him":
        return "object"
    before_noun = following != "" and following not in _NO_NOUN
    if pronoun == "his":
        return "possessive" if before_noun else "absolute"
    return "possessive" if before_noun else "object"


def _gender(pronoun: str) -> str:
    return "she" if pronoun.lower() in ("she", "her", "hers", "herself") else "he"


def _like(given: str, new: str) -> str:
    if len(given) > 1 and given.isupper():
        return new.upper()
    return new.capitalize() if given[0].isupper() else new
