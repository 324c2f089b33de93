"""Commands about what is looked for: `screener indicators`, `screener explain` and `screener lexicon`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

import screener
from screener.cli.options import NOT_ALL_READ, Lexicons

lexicon_app = typer.Typer(no_args_is_help=True, help="Look after lexicons: check, count, compare.")


def indicators() -> None:
    """List the 25 indicators: what each means and the neutral question it leads to."""
    known = screener.load(profile="lexicon").lexicon.lexicon
    table = Table("Indicator", "Group", "Meaning", "Question", "Cues", show_lines=True)
    for info in known.indicators.values():
        count = sum(cue.indicator == info.id for cue in known.cues)
        name = Text(info.title + "\n") + Text(info.id, style="dim")
        table.add_row(name, info.group.replace("_", " "), info.definition, info.prompt, str(count))
    Console().print(table)


def explain(
    name: Annotated[str, typer.Argument(help="An indicator or a cue id, as shown beside a highlight.")],
    lexicons: Lexicons = None,
) -> None:
    """Say what an indicator or a cue looks for, why, on whose guidance, and with which examples."""
    known = screener.load(profile="lexicon", lexicons=lexicons or []).lexicon.lexicon
    console = Console(soft_wrap=True)
    if name in known.indicators:
        info = known.indicators[name]
        console.print(Text(info.title, style="bold"))
        for label, text in (
            ("Means", info.definition),
            ("Why it matters", info.why),
            ("Question", info.prompt),
            ("Guidance", info.source),
        ):
            console.print(Text(f"{label}: ", style="bold") + Text(text))
        ids = [cue.id for cue in known.cues if cue.indicator == name]
        console.print(Text(f"{len(ids)} cues: ", style="bold") + Text(", ".join(ids)))
        return
    cue = next((cue for cue in known.cues if cue.id == name), None)
    if cue is None:
        from screener.lexicon.entries import did_you_mean

        hint = did_you_mean(name, [*known.indicators, *(c.id for c in known.cues)])
        raise screener.LexiconError(f"no indicator or cue is called '{name}'{hint}")
    console.print(Text(cue.id, style="bold") + Text(f"  ({cue.indicator}, {cue.strength}; {cue.place})"))
    for label, text in (
        ("Looks for", "\n  ".join(("", *cue.match))),
        ("Why", cue.why),
        ("Guidance", cue.source),
        ("Not where", "; ".join(cue.unless) or "–"),
        ("Finds", "\n  ".join(("", *cue.finds))),
        ("Leaves alone", "\n  ".join(("", *cue.leaves))),
    ):
        console.print(Text(f"{label}: ", style="bold") + Text(text))


@lexicon_app.command()
def check(lexicons: Lexicons = None) -> None:
    """Prove every cue, phrase and pattern: each must find its own examples and leave its near misses alone."""
    from screener.casework.language import check as prove_phrases
    from screener.casework.patterns.proof import check as prove_patterns
    from screener.pipeline.proof import check as prove

    reader = screener.load(profile="lexicon", lexicons=lexicons or [])
    known = reader.knowledge
    failures = [*prove(reader), *prove_phrases(known.language), *prove_patterns(known)]
    for failure in failures:
        typer.echo(str(failure), err=True)
    cues, phrases, patterns = reader.lexicon.lexicon.cues, known.language.phrases, known.patterns.patterns
    proofs = [(entry.finds, entry.leaves) for group in (cues, phrases, patterns) for entry in group]
    examples = sum(len(finds) + len(leaves) for finds, leaves in proofs)
    typer.echo(
        f"{len(cues)} cues, {len(phrases)} phrases, {len(patterns)} patterns, {examples} examples, "
        f"{len(failures)} that do not hold. Version {reader.lexicon.version}."
    )
    if failures:
        raise typer.Exit(NOT_ALL_READ)


@lexicon_app.command()
def stats(lexicons: Lexicons = None) -> None:
    """Count cues, strengths and examples for each indicator."""
    known = screener.load(profile="lexicon", lexicons=lexicons or []).lexicon.lexicon
    table = Table("Indicator", "Cues", "Strong", "Moderate", "Weak", "Match lines", "Finds", "Leaves")
    for name in known.indicators:
        cues = [cue for cue in known.cues if cue.indicator == name]
        strengths = [str(sum(c.strength == s for c in cues)) for s in ("strong", "moderate", "weak")]
        lengths = [sum(map(len, (getattr(c, field) for c in cues))) for field in ("match", "finds", "leaves")]
        table.add_row(name, str(len(cues)), *strengths, *map(str, lengths))
    Console().print(table)
    typer.echo(f"{len(known.classes)} word classes, {len(known.context)} context cues. Version {known.version}.")


@lexicon_app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A lexicon folder.")],
    after: Annotated[Path, typer.Argument(help="Another one.")],
) -> None:
    """Say which cues were added, taken out or changed between two lexicon folders."""
    from screener.lexicon.read import read

    old = {cue.id: cue for cue in read([before]).cues}
    new = {cue.id: cue for cue in read([after]).cues}
    for sign, ids in (("+", new.keys() - old.keys()), ("-", old.keys() - new.keys())):
        for ident in sorted(ids):
            typer.echo(f"{sign} {ident}")
    for ident in sorted(old.keys() & new.keys()):
        first, second = old[ident], new[ident]
        changed = [
            f for f in ("match", "unless", "strength", "where", "sets") if getattr(first, f) != getattr(second, f)
        ]
        if changed:
            typer.echo(f"~ {ident} ({', '.join(changed)})")
