"""One row per partner agency: its kind, by which young people are compared."""

from shared.events.referral import AgencyKind, AgencyRegistered
from shared.projections.table import REQUIRED, TableRow


class AgencyRow(TableRow, table="agencies"):
    id: str
    kind: AgencyKind = REQUIRED
    name: str = REQUIRED


@AgencyRow.on(AgencyRegistered)
def registered(event: AgencyRegistered) -> AgencyRow:
    return AgencyRow(id=event.agency, kind=event.kind, name=event.name)
