"""How every service shows a school, a programme or an agency: by its id and, where it was heard of, under its public name."""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import BaseModel, Field

from shared.events.catalogue import Certification
from shared.events.schools import ListedProgramme, ListedSchool


class SchoolResponse(BaseModel):
    """A school, and how to reach it."""

    id: str
    name: str | None = Field(description="Nul tant que l’école n’est pas connue ici, comme tout ce qui suit.")
    address: str | None
    town: str | None
    phone: str | None


class ProgrammeResponse(BaseModel):
    """A programme of a school."""

    id: str
    title: str | None = Field(description="Nul tant que la formation n’est pas connue ici, comme ce qui suit.")
    certification: Certification | None


class TaughtResponse(ProgrammeResponse):
    """A programme as the catalogue lists it: over so many school years."""

    sector: str
    years: int


class ListedSchoolResponse(SchoolResponse):
    """A school of the catalogue, with what it teaches."""

    department: str | None
    programmes: list[TaughtResponse]


class OrganisationResponse(BaseModel):
    """An agency."""

    id: str
    name: str | None = Field(description="Nul tant que l’organisme n’est pas connu ici.")


class Names:
    """What ids stand for. One that was not heard of is shown alone."""

    def __init__(self, schools: Iterable[ListedSchool] = (), agencies: Mapping[str, str] | None = None) -> None:
        self._schools = {school.school: school for school in schools}
        self._agencies = agencies or {}

    def school(self, id: str) -> SchoolResponse:
        """A school by its id."""
        known = self._schools.get(id) or ListedSchool(school=id)
        return SchoolResponse(id=id, name=known.name, address=known.address, town=known.town, phone=known.phone)

    def every_school(self) -> list[ListedSchoolResponse]:
        """The catalogue, by id: the schools that were heard of, with what they teach."""
        return [self._listed(school) for school in self._schools.values() if school.name is not None]

    def programme(self, school: str, id: str, *, on: date | None = None) -> ProgrammeResponse:
        """A programme of a school by its id, under today's title, or a day's: a diploma has that of its session."""
        known = self._schools[school].programme(id, on=on) if school in self._schools else None
        return ProgrammeResponse(
            id=id, title=known.title if known else None, certification=known.certification if known else None
        )

    def agency(self, id: str) -> OrganisationResponse:
        """An agency by its id."""
        return OrganisationResponse(id=id, name=self._agencies.get(id))

    def _listed(self, school: ListedSchool) -> ListedSchoolResponse:
        programmes = [_taught(one.on(school.shown_on)) for one in school.programmes]
        return ListedSchoolResponse(**dict(self.school(school.school)), department=school.department, programmes=programmes)


def _taught(programme: ListedProgramme) -> TaughtResponse:
    return TaughtResponse(
        id=programme.programme, title=programme.title, certification=programme.certification, sector=programme.sector,
        years=programme.years,
    )  # fmt: skip
