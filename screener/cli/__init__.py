"""The `screener` command."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import typer
from rich.console import Console
from rich.text import Text

from screener.cli.lexicons import explain, indicators, lexicon_app
from screener.cli.measuring import evaluate, learn
from screener.cli.options import CANNOT_RUN, OK
from screener.cli.reading import case, scan
from screener.documents.words import BANNER
from screener.errors import ScreenerError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Point at passages in case notes that a careful colleague would want someone to come back to.\n\n" + BANNER,
)
for command in (scan, case, indicators, explain, evaluate, learn):
    app.command()(command)
app.add_typer(lexicon_app, name="lexicon")


def main() -> None:
    """Run the command; every foreseen error is one clear line and exit code 2.

    Other packages add commands through the entry point ``screener.commands``: a function that is given the app.
    """
    try:
        for more in entry_points(group="screener.commands"):
            more.load()(app)
        app()
    except ScreenerError as error:
        Console(stderr=True, soft_wrap=True).print(Text(f"screener: {error}"))
        sys.exit(CANNOT_RUN)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(OK)
    except OSError as error:
        Console(stderr=True, soft_wrap=True).print(Text(f"screener: {error.filename}: {error.strerror}"))
        sys.exit(CANNOT_RUN)
