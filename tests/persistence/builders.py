"""The smallest domain that tells: an order that is received, then accepted; enough to try the machinery on."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from shared.events import Event
from shared.events.catalogue import SchoolRegistered
from shared.events.production import ClientKind, OrderAccepted, OrderReceived
from shared.kernel.aggregate import Aggregate
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused

A_DAY = date(2025, 9, 1)


class Toy(BaseModel):
    id: UUID
    school: str
    accepted: int = 0


def receive(toy: Toy | None, *, id: UUID, school: str) -> Sequence[Event]:
    if toy is not None:
        return []
    return [OrderReceived(order_id=id, school=school, client_id=id, client_kind=ClientKind.COMPANY, on=A_DAY)]


def accept(toy: Toy, *, at_most: int = 1_000_000) -> Sequence[Event]:
    if toy.accepted >= at_most:
        raise Refused("enough", "C’est assez.")
    return [OrderAccepted(order_id=toy.id, school=toy.school, on=A_DAY)]


def evolve(toy: Toy | None, event: Event) -> Toy:
    match event:
        case OrderReceived():
            return Toy(id=event.order_id, school=event.school)
        case _:
            assert toy is not None
            return toy.model_copy(update={"accepted": toy.accepted + 1})


def scope(caller: Caller) -> Mapping[str, str] | None:
    return {"school": caller.tenant} if caller.kind == "school" else None


def a_school(school: str = "dole") -> SchoolRegistered:
    return SchoolRegistered(school=school, name="École", commune="39198", town="Dole", department="39", on=A_DAY)


TOYS = Aggregate("toys", Toy, evolve, visible_to=scope)
