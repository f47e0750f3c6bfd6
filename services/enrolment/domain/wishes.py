"""The answer to a referral's wishes: told once, from what the intakes hold for it."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.visibility import nobody
from shared.events import Event, WishesAnswered
from shared.kernel.aggregate import Aggregate


class Wishes(BaseModel):
    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    young_id: UUID
    agency: str
    opened: tuple[UUID, ...]


def answer(wishes: Wishes | None, *, told: WishesAnswered) -> list[Event]:
    """Answer a referral, once."""
    return [] if wishes else [told]


def evolve(wishes: Wishes | None, event: Event) -> Wishes:
    match event:
        case WishesAnswered():
            return Wishes(**event.model_dump(include=set(Wishes.model_fields)))
        case _:
            raise TypeError(event.type)


WISHES = Aggregate("wishes", Wishes, evolve, visible_to=nobody)
