"""One row per school, one per programme of a school (two schools may give a programme the same name)."""

from shared.events.catalogue import ProgrammeOpened, SchoolRegistered
from shared.projections.table import REQUIRED, TableRow


class SchoolRow(TableRow, table="schools"):
    id: str
    name: str = REQUIRED
    town: str = REQUIRED


class ProgrammeRow(TableRow, table="programmes"):
    id: str
    school: str = REQUIRED
    programme: str = REQUIRED
    title: str = REQUIRED


@SchoolRow.on(SchoolRegistered)
def registered(event: SchoolRegistered) -> SchoolRow:
    return SchoolRow(id=event.school, name=event.name, town=event.town)


@ProgrammeRow.on(ProgrammeOpened)
def opened(event: ProgrammeOpened) -> ProgrammeRow:
    id = f"{event.school}/{event.programme}"
    return ProgrammeRow(id=id, school=event.school, programme=event.programme, title=event.title)
