"""A school and the programmes it teaches."""

from datetime import date
from typing import assert_never

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.visibility import own_school
from shared.events.catalogue import (
    Certification,
    CertificationReplaced,
    ProgrammeOpened,
    SchoolCalendarChanged,
    SchoolRegistered,
)
from shared.events.certifications import Replacement, in_force, with_replacement
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, Refused
from shared.kernel.identifiers import CommuneCode, DepartmentCode, KeptPhone, RncpCode, SiretCode, Slug, UaiCode
from shared.kernel.open_days import OpenDays, zone_of


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
    oldest: int | None = None
    replaced: tuple[Replacement, ...] = ()
    """The certifications that replaced the first, each from a day on."""

    def on(self, day: date) -> "Programme":
        """The programme under the title and code in force on a day."""
        found = in_force(self.replaced, day)
        return self.model_copy(update={"title": found.title, "rncp": found.rncp}) if found else self


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
    calendar: OpenDays | None = None
    """Its open days, once it said something of them."""

    @property
    def open_days(self) -> OpenDays:
        """What its delays count: by the public holidays of its department, until it says otherwise."""
        return self.calendar or OpenDays(zone=zone_of(self.department))

    def on(self, day: date) -> "School":
        """The school with its programmes under the titles in force on a day, and its open days."""
        programmes = tuple(programme.on(day) for programme in self.programmes)
        return self.model_copy(update={"programmes": programmes, "calendar": self.open_days})

    def programme(self, slug: str) -> Programme:
        """One of its programmes. Raises Invalid (422 `unknown_programme`)."""
        for programme in self.programmes:
            if programme.programme == slug:
                return programme
        sentence = f"{self.name} n’a pas cette formation."
        raise Invalid("unknown_programme", sentence, fields={"programme": sentence})


SchoolEvent = SchoolRegistered | ProgrammeOpened | CertificationReplaced | SchoolCalendarChanged
"""Every event of a school."""


def register(school: School | None, *, event: SchoolRegistered, is_agency: bool = False) -> list[SchoolEvent]:
    """A school enters the network, or its public facts change. Saying the same again changes nothing.

    Refused under the id of an agency: each would be told what is the other's, on one topic.
    """
    if school is None and is_agency:
        raise Refused("id_taken", "Cet identifiant est déjà celui d’un organisme : choisissez-en un autre.")
    return [] if school and evolve(school, event) == school else [event]


def open_programme(school: School, *, event: ProgrammeOpened) -> list[SchoolEvent]:
    """A school teaches a programme, or its traits change. Saying the same again changes nothing."""
    return [] if evolve(school, event) == school else [event]


def replace_certification(school: School, *, event: CertificationReplaced) -> list[SchoolEvent]:
    """From a day on, past or to come, a programme leads to another certification. Saying the same again changes nothing."""
    school.programme(event.programme)
    return [] if evolve(school, event) == school else [event]


def evolve(school: School | None, event: SchoolEvent) -> School:
    """The school after an event."""
    match event:
        case SchoolRegistered():
            facts = event.model_dump(exclude={"on"})
            before = school or School(**facts)
            return School(**facts, programmes=before.programmes, calendar=before.calendar)
        case ProgrammeOpened():
            assert school is not None
            known = {programme.programme: programme for programme in school.programmes}
            replaced = known[event.programme].replaced if event.programme in known else ()
            opened = Programme(**event.model_dump(exclude={"on", "school"}), replaced=replaced)
            return school.model_copy(update={"programmes": tuple({**known, opened.programme: opened}.values())})
        case CertificationReplaced():
            assert school is not None
            known = {programme.programme: programme for programme in school.programmes}
            programme = known[event.programme]
            replaced = with_replacement(programme.replaced, Replacement.of(event))
            known[event.programme] = programme.model_copy(update={"replaced": replaced})
            return school.model_copy(update={"programmes": tuple(known.values())})
        case SchoolCalendarChanged():
            assert school is not None
            return school.model_copy(update={"calendar": event.calendar})
        case _:
            assert_never(event)


SCHOOLS = Aggregate("schools", School, evolve, visible_to=own_school)
