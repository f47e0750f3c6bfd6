"""What referral subscribes to: the catalogue; each step of a journey, the answers that it completes; its own erasures."""

from typing import get_args

from services.referral import use_cases
from services.referral.domain.journey import JourneyEvent
from services.referral.store import Store
from shared.events.message import Message
from shared.events.persons import PersonErased
from shared.events.schools import SchoolTold
from shared.messaging.handlers import Handlers

HANDLERS = Handlers[Store]()


@HANDLERS.on(*get_args(SchoolTold))
async def follow_catalogue(store: Store, _event: SchoolTold, cause: Message) -> None:
    """Know what may be wished for, and under which names."""
    await store.catalogue.follow(cause)


@HANDLERS.on(*get_args(JourneyEvent))
async def follow(store: Store, event: JourneyEvent, cause: Message) -> None:
    """Follow a young person one step further."""
    await use_cases.follow(store, event, cause)


@HANDLERS.on(PersonErased)
async def erase_again(store: Store, event: PersonErased, cause: Message) -> None:
    """Heard of oneself: after a restore, what was erased since the backup is erased again."""
    await use_cases.erase_again(store, event, cause)
