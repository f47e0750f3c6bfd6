"""A school and the programmes it teaches."""

from typing import assert_never

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.visibility import own_school
from shared.events.catalogue import Certification, ProgrammeOpened, SchoolRegistered
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import CommuneCode, DepartmentCode, KeptPhone, RncpCode, SiretCode, Slug, UaiCode


class Programme(BaseModel):
    """A way to one certification, over `years` school years. Dangerous machines open it from 15 rather than 14."""

    model_config = ConfigDict(frozen=True)
    programme: Slug
    title: str
    certification: Certification
    rncp: RncpCode | None = None
    sector: Slug
    years: int
    dangerous_machines: bool


class School(BaseModel):
    model_config = ConfigDict(frozen=True)
    school: Slug
    name: str
    commune: CommuneCode
    town: str
    department: DepartmentCode
    uai: UaiCode | None = None
    siret: SiretCode | None = None
    address: str | None = None
    phone: KeptPhone | None = None
    programmes: tuple[Programme, ...] = ()

    def programme(self, slug: str) -> Programme:
        """One of its programmes. Raises Invalid (422 `unknown_programme`)."""
        for programme in self.programmes:
            if programme.programme == slug:
                return programme
        sentence = f"{self.name} n’a pas cette formation."
        raise Invalid("unknown_programme", sentence, fields={"programme": sentence})


SchoolEvent = SchoolRegistered | ProgrammeOpened
"""Every event of a school."""


def register(school: School | None, *, event: SchoolRegistered) -> list[SchoolEvent]:
    """A school enters the network, or its public facts change. Saying the same again changes nothing."""
    return [] if school and evolve(school, event) == school else [event]


def open_programme(school: School, *, event: ProgrammeOpened) -> list[SchoolEvent]:
    """A school teaches a programme, or its traits change. Saying the same again changes nothing."""
    return [] if evolve(school, event) == school else [event]


def evolve(school: School | None, event: SchoolEvent) -> School:
    """The school after an event."""
    match event:
        case SchoolRegistered():
            facts = event.model_dump(exclude={"on"})
            return School(**facts, programmes=school.programmes if school else ())
        case ProgrammeOpened():
            assert school is not None
            opened = Programme(**event.model_dump(exclude={"on", "school"}))
            known = {programme.programme: programme for programme in school.programmes}
            return school.model_copy(update={"programmes": tuple({**known, opened.programme: opened}.values())})
        case _:
            assert_never(event)


SCHOOLS = Aggregate("schools", School, evolve, visible_to=own_school)
