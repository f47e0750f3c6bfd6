"""One row per pupil's week in a school: its minutes by kind, as last stated."""

from shared.events import WorkLogged
from shared.projections.projection import Projection, Row

weeks = Projection("weeks")


@weeks.on(WorkLogged)
def logged(event: WorkLogged) -> Row:
    return Row(
        f"{event.school}/{event.week}/{event.young_id}", school=event.school, programme=event.programme,
        enrolment_id=str(event.enrolment_id), minutes=event.minutes.model_dump(),
    )  # fmt: skip
