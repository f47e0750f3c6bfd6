"""The dashboard: what became of the young people referred, in one page that follows what happens."""

from asyncio import to_thread
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from services.reporting.dashboard.board import Presenter
from services.reporting.dashboard.filters import Filters, cohorts, perimeters
from services.reporting.deps import StoreDep, known_on, masking_for, settings_of
from services.reporting.indicators.perimeter import perimeter_of
from services.reporting.settings import Settings
from services.reporting.store import Store
from shared.kernel.calendar import is_school_year
from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden, Invalid, Problem, Unauthenticated
from shared.kernel.strict import Day
from shared.web.auth import COOKIE, current_caller
from shared.web.pages import Pages
from shared.web.router import Router
from shared.web.runtime import runtime

router = Router(include_in_schema=False)
pages = Pages(Path(__file__).parent / "templates")
READERS: Mapping[str, str] = {"admin": "Administration", "region": "Région", "federation": "Fédération"}
EIGHT_HOURS = 8 * 3600
DAY: TypeAdapter[date] = TypeAdapter(Day)


@router.get("/")
async def dashboard(
    request: Request,
    store: StoreDep,
    scope: str = "network",
    cohort: str = "",
    as_of: str = "",
    token: Annotated[str | None, Query()] = None,
    fragment: str = "",
) -> Response:
    """The page; with `fragment`, only what changes in it. Whoever may not read it reads why."""
    settings = settings_of(request)
    try:
        if token is not None and settings.simulated:
            return _sign_in(request, token)
        caller = await _reader(request)
        return await _page(store, settings, caller, scope=scope, cohort=cohort, as_of=as_of, fragment=bool(fragment))
    except Problem as problem:
        return _problem_page(request, settings, problem)


async def _page(
    store: Store, settings: Settings, caller: Caller, *, scope: str, cohort: str, as_of: str, fragment: bool
) -> Response:
    past = known_on(_day(as_of), store.clock)
    reading = await store.readings.read(past)
    perimeter = perimeter_of(scope, reading.tables)
    if cohort and not is_school_year(cohort):
        raise Invalid("invalid", "Une rentrée s’écrit 2025-2026.")
    presenter = Presenter(reading, masking_for(caller, settings), settings)
    board = await to_thread(presenter.board, perimeter, cohort or None, past=past is not None)  # all may be to be counted
    filters = Filters(
        scope=scope, cohort=cohort, as_of=as_of, today=store.clock.today(),
        perimeters=perimeters(reading.tables), cohorts=cohorts(reading.tables, cohort),
    )  # fmt: skip
    if fragment:
        return pages.answer("fragment.html", board=board, filters=filters, live=past is None)
    return pages.answer(
        "dashboard.html", board=board, filters=filters, live=past is None, simulated=settings.simulated,
        reader=READERS[caller.kind],
    )  # fmt: skip


def _sign_in(request: Request, token: str) -> Response:
    """Keep the token of a link in a cookie, and take it out of the address. On a simulated stack alone: addresses are logged."""
    runtime(request).verifier(token)
    answer = RedirectResponse(str(request.url.remove_query_params("token")), 303, headers={"Referrer-Policy": "no-referrer"})
    answer.set_cookie(COOKIE, token, max_age=EIGHT_HOURS, httponly=True, samesite="strict")
    return answer


async def _reader(request: Request) -> Caller:
    caller = await current_caller(request)
    if caller.kind not in READERS:
        raise Forbidden("Ce tableau de bord est celui de la Région et de la fédération. Une école lit ses chiffres par l’API.")
    return caller


def _day(text: str) -> date | None:
    try:
        return DAY.validate_python(text) if text else None
    except ValidationError:
        raise Invalid("invalid", "Cette date n’est pas valable ; on l’écrit 2026-09-01.") from None


def _problem_page(request: Request, settings: Settings, problem: Problem) -> Response:
    """A plain page that says what happened and what to do."""
    signed_out = isinstance(problem, Unauthenticated)
    return pages.answer(
        "problem.html",
        status=problem.status,
        heading="Connectez-vous pour lire ce tableau de bord" if signed_out else problem.sentence,
        sentences=[
            "Il faut un jeton de la Région, de la fédération ou de l’administration, en cours de validité.",
        ]
        if signed_out
        else [],
        how=signed_out,
        address=str(request.base_url),
        simulated=settings.simulated,
    )
