"""Making pages: the templates with their fixed words, the static files, and small helpers that templates share."""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

import screener
from screener.documents import case_summary
from screener.documents.words import GROUP_TITLES, lit_by
from service.followup import terms
from service.pages.visit import Visit
from service.security.tokens import new_token

_UK = ZoneInfo("Europe/London")
STATES = {
    "open": "Not answered yet",
    "acted": "Looked at: acted",
    "set_aside": "Looked at: set aside, with a reason",
    "with_supervision": "Passed to supervision",
    "not_lit": "Not lit",
}
STATUSES = {
    "open": "Open here",
    "closure_awaits_second_person": "A closure waits for a second person",
    "closed": "Closed here",
}
_ANSWERS = {
    "acted": "Acted",
    "set_aside": "Set aside",
    "with_supervision": "Passed to supervision",
    "open": "Opened again",
}
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


def at(case: str, *rest: str, team: str | None = None, **query: str | None) -> str:
    """Return the address of a case's page, or of one below it; ``rest`` are parts of the path."""
    return address("/" + "/".join(quote(part, safe="") for part in ("cases", case, *rest)), team=team, **query)


def address(path: str, **query: str | None) -> str:
    """Return an address of ours with those query fields that have a value."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def moment(when: dt.datetime | None) -> str:
    """Return a moment as people write it, in UK time."""
    if when is None:
        return "–"
    local = when.astimezone(_UK)
    return f"{local.day} {local:%b %Y, %H:%M}"


def waiting(since: dt.datetime) -> str:
    """Return how long something waits, in whole days."""
    days = (dt.datetime.now(dt.UTC) - since).days
    return "since today" if days < 1 else "for 1 day" if days == 1 else f"for {days} days"


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def as_written(text: str) -> Markup:
    """Return note text so that a browser shows it as written: of itself it would turn CR into LF and drop nulls."""
    return Markup(str(escape(text)).replace("\r", "&#13;").replace("\0", "�"))  # noqa: S704 - escaped just before


def of_answer(state: str, reason: str | None) -> str:
    """Return an answer in plain words."""
    listed = terms.ACTED if state == "acted" else terms.SET_ASIDE
    return f"{_ANSWERS[state]}: {listed[reason]}" if reason else _ANSWERS[state]


_TEMPLATES = Environment(
    # The timeline and the palette are those of the reports.
    loader=ChoiceLoader(
        [PackageLoader("service.pages"), PrefixLoader({"documents": PackageLoader("screener.documents")})]
    ),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def _asset(name: str) -> tuple[str, tuple[bytes, str]]:
    if name.endswith(".css"):
        content = _TEMPLATES.get_template(f"{name}.j2").render(groups=GROUP_TITLES).encode()
    else:
        content = resources.files("service.pages").joinpath("static", name).read_bytes()
    return f"/static/{hashlib.sha256(content).hexdigest()[:12]}/{name}", (content, _TYPES[name.rpartition(".")[2]])


_PLACED = {name: _asset(name) for name in ("pages.css", "pages.js", "icon.svg")}
#: Static files by address. The address holds a digest of the content, so that browsers can keep them for good.
ASSETS: dict[str, tuple[bytes, str]] = dict(_PLACED.values())

_TEMPLATES.globals.update(
    acted=terms.ACTED,
    address=address,
    at=at,
    banner=screener.BANNER,
    counted=counted,
    day=case_summary.day,
    groups=GROUP_TITLES,
    immediate=screener.IMMEDIATE,
    lit_by=lit_by,
    new_request_key=new_token,
    of_answer=of_answer,
    one_line=case_summary.one_line,
    set_aside=terms.SET_ASIDE,
    span=case_summary.span,
    states=STATES,
    static={name: path for name, (path, _) in _PLACED.items()},
    statuses=STATUSES,
    waiting=waiting,
)
_TEMPLATES.filters.update(as_written=as_written, moment=moment)


def page(template: str, visit: Visit | None = None, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page. ``visit`` is who it is for, where someone is signed in."""
    return HTMLResponse(_TEMPLATES.get_template(f"{template}.html.j2").render(visit=visit, **context), status)
