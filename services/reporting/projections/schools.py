"""One row per school, one per programme of a school (two schools may give a programme the same name)."""

from datetime import date

from shared.events.catalogue import Certification, CertificationReplaced, ProgrammeOpened, SchoolCalendarChanged, SchoolRegistered
from shared.events.certifications import Replacement, in_force
from shared.kernel.open_days import OpenDays, zone_of
from shared.projections.table import REQUIRED, History, TableRow


class SchoolRow(TableRow, table="schools"):
    id: str
    name: str = REQUIRED
    town: str = REQUIRED
    address: str | None = None
    phone: str | None = None
    department: str | None = None
    calendar: OpenDays | None = None
    """Its open days, once it said something of them."""

    @property
    def open_days(self) -> OpenDays:
        """What its delays count."""
        return self.calendar or OpenDays(zone=zone_of(self.department or ""))


class ProgrammeRow(TableRow, table="programmes"):
    id: str
    school: str = REQUIRED
    programme: str = REQUIRED
    title: str = REQUIRED
    certification: Certification | None = None
    replaced: History[Replacement] = ()

    def title_on(self, day: date) -> str:
        """The title in force on a day."""
        found = in_force(self.replaced, day)
        return found.title if found else self.title


@SchoolRow.on(SchoolRegistered)
def registered(event: SchoolRegistered) -> SchoolRow:
    return SchoolRow(
        id=event.school, name=event.name, town=event.town, address=event.address, phone=event.phone, department=event.department
    )  # fmt: skip


@SchoolRow.on(SchoolCalendarChanged)
def calendar_changed(event: SchoolCalendarChanged) -> SchoolRow:
    return SchoolRow(id=event.school, calendar=event.calendar)


@ProgrammeRow.on(ProgrammeOpened)
def opened(event: ProgrammeOpened) -> ProgrammeRow:
    id = f"{event.school}/{event.programme}"
    return ProgrammeRow(
        id=id, school=event.school, programme=event.programme, title=event.title, certification=event.certification
    )


@ProgrammeRow.on(CertificationReplaced)
def replaced(event: CertificationReplaced) -> ProgrammeRow:
    return ProgrammeRow(id=f"{event.school}/{event.programme}", replaced=(Replacement.of(event),))
