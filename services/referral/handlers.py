"""What referral subscribes to: the catalogue; each step of a journey, the answers that it completes; and itself.

Whatever may change what an agency sees of a referral has its agency told, once that is another.
"""

from typing import get_args

from services.referral import use_cases
from services.referral.domain.journey import JourneyEvent
from services.referral.domain.referral import ReferralEvent
from services.referral.store import Store
from services.referral.use_cases import outbound
from shared.events.message import Message
from shared.events.persons import PersonErased
from shared.events.referral import AgencyRegistered
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
    await outbound.tell_of(store, event.young_id, on=event.on)


@HANDLERS.on(*get_args(ReferralEvent))
async def tell_agency(store: Store, event: ReferralEvent, _cause: Message) -> None:
    """Heard of oneself: its agency is told of a referral from its submission on."""
    await outbound.tell(store, event.referral_id, on=event.on)


@HANDLERS.on(AgencyRegistered)
async def tell_of_each(store: Store, event: AgencyRegistered, _cause: Message) -> None:
    """Heard of oneself: what an agency is shown depends on its kind, which may have changed."""
    await outbound.tell_agency(store, event.agency, on=event.on)


@HANDLERS.on(PersonErased)
async def erase_again(store: Store, event: PersonErased, cause: Message) -> None:
    """Heard of oneself: after a restore, what was erased since the backup is erased again."""
    await use_cases.erase_again(store, event, cause)
    await outbound.forget(store, event.young_id, on=event.on)
