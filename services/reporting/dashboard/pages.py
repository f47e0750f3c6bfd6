"""The dashboard: what became of the young people referred, in one page that follows what happens."""

from asyncio import to_thread
from datetime import date
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response
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
from shared.web.auth import current_caller
from shared.web.pages import Pages
from shared.web.router import Router
from shared.web.signin.answers import sign_in
from shared.web.signin.cookies import home_of

router = Router(include_in_schema=False)
pages = Pages(Path(__file__).parent / "templates")
READERS = ("admin", "region", "federation")
DAY: TypeAdapter[date] = TypeAdapter(Day)


@router.get("/")
async def dashboard(
    request: Request,
    store: StoreDep,
    scope: str = "network",
    cohort: str = "",
    as_of: str = "",
    fragment: str = "",
) -> Response:
    """The page; with `fragment`, only what changes in it. Whoever may not read it reads why."""
    settings = settings_of(request)
    try:
        caller = await _reader(request)
        return await _page(request, store, settings, caller, scope=scope, cohort=cohort, as_of=as_of, fragment=bool(fragment))
    except Problem as problem:
        return _problem_page(request, problem)


async def _page(
    request: Request, store: Store, settings: Settings, caller: Caller, *, scope: str, cohort: str, as_of: str, fragment: bool
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
        return pages.answer(request, "fragment.html", board=board, filters=filters, live=past is None)
    return pages.answer(request, "dashboard.html", board=board, filters=filters, live=past is None)


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


def _problem_page(request: Request, problem: Problem) -> Response:
    """« Connectez-vous », or a plain page that says what happened."""
    if isinstance(problem, Unauthenticated):
        asked = f"{request.url.path.removeprefix(home_of(request))}?{request.url.query}".rstrip("?")
        return sign_in(request, asked, status=problem.status, heading="Connectez-vous pour lire ce tableau de bord")
    return pages.answer(request, "problem.html", status=problem.status, heading=problem.sentence)
