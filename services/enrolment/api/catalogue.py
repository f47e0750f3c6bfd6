"""Schools, their programmes and their intakes over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.enrolment import views
from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import (
    CertificationRequest,
    DatesRequest,
    IntakeRequest,
    ProgrammeRequest,
    SchoolRequest,
    SeatsRequest,
)
from services.enrolment.domain import school as schools
from services.enrolment.domain import seats
from services.enrolment.domain.intake import intake_id_of
from services.enrolment.domain.school import School
from services.enrolment.store import lists
from services.enrolment.use_cases import admission
from shared.events.catalogue import CertificationReplaced, ProgrammeOpened, SchoolRegistered
from shared.kernel.calendar import SchoolYear
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.identifiers import Slug
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router, responses_for

router = Router(
    tags=["écoles et rentrées"],
    problems={
        Refused: (
            "already_begun", "already_open", "closes_before_opening", "id_taken", "no_such_year", "not_eligible", "seats_taken",
        ),
        Invalid: ("outside_school_year", "unknown_programme"),
    },
)  # fmt: skip
HEADS = require(*seats.CHANGE_SEATS.who)


@router.put("/schools/{school}", dependencies=[require("admin")])
async def register_school(school: Slug, body: SchoolRequest, caller: CurrentCaller, store: StoreDep) -> School:
    """A school enters the network, or its public facts change. No agency has its id."""
    is_agency = bool(await store.agencies.names([school]))
    registered = SchoolRegistered(**{**body.model_dump(), "school": school, "on": store.clock.day(body.on)})
    kept = await store.schools.acting(caller).create(school, schools.register, event=registered, is_agency=is_agency)
    return kept.on(store.clock.today())


@router.put("/schools/{school}/programmes/{programme}", dependencies=[HEADS])
async def open_programme(school: Slug, programme: Slug, body: ProgrammeRequest, caller: CurrentCaller, store: StoreDep) -> School:
    """A school teaches a programme, or its traits change."""
    on = store.clock.day(body.on)
    opened = ProgrammeOpened(**{**body.model_dump(), "school": school, "programme": programme, "on": on})
    return (await store.schools.acting(caller).decide(school, schools.open_programme, event=opened)).on(store.clock.today())


@router.put("/schools/{school}/programmes/{programme}/certification", dependencies=[HEADS])
async def replace_certification(
    school: Slug, programme: Slug, body: CertificationRequest, caller: CurrentCaller, store: StoreDep
) -> School:
    """From a day on, the programme leads to another certification: names shown are those in force on the day."""
    on = store.clock.day(body.on)
    event = CertificationReplaced(**{**body.model_dump(), "school": school, "programme": programme, "on": on})
    return (await store.schools.acting(caller).decide(school, schools.replace_certification, event=event)).on(store.clock.today())


@router.get("/schools")
async def list_schools(store: StoreDep, paging: PagingDep) -> Page[School]:
    """The schools of the network and what they teach, under today's titles, by id."""
    part = await lists.schools(store, paging.asked)
    return paging.page(part, [school.on(store.clock.today()) for school in part.items])


@router.post("/intakes", status_code=201, dependencies=[HEADS], responses=responses_for({NotFound: ()}))
async def open_intake(body: IntakeRequest, caller: CurrentCaller, store: StoreDep) -> views.SeatsResponse:
    """Open seats. Its id follows from programme, school year and year of study: asking twice is harmless."""
    school = await store.schools.acting(caller).get(body.school)
    programme = school.programme(body.programme)
    intake_id = intake_id_of(body.school, body.programme, body.school_year, body.year_of_study)
    intake = await store.intakes.acting(caller).create(
        intake_id, seats.open_intake, school=body.school, programme=programme, school_year=body.school_year,
        year_of_study=body.year_of_study, seats=body.seats, starts_on=body.starts_on, closes_on=body.closes_on,
        promotion=body.promotion, answer_days=body.answer_days, offer_days=body.offer_days, calendar=school.open_days,
        on=store.clock.day(body.on),
    )  # fmt: skip
    return (await shown.seats(store, [intake]))[0]


@router.get("/intakes")
async def list_intakes(
    store: StoreDep,
    paging: PagingDep,
    school_year: Annotated[SchoolYear | None, Query()] = None,
    school: Annotated[Slug | None, Query()] = None,
) -> Page[views.SeatsResponse]:
    """Intakes and their free seats, for everyone signed in: no person."""
    part = await lists.intakes(store, SYSTEM, paging.asked, school_year=school_year, school=school)
    return paging.page(part, await shown.seats(store, part.items))


@router.get("/intakes/{intake_id}")
async def read_intake(intake_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.SeatsResponse:
    """One intake and its free seats."""
    intake = await store.find_intake(intake_id)
    if intake is None:
        raise NotFound("Cette rentrée")
    return (await shown.seats(store, [intake]))[0]


@router.post("/intakes/{intake_id}/dates", dependencies=[HEADS])
async def change_dates(intake_id: UUID, body: DatesRequest, caller: CurrentCaller, store: StoreDep) -> views.SeatsResponse:
    """Begin, and close, on other days: offers end by the new closing, pupils who are due are due on the new first day."""
    intake = await admission.change_dates(
        store, caller, intake_id=intake_id, starts_on=body.starts_on, closes_on=body.closes_on, on=store.clock.day(body.on)
    )
    return (await shown.seats(store, [intake]))[0]


@router.post("/intakes/{intake_id}/seats", dependencies=[HEADS])
async def change_seats(intake_id: UUID, body: SeatsRequest, caller: CurrentCaller, store: StoreDep) -> views.SeatsResponse:
    """Give an intake another number of seats; new ones may be offered on at once."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, seats.change_seats, seats=body.seats, on=on)
    return (await shown.seats(store, [intake]))[0]
