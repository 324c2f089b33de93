"""Reading lexicons: every error names file, line and mend."""

from collections.abc import Callable
from pathlib import Path

import pytest

import screener
from screener.errors import LexiconError

CUE = """indicator: secrecy
cues:
  - id: ours.mug
    match: "her own mug"
    why: A place of her own at his.
    source: our team
    examples: {finds: ["has her own mug"], leaves: ["a mug"]}
"""

Write = Callable[..., Path]


def load(folder: Path) -> screener.Screener:
    return screener.load(profile="lexicon", lexicons=folder)


def test_a_teams_own_cues_are_layered_over_the_shipped_ones(lexicon_folder: Write) -> None:
    result = load(lexicon_folder(cues__secrecy=CUE)).screen("She has her own mug.")
    assert "ours.mug" in {e.id for h in result.highlights for e in h.evidence}


def test_the_version_changes_with_the_content(lexicon_folder: Write) -> None:
    first = load(lexicon_folder(cues__secrecy=CUE)).lexicon.version
    assert load(lexicon_folder(cues__secrecy=CUE)).lexicon.version == first
    assert load(lexicon_folder(cues__secrecy=CUE.replace("mug", "cup"))).lexicon.version != first
    assert screener.load(profile="lexicon").lexicon.version != first


def test_word_classes_of_the_same_name_grow(lexicon_folder: Write) -> None:
    folder = lexicon_folder(cues__secrecy=CUE)
    (folder / "word-classes.yaml").write_text("phone: [walkie]\n", encoding="utf-8")
    members = load(folder).lexicon.lexicon.classes["phone"].members
    assert {"walkie", "iphone"} <= set(members)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        (CUE.replace("secrecy", "secretcy"), "secrecy.yaml:1", "did you mean 'secrecy'"),
        (
            CUE.replace("her own mug", "{phnoe} mug"),
            "secrecy.yaml:3",
            "unknown word class {phnoe}: did you mean 'phone'",
        ),
        (CUE.replace("why:", "wy:"), "secrecy.yaml:5", "unknown key 'wy': did you mean 'why'"),
        (CUE.replace("    why: A place of her own at his.\n", ""), "secrecy.yaml:3", "'why' is missing"),
        (CUE.replace(', leaves: ["a mug"]', ""), "secrecy.yaml:3", "every cue proves itself"),
        (CUE.replace("her own mug", "(her own mug"), "secrecy.yaml:3", "never closed"),
        (CUE.replace("her own mug", "{name}"), "secrecy.yaml:3", "no word of its own"),
        (CUE + CUE.split("cues:\n")[1], "secrecy.yaml:8", "stands already at"),
        (CUE.replace("    why", "    strength: loud\n    why"), "secrecy.yaml:3", "strong, moderate or weak"),
        (CUE.replace("    why", "    sets: {assertion: maybe}\n    why"), "secrecy.yaml:3", "assertion is one of"),
        (CUE.replace("    why", "    where: margin\n    why"), "secrecy.yaml:3", "anywhere or quote"),
        ("indicator: secrecy\ncues: [one\n", "secrecy.yaml:", "put text with"),
        ("- a\n", "secrecy.yaml:1", "must be a mapping"),
        ("a: &x [1]\nb: *x\n", "secrecy.yaml:1", "aliases"),
        ("indicator: secrecy\nindicator: secrecy\n", "secrecy.yaml:2", "stands twice"),
    ],
)
def test_errors_name_file_line_and_mend(lexicon_folder: Write, text: str, place: str, says: str) -> None:
    with pytest.raises(LexiconError) as error:
        load(lexicon_folder(cues__secrecy=text))
    assert f"ours/cues/{place}" in str(error.value)
    assert says in str(error.value)


def test_an_alias_bomb_is_refused_at_once(lexicon_folder: Write) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    with pytest.raises(LexiconError, match="aliases"):
        load(lexicon_folder(cues__secrecy="\n".join(levels)))


def test_a_class_that_holds_itself_is_refused(lexicon_folder: Write) -> None:
    folder = lexicon_folder(cues__secrecy=CUE)
    (folder / "word-classes.yaml").write_text('one: ["{two}"]\ntwo: ["{one}"]\n', encoding="utf-8")
    with pytest.raises(LexiconError, match="holds itself"):
        load(folder)


def test_unknown_files_and_folders_are_refused(lexicon_folder: Write, tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="unknown lexicon file"):
        load(lexicon_folder(wordclasses="a: [b]\n"))
    with pytest.raises(LexiconError, match="no such lexicon folder"):
        load(tmp_path / "none")


def test_a_file_that_is_not_utf8_is_refused(lexicon_folder: Write) -> None:
    folder = lexicon_folder(cues__secrecy=CUE)
    (folder / "cues" / "secrecy.yaml").write_bytes(CUE.replace("his", "h\u00e9").encode("latin-1"))
    with pytest.raises(LexiconError, match="not UTF-8"):
        load(folder)
