"""Schools, their programmes and their intakes over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.enrolment import views
from services.enrolment.api.deps import Dated, StoreDep
from services.enrolment.domain import school as schools
from services.enrolment.domain import seats
from services.enrolment.domain.intake import intake_id_of
from services.enrolment.domain.school import School
from services.enrolment.use_cases import promote
from shared.events import ProgrammeOpened, SchoolRegistered
from shared.events.catalogue import Certification, Promotion
from shared.kernel.calendar import SchoolYear
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Commune, Department, Rncp, Siret, Slug, Uai
from shared.web.auth import CurrentCaller, require

router = APIRouter(tags=["écoles et rentrées"])
HEADS = require("school:head", "admin")


class SchoolAsked(Dated):
    name: str = Field(min_length=1, max_length=200)
    commune: Commune
    town: str = Field(min_length=1, max_length=100)
    department: Department
    uai: Uai | None = None
    siret: Siret | None = None


class ProgrammeAsked(Dated):
    title: str = Field(min_length=1, max_length=200)
    certification: Certification
    rncp: Rncp | None = None
    sector: Slug
    years: int = Field(ge=1, le=3)
    dangerous_machines: bool


class IntakeAsked(Dated):
    school: Slug
    programme: Slug
    school_year: SchoolYear
    year_of_study: int = Field(default=1, ge=1, le=3)
    seats: int = Field(ge=0, le=500)
    starts_on: date
    closes_on: date
    promotion: Promotion = Promotion.CONFIRMED


class SeatsAsked(Dated):
    seats: int = Field(ge=0, le=500)


@router.put("/schools/{school}", dependencies=[require("admin")])
async def register_school(school: Slug, asked: SchoolAsked, caller: CurrentCaller, store: StoreDep) -> School:
    """A school enters the network, or its public facts change."""
    told = SchoolRegistered(**{**asked.model_dump(), "school": school, "on": store.clock.day(asked.on)})
    return await store.schools.acting(caller).create(school, schools.register, told=told)


@router.put("/schools/{school}/programmes/{programme}", dependencies=[HEADS])
async def open_programme(school: Slug, programme: Slug, asked: ProgrammeAsked, caller: CurrentCaller, store: StoreDep) -> School:
    """A school teaches a programme, or its traits change."""
    on = store.clock.day(asked.on)
    told = ProgrammeOpened(**{**asked.model_dump(), "school": school, "programme": programme, "on": on})
    return await store.schools.acting(caller).decide(school, schools.open_programme, told=told)


@router.get("/schools")
async def list_schools(caller: CurrentCaller, store: StoreDep) -> list[School]:
    """The schools of the network and what they teach."""
    return await store.schools.acting(SYSTEM).find({})


@router.post("/intakes", status_code=201, dependencies=[HEADS])
async def open_intake(asked: IntakeAsked, caller: CurrentCaller, store: StoreDep) -> views.Seats:
    """Open seats. Its id follows from programme, school year and year of study: asking twice is harmless."""
    school = await store.schools.acting(caller).get(asked.school)
    programme = school.programme(asked.programme)
    intake_id = intake_id_of(asked.school, asked.programme, asked.school_year, asked.year_of_study)
    intake = await store.intakes.acting(caller).create(
        intake_id, seats.open_intake, school=asked.school, programme=programme, school_year=asked.school_year,
        year_of_study=asked.year_of_study, seats=asked.seats, starts_on=asked.starts_on, closes_on=asked.closes_on,
        promotion=asked.promotion, on=store.clock.day(asked.on),
    )  # fmt: skip
    return views.seats(intake)


@router.get("/intakes")
async def list_intakes(
    caller: CurrentCaller,
    store: StoreDep,
    school_year: Annotated[SchoolYear | None, Query()] = None,
    school: Annotated[Slug | None, Query()] = None,
) -> list[views.Seats]:
    """Intakes and their free seats, for everyone signed in: no person."""
    said = {"state.school_year": school_year, "state.school": school}
    where = {field: value for field, value in said.items() if value}
    order = [("state.school_year", 1), ("state.school", 1), ("state.programme", 1), ("state.year_of_study", 1)]
    return [views.seats(intake) for intake in await store.intakes.acting(SYSTEM).find(where, sort=order)]


@router.get("/intakes/{intake_id}")
async def read_intake(intake_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.Seats:
    """One intake and its free seats."""
    intake = await store.intakes.acting(SYSTEM).find_one({"_id": str(intake_id)})
    if intake is None:
        raise NotFound("Cette rentrée")
    return views.seats(intake)


@router.post("/intakes/{intake_id}/seats", dependencies=[HEADS])
async def change_seats(intake_id: UUID, asked: SeatsAsked, caller: CurrentCaller, store: StoreDep) -> views.Seats:
    """Give an intake another number of seats; new ones may be offered on at once."""
    on = store.clock.day(asked.on)
    await store.intakes.acting(caller).decide(intake_id, seats.change_seats, seats=asked.seats, on=on)
    return views.seats(await promote(store, intake_id))
