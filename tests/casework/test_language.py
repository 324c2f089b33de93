"""The words of the case level: every phrase proves itself, and a broken file says where and how to mend it."""

from pathlib import Path

import pytest

from screener.casework.knowledge import shipped_knowledge
from screener.casework.language import check, read_language
from screener.errors import LexiconError
from screener.lexicon.model import Lexicon
from screener.text.parsed import Parsed

EMPTY = Lexicon({}, {}, (), (), {}, {}, {}, {}, [], [])


def written(folder: Path, text: str) -> Path:
    (folder / "casework.yaml").write_text(text, encoding="utf-8")
    return folder


def phrase(match: str = "put away", says: str = "closed", extra: str = "") -> str:
    return (
        f'closings:\n  - id: one\n    says: {says}\n    match: "{match}"\n{extra}'
        '    examples: {finds: ["File put away."], leaves: ["He ran."]}\n'
    )


def test_every_shipped_phrase_proves_itself() -> None:
    assert [str(failure) for failure in check(shipped_knowledge().language)] == []


def test_phrases_are_found_with_their_place(tmp_path: Path) -> None:
    language = read_language(EMPTY, [written(tmp_path, phrase())])
    ((hit,),) = language.read([Parsed("Tea. File put away.")])
    assert (hit.phrase.id, hit.phrase.says, hit.sentence) == ("one", "closed", 1)


def test_an_unless_silences_a_phrase_near_it(tmp_path: Path) -> None:
    language = read_language(EMPTY, [written(tmp_path, phrase(extra='    unless: ["toys"]\n'))])
    assert language.read([Parsed("The toys were put away.")]) == [[]]


def test_a_phrase_for_few_words_counts_only_alone(tmp_path: Path) -> None:
    entry = "{id: a, says: closed, alone: true, match: closed, examples: {finds: [Closed.], leaves: [No.]}}"
    text = f"closings:\n  - {entry}\n"
    language = read_language(EMPTY, [written(tmp_path, text)])
    assert [len(hits) for hits in language.read([Parsed("Closed."), Parsed("The window was closed all day.")])] == [
        1,
        0,
    ]


def test_a_team_s_phrase_replaces_ours_of_the_same_id(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    folders = [written(tmp_path / "a", phrase()), written(tmp_path / "b", phrase(match="done with"))]
    language = read_language(EMPTY, folders)
    assert [hit.phrase.match for hit in language.read([Parsed("Put away. Done with.")])[0]] == [("done with",)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (phrase(says="closd"), "says is one of .* did you mean 'closed'"),
        (phrase(match="{adlut} left"), "unknown word class {adlut}"),
        ("closings:\n  - id: one\n    says: closed\n    match: shut\n", "every phrase proves itself"),
        (phrase() + phrase().removeprefix("closings:\n"), "stands twice"),
        (phrase(extra="    unles: [x]\n"), "unknown key 'unles': did you mean 'unless'"),
        ("closing: []\n", "unknown key 'closing': did you mean 'closings'"),
        (phrase(match="{name}"), "no word of its own"),
    ],
)
def test_a_broken_file_names_line_phrase_and_mend(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(LexiconError, match=rf"casework\.yaml:\d+.*{says}"):
        read_language(EMPTY, [written(tmp_path, text)])
