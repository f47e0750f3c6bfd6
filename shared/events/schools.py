"""What the catalogue's events tell of a school: its public facts and what it teaches. For whoever hears; enrolment decides."""

from pydantic import BaseModel, ConfigDict

from shared.events.catalogue import Certification, ProgrammeOpened, SchoolRegistered
from shared.kernel.identifiers import DepartmentCode, KeptPhone, Slug

SchoolTold = SchoolRegistered | ProgrammeOpened


class ListedProgramme(BaseModel):
    """A programme of one school, over `years` school years."""

    model_config = ConfigDict(frozen=True)
    programme: Slug
    title: str
    certification: Certification
    sector: Slug
    years: int


class ListedSchool(BaseModel):
    """A school as far as it was heard of; without a name, nothing but its id."""

    model_config = ConfigDict(frozen=True)
    school: Slug
    name: str | None = None
    address: str | None = None
    town: str | None = None
    department: DepartmentCode | None = None
    phone: KeptPhone | None = None
    programmes: tuple[ListedProgramme, ...] = ()

    def programme(self, id: str) -> ListedProgramme | None:
        """One of its programmes, if it has it."""
        return next((one for one in self.programmes if one.programme == id), None)


def listed(school: ListedSchool, event: SchoolTold) -> ListedSchool:
    """The school after an event: its latest facts, and each programme under its latest traits."""
    match event:
        case SchoolRegistered():
            return ListedSchool(
                school=event.school, name=event.name, address=event.address, town=event.town, department=event.department,
                phone=event.phone, programmes=school.programmes,
            )  # fmt: skip
        case ProgrammeOpened():
            opened = ListedProgramme(**event.model_dump(include=set(ListedProgramme.model_fields)))
            known = {one.programme: one for one in school.programmes}
            return school.model_copy(update={"programmes": tuple({**known, opened.programme: opened}.values())})
