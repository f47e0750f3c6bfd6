"""What the catalogue's events tell of a school: its public facts and what it teaches. For whoever hears; enrolment decides."""

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.events.catalogue import Certification, CertificationReplaced, ProgrammeOpened, SchoolRegistered
from shared.events.certifications import Replacement, in_force, with_replacement
from shared.kernel.identifiers import DepartmentCode, KeptPhone, Slug

SchoolTold = SchoolRegistered | ProgrammeOpened | CertificationReplaced


class ListedProgramme(BaseModel):
    """A programme of one school, over `years` school years, with the titles that replaced the first."""

    model_config = ConfigDict(frozen=True)
    programme: Slug
    title: str
    certification: Certification
    sector: Slug
    years: int
    replaced: tuple[Replacement, ...] = ()

    def on(self, day: date | None) -> "ListedProgramme":
        """The programme under the title in force on a day; None: the one that it opened with."""
        title = in_force(self.replaced, day) if day else None
        return self.model_copy(update={"title": title.title}) if title else self


class ListedSchool(BaseModel):
    """A school as far as it was heard of; without a name, nothing but its id. Titles are shown as on the day `shown_on`."""

    model_config = ConfigDict(frozen=True)
    school: Slug
    name: str | None = None
    address: str | None = None
    town: str | None = None
    department: DepartmentCode | None = None
    phone: KeptPhone | None = None
    programmes: tuple[ListedProgramme, ...] = ()
    shown_on: date | None = None

    def programme(self, id: str, *, on: date | None = None) -> ListedProgramme | None:
        """One of its programmes, if it has it, under the title in force on a day."""
        return next((one.on(on or self.shown_on) for one in self.programmes if one.programme == id), None)


def listed(school: ListedSchool, event: SchoolTold) -> ListedSchool:
    """The school after an event: its latest facts, and each programme under its latest traits."""
    match event:
        case SchoolRegistered():
            return ListedSchool(
                school=event.school, name=event.name, address=event.address, town=event.town, department=event.department,
                phone=event.phone, programmes=school.programmes,
            )  # fmt: skip
        case ProgrammeOpened():
            known = {one.programme: one for one in school.programmes}
            replaced = known[event.programme].replaced if event.programme in known else ()
            opened = ListedProgramme(**event.model_dump(include=set(ListedProgramme.model_fields)), replaced=replaced)
            return school.model_copy(update={"programmes": tuple({**known, opened.programme: opened}.values())})
        case CertificationReplaced():
            replacement = Replacement.of(event)
            return school.model_copy(update={"programmes": tuple(_replaced(school, event.programme, replacement))})


def _replaced(school: ListedSchool, programme: str, replacement: Replacement) -> Iterator[ListedProgramme]:
    for one in school.programmes:
        known = with_replacement(one.replaced, replacement)
        yield one.model_copy(update={"replaced": known}) if one.programme == programme else one
