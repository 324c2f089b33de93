"""Exit codes, and the options that several commands share."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

#: Exit codes: everything read / something was not read / the command could not run / passages to follow up were found.
OK, NOT_ALL_READ, CANNOT_RUN, FOLLOW_UP_FOUND = 0, 1, 2, 3


class ProfileChoice(enum.StrEnum):
    """Which readers run."""

    full = "full"
    fast = "fast"
    lexicon = "lexicon"


Lexicons = Annotated[
    list[Path] | None,
    typer.Option("--lexicons", help="A folder of your own, layered over the shipped ones. Repeatable."),
]
Profile = Annotated[
    ProfileChoice,
    typer.Option(
        help="full: word lists and sentence reader. fast: with a smaller reader, for archives. lexicon: the word lists "
        "alone, no model."
    ),
]
OwnReader = Annotated[
    Path | None, typer.Option("--reader", help="The folder of your own sentence reader (see: screener learn).")
]
