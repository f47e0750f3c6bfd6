"""One row per intake: the seats of a programme, for a school year and a year of study."""

from uuid import UUID

from shared.events.catalogue import IntakeOpened, IntakeSeatsChanged
from shared.projections.table import REQUIRED, TableRow


class IntakeRow(TableRow, table="intakes"):
    id: UUID
    school: str = REQUIRED
    programme: str = REQUIRED
    school_year: str = REQUIRED
    seats: int = REQUIRED


@IntakeRow.on(IntakeOpened)
def opened(event: IntakeOpened) -> IntakeRow:
    return IntakeRow(
        id=event.intake_id, school=event.school, programme=event.programme, school_year=event.school_year, seats=event.seats
    )


@IntakeRow.on(IntakeSeatsChanged)
def seats_changed(event: IntakeSeatsChanged) -> IntakeRow:
    return IntakeRow(id=event.intake_id, seats=event.seats)
