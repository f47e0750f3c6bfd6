"""One row per intake: the seats of a programme, for a school year and a year of study."""

from shared.events import IntakeOpened, IntakeSeatsChanged
from shared.projections.projection import Projection, Row

intakes = Projection("intakes")


@intakes.on(IntakeOpened)
def opened(event: IntakeOpened) -> Row:
    return Row(
        event.intake_id, school=event.school, programme=event.programme, school_year=event.school_year,
        year_of_study=event.year_of_study, seats=event.seats,
    )  # fmt: skip


@intakes.on(IntakeSeatsChanged)
def seats_changed(event: IntakeSeatsChanged) -> Row:
    return Row(event.intake_id, seats=event.seats)
