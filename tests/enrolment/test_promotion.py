"""A seat that is free again is offered on in the very write that freed it, once, however often a message is handled."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.enrolment import handlers, use_cases
from services.enrolment.domain import applications, places, pupils, seats, withdrawals
from services.enrolment.domain.intake import Intake
from services.enrolment.jobs import sweep
from services.enrolment.store import Store
from shared.events.applications import (
    ApplicationObsolete,
    ApplicationWaitlisted,
    ApplicationWithdrawn,
    Met,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceReleased,
)
from shared.events.catalogue import IntakeSeatsChanged, Promotion
from shared.events.event import Event
from shared.events.referral import ReferralSubmitted, ReferralWithdrawalRequested
from shared.kernel.caller import SYSTEM
from tests.enrolment.builders import MAY, START, a_message, a_programme, a_referral, fields_of
from tests.enrolment.drivers import ADMIN, enrols, events_of, held_and_waiting, intake_opens, refers

Freeing = Callable[[Store, Intake, ReferralSubmitted], Awaitable[Any]]


async def declines(store: Store, intake: Intake, held: ReferralSubmitted) -> None:
    await store.intakes.acting(ADMIN).decide(intake.intake_id, places.decline, young_id=held.young_id, on=MAY)


async def is_withdrawn(store: Store, intake: Intake, held: ReferralSubmitted) -> None:
    intakes = store.intakes.acting(ADMIN)
    await intakes.decide(intake.intake_id, withdrawals.withdraw, young_id=held.young_id, agency=None, on=MAY)


async def referral_is_withdrawn(store: Store, _intake: Intake, held: ReferralSubmitted) -> None:
    request = ReferralWithdrawalRequested(referral_id=held.referral_id, young_id=held.young_id, agency=held.agency, on=MAY)
    message = a_message(request, source=f"/referral/referrals/{held.referral_id}", sequence=2)
    for _ in range(2):
        await handlers.withdrawal_requested(store, request, message)


async def enrols_elsewhere(store: Store, _intake: Intake, held: ReferralSubmitted) -> None:
    there = await intake_opens(store, school="chalon")
    await store.intakes.acting(ADMIN).decide(there.intake_id, applications.apply, referral=held, programme=a_programme(), on=MAY)
    await enrols(store, there, held.young_id)
    (event,) = await events_of(store.pupils, held.young_id)
    for _ in range(2):
        await handlers.enrolled(store, event, a_message(event, source=f"/enrolment/pupils/{held.young_id}"))


async def a_seat_is_added(store: Store, intake: Intake, _held: ReferralSubmitted) -> None:
    await store.intakes.acting(ADMIN).decide(intake.intake_id, seats.change_seats, seats=2, on=MAY)


async def the_offer_expires(store: Store, _intake: Intake, _held: ReferralSubmitted) -> None:
    store.clock.advance(store.clock.now() + timedelta(days=60))
    for _ in range(2):
        await sweep(store)


async def never_comes(store: Store, intake: Intake, held: ReferralSubmitted) -> None:
    await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=held.young_id, on=MAY)
    await store.pupils.acting(ADMIN).decide(held.young_id, pupils.record_no_show, school=None, on=START)
    event = (await events_of(store.pupils, held.young_id))[-1]
    message = a_message(event, source=f"/enrolment/pupils/{held.young_id}", sequence=2)
    for _ in range(2):
        await handlers.gone(store, event, message)  # type: ignore[arg-type]


async def changes_programme(store: Store, intake: Intake, held: ReferralSubmitted) -> None:
    await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=held.young_id, on=MAY)
    there = await intake_opens(store, programme=a_programme(programme="restauration", sector="restauration"))
    move: dict[str, Any] = {"young_id": held.young_id, "intake_id": there.intake_id, "on": MAY}
    await use_cases.move(store, ADMIN, pupils.change_programme, **move)


FREED: dict[Freeing, tuple[type[Event], int]] = {
    declines: (PlaceDeclined, 1),
    is_withdrawn: (ApplicationWithdrawn, 1),
    referral_is_withdrawn: (ApplicationWithdrawn, 1),
    enrols_elsewhere: (ApplicationObsolete, 1),
    a_seat_is_added: (IntakeSeatsChanged, 1),
    the_offer_expires: (PlaceExpired, 1),
    never_comes: (PlaceReleased, 2),
    changes_programme: (PlaceReleased, 2),
}
"""What frees a seat: the event that does, and the writes of the intake: a message handled again adds none."""


def offered_to(waiting: ReferralSubmitted, event: Event) -> bool:
    return isinstance(event, PlaceOffered) and event.young_id == waiting.young_id


async def version(store: Store, intake: Intake) -> int:
    found = await store.intakes.collection.find_one({"_id": str(intake.intake_id)})
    assert found is not None
    return int(found["version"])


@pytest.mark.parametrize("frees", FREED, ids=lambda frees: frees.__name__)
async def test_a_seat_that_is_free_again_is_offered_in_the_same_write(store: Store, frees: Freeing) -> None:
    intake, held, waiting = await held_and_waiting(store, Promotion.AUTOMATIC)
    before = await version(store, intake)
    await frees(store, intake, held)
    events, (freed, writes) = await events_of(store.intakes, intake.intake_id), FREED[frees]
    assert [type(earlier) for earlier, event in pairwise(events) if offered_to(waiting, event)] == [freed]
    assert await version(store, intake) - before == writes


async def test_whoever_is_put_on_the_list_while_a_seat_is_free_is_offered_it_in_the_same_write(store: Store) -> None:
    intake, referral = await intake_opens(store, seats=1, promotion=Promotion.AUTOMATIC), a_referral()
    await refers(store, referral)
    admit: dict[str, Any] = {"young_id": referral.young_id, "met": Met.INTERVIEW, "on": MAY}
    await store.intakes.acting(ADMIN).decide(intake.intake_id, applications.admit, **admit)
    before = await version(store, intake)
    await store.intakes.acting(ADMIN).decide(intake.intake_id, applications.waitlist, young_id=referral.young_id, on=MAY)
    assert (await events_of(store.intakes, intake.intake_id))[-2:] == [
        ApplicationWaitlisted(**fields_of(intake, referral.young_id)),
        PlaceOffered(**fields_of(intake, referral.young_id), until=MAY + timedelta(days=14), days=10),
    ]
    assert await version(store, intake) - before == 1


async def test_the_sweep_offers_a_seat_that_an_earlier_build_left_free(store: Store) -> None:
    """Written when nothing followed by itself: someone waits beside a free seat, and nothing is late."""
    intake, held, waiting = await held_and_waiting(store, Promotion.CONFIRMED)
    await declines(store, intake, held)
    automatic = {"$set": {"state.promotion": Promotion.AUTOMATIC.value}}
    await store.intakes.collection.update({"_id": str(intake.intake_id)}, automatic)
    for _ in range(2):
        await sweep(store)
    last = (await events_of(store.intakes, intake.intake_id))[-2:]
    assert [type(event) for event in last] == [PlaceDeclined, PlaceOffered]
    assert last[1].key == str(waiting.young_id)


@pytest.mark.parametrize("frees", FREED, ids=lambda frees: frees.__name__)
async def test_where_the_head_confirms_promotions_the_seat_waits(store: Store, frees: Freeing) -> None:
    intake, held, waiting = await held_and_waiting(store, Promotion.CONFIRMED)
    await frees(store, intake, held)
    events = await events_of(store.intakes, intake.intake_id)
    assert not [event for event in events if offered_to(waiting, event)]
    assert (await store.intakes.acting(SYSTEM).get(intake.intake_id)).seats_left == 1
