"""One row per `young_id` that was found to be another's person: whom it stands for. No other row is moved."""

from uuid import UUID

from shared.events.persons import PersonMerged, PersonSplit
from shared.projections.table import TableRow


class AliasRow(TableRow, table="aliases"):
    """`kept` may be an alias in turn; none once they were split again."""

    id: UUID
    kept: UUID | None = None


@AliasRow.on(PersonMerged)
def merged(event: PersonMerged) -> AliasRow:
    return AliasRow(id=event.young_id, kept=event.kept)


@AliasRow.on(PersonSplit)
def split(event: PersonSplit) -> AliasRow:
    return AliasRow(id=event.young_id, kept=None)
