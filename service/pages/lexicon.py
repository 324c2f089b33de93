"""The lexicon: what is looked for and why, and how often the team kept what each cue found."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from service.pages.route import pages
from service.pages.show import page
from service.pages.visit import Reading, Visit
from service.problems import not_found
from service.store.records import CueUse

router = pages()


@router.get("/lexicon")
def indicator_list(visit: Reading) -> HTMLResponse:
    """List the indicators by their group."""
    known = visit.service.screener.lexicon
    return page("lexicon", visit, indicators=known.lexicon.indicators.values(), version=known.version)


@router.get("/lexicon/{indicator}")
def indicator_page(visit: Reading, indicator: str) -> HTMLResponse:
    """Show an indicator and its cues, with what became of their passages in the teams that this person leads."""
    known = visit.service.screener.lexicon
    info = known.lexicon.indicators.get(indicator)
    if info is None:
        raise not_found()
    return page(
        "indicator",
        visit,
        info=info,
        cues=[cue for cue in known.lexicon.cues if cue.indicator == indicator],
        uses=_uses(visit, indicator),
        leads=bool(visit.leads),
        version=known.version,
    )


def _uses(visit: Visit, indicator: str) -> dict[str, tuple[int, int]]:
    """Return for each cue how often its passages were kept, and how often its words were read wrongly."""
    uses: dict[str, tuple[int, int]] = {}
    for team in visit.leads:
        found: tuple[CueUse, ...] = visit.store.reports.lead_view(visit.who, team).cues
        for use in found:
            if use.indicator == indicator:
                kept, misread = uses.get(use.cue, (0, 0))
                uses[use.cue] = (kept + use.kept, misread + use.misread)
    return uses
