"""Who reads what: for whom it is counted, as known when, masked how much."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query, Request

from services.reporting.disclosure import UNMASKED, Masking
from services.reporting.indicators.perimeter import NETWORK, Perimeter, a_school, perimeter_of
from services.reporting.readings import Reading
from services.reporting.settings import Settings
from services.reporting.store import Store
from shared.kernel.calendar import SchoolYear
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.errors import NotFound
from shared.kernel.strict import Day
from shared.web.auth import require
from shared.web.bodies import provided
from shared.web.runtime import runtime

READERS = require("admin", "region", "federation", "school:head", "school:office")


StoreDep = Annotated[Store, Depends(provided(Store))]
Cohort = Annotated[SchoolYear | None, Query(description="L’année scolaire d’entrée : 2025-2026.")]
AsOf = Annotated[Day | None, Query(description="Ce que l’on savait à la fin de ce jour.")]


def settings_of(request: Request) -> Settings:
    """Reporting's own knobs."""
    found = runtime(request).settings
    assert isinstance(found, Settings)
    return found


def known_on(as_of: date | None, clock: Clock) -> date | None:
    """The day of reading, which cannot be after today (422)."""
    return clock.day(as_of) if as_of else None


def perimeter_for(caller: Caller, scope: str | None, reading: Reading) -> Perimeter:
    """The perimeter of a figure: the network by default. A school reads itself and nothing else (404)."""
    if caller.kind == "school":
        own = a_school(caller.tenant)
        if scope not in (None, str(own)):
            raise NotFound("Ce périmètre")
        scope = str(own)
    return perimeter_of(scope or str(NETWORK), reading.tables)


def masking_for(caller: Caller, settings: Settings) -> Masking:
    """Thresholds for a région and the federation; the administrator and a school, of itself, see everything."""
    if caller.kind in ("admin", "school"):
        return UNMASKED
    return Masking(masked_below=settings.masked_below, shares_from=settings.shares_from)
