"""What is looked for: the indicators with their meaning and question, and the versions in use."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

import screener
from service.access import may_screen
from service.context import Service, ServiceHere
from service.problems import not_found

router = APIRouter(prefix="/v1", tags=["indicators"], dependencies=[Depends(may_screen)])


class IndicatorOut(BaseModel):
    """One indicator. ``tier`` orders and groups passages; it is no score."""

    id: str = Field(examples=["gifts_or_money"])
    title: str
    group: str
    tier: str
    definition: str
    why: str
    prompt: str
    source: str
    cues: int = Field(description="How many cues of the lexicons point at it.")


class IndicatorsOut(BaseModel):
    """The indicators, with the version of the lexicons that they come from."""

    lexicon_version: str
    indicators: list[IndicatorOut]


class VersionsOut(BaseModel):
    """With what notes are read here."""

    lexicon_version: str
    profile: str
    screener_version: str


@router.get("/indicators", summary="List the indicators")
def list_indicators(service: ServiceHere) -> IndicatorsOut:
    """List what the screener points at, each with its meaning, its source and its neutral question."""
    return IndicatorsOut(lexicon_version=service.screener.lexicon.version, indicators=_indicators(service))


@router.get("/indicators/{indicator}", summary="Read one indicator")
def read_indicator(indicator: str, service: ServiceHere) -> IndicatorOut:
    """Read one indicator by its id."""
    found = next((one for one in _indicators(service) if one.id == indicator), None)
    if found is None:
        raise not_found()
    return found


@router.get("/versions", summary="Read the versions in use")
def read_versions(service: ServiceHere) -> VersionsOut:
    """Say which lexicons, profile and software read the notes."""
    return VersionsOut(
        lexicon_version=service.screener.lexicon.version,
        profile=service.screener.profile,
        screener_version=screener.__version__,
    )


def _indicators(service: Service) -> list[IndicatorOut]:
    known = service.screener.lexicon.lexicon
    return [
        IndicatorOut(
            **{name: getattr(info, name) for name in IndicatorOut.model_fields if name != "cues"},
            cues=sum(cue.indicator == info.id for cue in known.cues),
        )
        for info in known.indicators.values()
    ]
