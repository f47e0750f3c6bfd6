"""One row per school, one per programme of a school (two schools may give a programme the same name)."""

from shared.events.catalogue import Certification, ProgrammeOpened, SchoolRegistered
from shared.projections.table import REQUIRED, TableRow


class SchoolRow(TableRow, table="schools"):
    id: str
    name: str = REQUIRED
    town: str = REQUIRED
    address: str | None = None
    phone: str | None = None


class ProgrammeRow(TableRow, table="programmes"):
    id: str
    school: str = REQUIRED
    programme: str = REQUIRED
    title: str = REQUIRED
    certification: Certification | None = None


@SchoolRow.on(SchoolRegistered)
def registered(event: SchoolRegistered) -> SchoolRow:
    return SchoolRow(id=event.school, name=event.name, town=event.town, address=event.address, phone=event.phone)


@ProgrammeRow.on(ProgrammeOpened)
def opened(event: ProgrammeOpened) -> ProgrammeRow:
    id = f"{event.school}/{event.programme}"
    return ProgrammeRow(
        id=id, school=event.school, programme=event.programme, title=event.title, certification=event.certification
    )
