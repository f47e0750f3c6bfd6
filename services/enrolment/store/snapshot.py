"""A school's whole present state, in parts, each as far as it is told.

Its applications intake by intake, then its pupils, the minors that it handed back, the transfers that it proposed.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.enrolment.domain.hand_backs import HAND_BACKS, HandBack
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.transfers import TRANSFERS, Transfer
from services.enrolment.store import Store
from shared.persistence.keyset import Asked, Part, Position, part_of, read_part
from shared.persistence.mongo import Where
from shared.persistence.repository import Repository
from shared.persistence.writes import Row

APPLICATIONS, PUPILS = "applications", "pupils"
FOLLOWING = {APPLICATIONS: PUPILS, PUPILS: HAND_BACKS.name, HAND_BACKS.name: TRANSFERS.name}
"""What comes after each part of it."""


@dataclass(frozen=True)
class Kept:
    """One thing with the document that keeps it, and how many events that has told: of an application, its intake and whose."""

    document: str
    sequence: int
    young_id: UUID
    of: Intake | Pupil | HandBack | Transfer


async def present_state(store: Store, school: str, asked: Asked) -> Part[Kept]:
    """The part that is asked for. In an order that nothing moves: what appears before it meanwhile is told by an event.

    Of who is erased there is nothing.
    """
    kind, *place = asked.after or [APPLICATIONS]
    found = await _of_kind(store, school, str(kind), Asked(asked.limit, place or None))
    erased = await store.erased.among(one.young_id for one in found.items)
    return Part([one for one in found.items if one.young_id not in erased], _after(str(kind), found.last))


def _after(kind: str, last: Position | None) -> Position | None:
    """From where it goes on: in the same kind where more of it follows, else at the next."""
    if last is not None:
        return [kind, *last]
    return [FOLLOWING[kind]] if kind in FOLLOWING else None


async def _of_kind(store: Store, school: str, kind: str, asked: Asked) -> Part[Kept]:
    if kind == APPLICATIONS:
        return await _applications(store, school, asked)
    if kind == PUPILS:
        return await _documents(store.pupils, {"state.schools": school}, asked)
    told = store.transfers if kind == TRANSFERS.name else store.hand_backs
    return await _documents(told, {"state.school": school}, asked)


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
            return Part(found[: asked.limit], [str(last.of.intake_id), str(last.young_id)])
    return Part(found, None)


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


async def _documents(kept: Repository[Any, Any], where: Where, asked: Asked) -> Part[Kept]:
    """Those that one document each keeps, by their ids."""
    rows, state = kept.collection.majority(), kept.aggregate.state
    part = await read_part(rows, where, sort=["_id"], asked=asked)
    return part.map(lambda row: _kept(row, f"/enrolment/{kept.aggregate.name}", state.model_validate(row["state"])))


def _kept(row: Row, kind: str, of: Any) -> Kept:
    return Kept(f"{kind}/{row['_id']}", row["sequence"], of.young_id, of)
