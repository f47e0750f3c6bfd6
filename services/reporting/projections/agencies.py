"""One row per partner agency: its kind, by which young people are compared."""

from shared.events import AgencyRegistered
from shared.projections.projection import Projection, Row

agencies = Projection("agencies")


@agencies.on(AgencyRegistered)
def registered(event: AgencyRegistered) -> Row:
    return Row(event.agency, kind=event.kind, name=event.name, department=event.department)
