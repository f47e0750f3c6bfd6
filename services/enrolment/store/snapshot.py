"""A school's whole present state, in parts: its applications intake by intake, then its pupils, each as far as it is told."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.store import Store
from shared.persistence.keyset import Asked, Part, Position, part_of, read_part
from shared.persistence.writes import Row

APPLICATIONS, PUPILS = "applications", "pupils"
"""The two halves of it, in their order."""


@dataclass(frozen=True)
class Kept:
    """An application (its intake, and whose) or a pupil, with the document that keeps it and how many events that has told."""

    document: str
    sequence: int
    young_id: UUID
    of: Intake | Pupil


async def present_state(store: Store, school: str, asked: Asked) -> Part[Kept]:
    """The part that is asked for. In an order that nothing moves: what appears before it meanwhile is told by an event.

    Of who is erased there is nothing.
    """
    half, *place = asked.after or [APPLICATIONS]
    if half == APPLICATIONS:
        found = await _applications(store, school, Asked(asked.limit, place or None))
    else:
        found = await _pupils(store, school, Asked(asked.limit, place or None))
    erased = await store.erased.among(one.young_id for one in found.items)
    return Part([one for one in found.items if one.young_id not in erased], found.last)


async def _applications(store: Store, school: str, asked: Asked) -> Part[Kept]:
    """In the order of the ids of intakes, then of young people."""
    found: list[Kept] = []
    async for row, after in _intakes(store, school, asked.after):
        intake = Intake.model_validate(row["state"])
        left = part_of(intake.applications, lambda one: [str(one.young_id)], Asked(len(intake.applications) or 1, after))
        document = f"/enrolment/intakes/{intake.intake_id}"
        found += [Kept(document, row["sequence"], one.young_id, intake) for one in left.items]
        if len(found) > asked.limit:
            last = found[asked.limit - 1]
            assert isinstance(last.of, Intake)
            return Part(found[: asked.limit], [APPLICATIONS, str(last.of.intake_id), str(last.young_id)])
    return Part(found, [PUPILS])


async def _intakes(store: Store, school: str, after: Position | None) -> AsyncIterator[tuple[Row, Position | None]]:
    """From the intake of a position on, of which alone some was read; one at a time, each as it is when its turn comes."""
    rows, place = store.intakes.collection.majority(), [after[0]] if after else None
    if after:
        begun = await rows.find_one({"_id": after[0]})
        if begun:
            yield begun, after[1:]
    while True:
        part = await read_part(rows, {"state.school": school}, sort=["_id"], asked=Asked(1, place))
        for row in part.items:
            yield row, None
        if part.last is None:
            return
        place = list(part.last)


async def _pupils(store: Store, school: str, asked: Asked) -> Part[Kept]:
    rows = store.pupils.collection.majority()
    part = await read_part(rows, {"state.schools": school}, sort=["_id"], asked=asked)
    kept = [Kept(f"/enrolment/pupils/{row['_id']}", row["sequence"], UUID(row["_id"]), _pupil(row)) for row in part.items]
    last: Sequence[str | int] | None = None if part.last is None else [PUPILS, *part.last]
    return Part(kept, last)


def _pupil(row: Row) -> Pupil:
    return Pupil.model_validate(row["state"])
