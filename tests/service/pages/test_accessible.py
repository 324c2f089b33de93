"""Every page by axe in a real browser: on a phone, at 200 % zoom, dark and on paper."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.service.pages.conftest import Office, sign_in

PHONE, ZOOMED, WIDE = ({"width": width, "height": 700} for width in (320, 640, 1280))
PAGES = {
    "queue": "/queue",
    "empty queue": "/queue?view=overdue",
    "note, folded": "/cases/{case}/notes/{note}",
    "note": "/cases/{case}/notes/{note}?shown=yes",
    "pattern": "/patterns/{pattern}?shown=yes",
    "cases": "/cases",
    "case": "/cases/{case}",
    "closure": "/cases/{case}/close",
    "audit": "/cases/{case}/audit",
    "lexicon": "/lexicon",
    "indicator": "/lexicon/secrecy",
    "team": "/teams/{team}",
    "settings of a team": "/teams/{team}/settings",
    "people": "/admin/people",
    "account": "/admin/people/{account}",
    "teams": "/admin/teams",
    "keys": "/admin/keys",
    "password": "/password",
    "nothing there": "/cases/none",
    "sign-in": "/sign-in",
}


def test_no_page_has_an_axe_violation_or_is_wider_than_the_screen(
    office: Office, context: Callable[..., BrowserContext]
) -> None:
    case = office.put_example()
    store = office.served.store
    known = {
        "case": case,
        "note": "2021-03-09-class-teacher",
        "pattern": store.patterns.list(office.system, case)[0].id,
        "team": office.team.id,
        "account": next(m.id for m in store.accounts.members(office.system, office.team.id)),
    }
    page = context(viewport=WIDE).new_page()
    page.set_default_timeout(60_000)
    sign_in(page, office.name)
    page.wait_for_url("**/queue")
    wrong = []
    for name, path in PAGES.items():
        page.goto(path.format(**known))
        Axe().run(page, options={"runOnly": ["best-practice"], "resultTypes": ["violations"]})
        for look in (_phone, _zoomed, _dark, _print):
            look(page)
            wrong += [f"{name}, {look.__name__}: {what}" for what in _violations(page)]
        page.emulate_media(media="screen", color_scheme="light")
    assert wrong == []


def _phone(page: Page) -> None:
    page.set_viewport_size(PHONE)


def _zoomed(page: Page) -> None:
    # A window of 1280 at 200 % has room for 640 CSS pixels.
    page.set_viewport_size(ZOOMED)


def _dark(page: Page) -> None:
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="dark")


def _print(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="light")


def _violations(page: Page) -> list[str]:
    found = page.evaluate("() => axe.run({resultTypes: ['violations']}).then(r => r.violations)")
    said = [f"{v['id']}: {v['nodes'][0]['target']}" for v in found]
    if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
        said.append("wider than the screen")
    return said
