"""One row per enrolment, horizon and source: what one source says became of a leaver. Sources never overwrite one another."""

from shared.events import OutcomeDeclared
from shared.projections.projection import Projection, Row

outcomes = Projection("outcomes")


@outcomes.on(OutcomeDeclared)
def declared(event: OutcomeDeclared) -> Row:
    return Row(
        f"{event.enrolment_id}/{event.horizon}/{event.source}", enrolment_id=str(event.enrolment_id), horizon=event.horizon,
        source=event.source, situation=event.situation, proof=event.proof, declared_on=event.on.isoformat(),
    )  # fmt: skip
