"""One row per school, one per programme of a school (two schools may give a programme the same name)."""

from shared.events import ProgrammeOpened, SchoolRegistered
from shared.projections.projection import Projection, Row

schools = Projection("schools")
programmes = Projection("programmes")


@schools.on(SchoolRegistered)
def registered(event: SchoolRegistered) -> Row:
    return Row(event.school, name=event.name, town=event.town, department=event.department)


@programmes.on(ProgrammeOpened)
def opened(event: ProgrammeOpened) -> Row:
    return Row(
        f"{event.school}/{event.programme}", school=event.school, programme=event.programme, title=event.title,
        certification=event.certification, sector=event.sector, years=event.years,
    )  # fmt: skip
