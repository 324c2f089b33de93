"""Reading patterns: what is wrong is said with file, line, pattern and mend."""

from collections.abc import Callable
from pathlib import Path

import pytest

from screener.casework.patterns.read import read_patterns
from screener.errors import LexiconError

HEAD = """patterns:
  - id: ours
    section: A
    title: t
    why: w
    source: s
    settles: m
    question: q
"""
PROOF = """    finds: ["=== NOTE id=1"]
    leaves: ["=== NOTE id=1"]
"""
RULE = """    rule:
      parts:
        - says: secrets
          is: [secrecy]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, name: str = "ours") -> Path:
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "patterns.yaml").write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_a_sound_pattern_is_read(folder: Callable[[str], Path]) -> None:
    book = read_patterns([folder(HEAD + RULE + PROOF)])
    (pattern,) = book.patterns
    assert pattern.id == "ours"
    assert pattern.rules[0].parts[0].choices[0].indicators == {"secrecy"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD + RULE.replace("[secrecy]", "[secrcy]") + PROOF,
            r"ours/patterns.yaml:11: .*secrcy.*did you mean 'secrecy'",
        ),
        (HEAD + RULE, "every pattern proves itself"),
        (HEAD + PROOF, "'rule' is missing"),
        (HEAD.replace("    why: w\n", "") + RULE + PROOF, "'why' is missing"),
        (HEAD.replace("section: A", "section: E") + RULE + PROOF, "section is one of A, B, C, D"),
        (HEAD + RULE.replace("says: secrets", "say: secrets") + PROOF, "unknown key 'say'"),
        (HEAD + RULE + "          saying: [nowhere]\n" + PROOF, "unknown words 'nowhere'"),
        (HEAD + RULE + "          saying: [reasons.silense]\n" + PROOF, "did you mean 'reasons.silence'"),
        (HEAD + RULE + "          count: none\n" + PROOF, "whole number"),
        (HEAD + RULE + "          unanswered: {kinds: [chat]}\n" + PROOF, "kind of response is one of"),
        (HEAD + RULE + "      order: then\n" + PROOF, "two parts"),
        (HEAD + RULE + "      absent: [{is: nothing_like_it}]\n" + PROOF, "unknown indicator"),
        (HEAD + RULE.replace("is: [secrecy]", "pattern: theirs") + PROOF, "unknown pattern 'theirs'"),
        (HEAD + RULE.replace("is: [secrecy]", "pattern: ours") + PROOF, "in a circle.*ours → ours"),
        (HEAD + RULE + PROOF + (HEAD + RULE + PROOF).removeprefix("patterns:\n"), "stands twice"),
        ("patterns: nothing\n", "'patterns' must be a list"),
        ("words: {a: [1, [2]]}\n", "must be text"),
    ],
)
def test_what_is_wrong_is_named(folder: Callable[[str], Path], text: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message) as raised:
        read_patterns([folder(text)])
    assert "ours/patterns.yaml:" in str(raised.value)


def test_a_longer_circle_is_named_whole(folder: Callable[[str], Path]) -> None:
    one = HEAD + RULE.replace("is: [secrecy]", "pattern: theirs") + PROOF
    other = (
        one.replace("id: ours", "id: theirs").replace("pattern: theirs", "pattern: ours").removeprefix("patterns:\n")
    )
    with pytest.raises(LexiconError, match=r"ours → theirs → ours|theirs → ours → theirs"):
        read_patterns([folder(one + other)])


def test_a_later_folder_replaces_a_pattern_of_the_same_id(folder: Callable[[str, str], Path]) -> None:
    ours = folder(HEAD + RULE + PROOF, "ours")
    theirs = folder((HEAD + RULE + PROOF).replace("title: t", "title: another"), "theirs")
    (pattern,) = read_patterns([ours, theirs]).patterns
    assert pattern.title == "another"
