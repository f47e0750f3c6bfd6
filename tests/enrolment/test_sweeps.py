"""What a sweep does on a real database: once whatever the replicas, and on every intake whatever becomes of another."""

import asyncio
from datetime import UTC, date, datetime

from services.enrolment import handlers
from services.enrolment.domain import calendars
from services.enrolment.domain.intake import Intake
from services.enrolment.store import Store
from services.enrolment.use_cases import deadlines
from shared.events.applications import ApplicationStatus, PlaceExpired
from shared.events.catalogue import IntakeCalendarChanged, SchoolCalendarChanged
from shared.events.delays import ApplicationDue, ApplicationExpired, ApplicationReminded
from shared.events.referral import ReferralSubmitted, Wish
from shared.kernel.caller import SYSTEM
from shared.persistence.transaction import Persistence
from tests.enrolment.builders import MAY, a_message, a_referral
from tests.enrolment.drivers import ADMIN, everything_of, intake_opens, offers, refers, status

LAST = date(2025, 6, 11)


async def waiting(store: Store, school: str = "besancon") -> tuple[Intake, ReferralSubmitted]:
    intake = await intake_opens(store, school=school)
    referral = a_referral(wishes=(Wish(school=school, programme="usinage"),))
    await refers(store, referral)
    return intake, referral


def another(store: Store) -> Store:
    """Another replica, on the same database and at the same instant."""
    return Store(Persistence(store.database, "enrolment", store.clock))


def passes_to(store: Store, day: date) -> None:
    store.clock.advance(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))


async def test_two_replicas_that_sweep_at_once_tell_each_thing_once(store: Store) -> None:
    intake, referral = await waiting(store)
    for day in (date(2025, 6, 2), date(2025, 6, 12)):
        passes_to(store, day)
        await asyncio.gather(*(deadlines.sweep(one, day) for one in (store, another(store), store, another(store))))
    told = [type(one) for one in await everything_of(store.intakes, intake.intake_id)]
    assert told.count(ApplicationReminded) == told.count(ApplicationExpired) == 1
    assert await status(store, intake, referral.young_id) is ApplicationStatus.EXPIRED
    assert (await deadlines.sweep(store, date(2025, 6, 12))).told == {}


async def test_a_sweep_says_what_it_did_and_goes_on_past_an_intake_that_it_cannot_read(store: Store) -> None:
    broken, _ = await waiting(store, "chalon")
    kept, referral = await waiting(store)
    held, offered = await waiting(store, "dole")
    await offers(store, held, offered.young_id)
    await store.intakes.collection.update({"_id": str(broken.intake_id)}, {"$set": {"state.seats": "beaucoup"}})
    passes_to(store, date(2025, 7, 1))
    swept = await deadlines.sweep(store, date(2025, 7, 1))
    assert swept.told == {ApplicationExpired: 1, PlaceExpired: 1}
    assert swept.failed == 1
    assert await status(store, kept, referral.young_id) is ApplicationStatus.EXPIRED


async def test_a_sweep_by_a_past_day_does_what_was_due_before_it(store: Store) -> None:
    intake, referral = await waiting(store)
    passes_to(store, date(2025, 6, 20))
    assert (await deadlines.sweep(store, date(2025, 6, 2))).told == {ApplicationReminded: 1}
    assert await status(store, intake, referral.young_id) is ApplicationStatus.UNDER_REVIEW
    assert (await deadlines.sweep(store, date(2025, 6, 12))).told == {ApplicationExpired: 1}


async def closes(store: Store) -> SchoolCalendarChanged:
    first, last = date(2025, 5, 26), date(2025, 6, 6)
    await store.schools.acting(ADMIN).decide("besancon", calendars.close, first_day=first, last_day=last, on=MAY)
    event = (await everything_of(store.schools, "besancon"))[-1]
    assert isinstance(event, SchoolCalendarChanged)
    return event


async def test_a_closure_reaches_each_intake_once_however_often_it_is_heard(store: Store) -> None:
    intake, referral = await waiting(store)
    event = await closes(store)
    for _ in range(3):
        await handlers.open_days_changed(store, event, a_message(event, source="/enrolment/schools/besancon", sequence=9))
    told = await everything_of(store.intakes, intake.intake_id)
    assert [type(one) for one in told].count(IntakeCalendarChanged) == 1
    last = told[-1]
    assert isinstance(last, ApplicationDue)
    assert last.due_on == event.calendar.after(MAY, 20) > LAST
    passes_to(store, date(2025, 6, 12))
    await deadlines.sweep(store, date(2025, 6, 12))
    assert await status(store, intake, referral.young_id) is ApplicationStatus.UNDER_REVIEW


async def test_a_sweep_counts_a_closure_that_was_not_heard_yet(store: Store) -> None:
    intake, referral = await waiting(store)
    await closes(store)
    for day in (LAST, date(2025, 6, 12)):
        passes_to(store, day)
        await deadlines.sweep(store, day)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.UNDER_REVIEW


async def test_an_intake_of_an_earlier_build_has_its_delays_from_the_first_sweep_on(store: Store) -> None:
    intake, referral = await waiting(store)
    held, offered = await waiting(store, "dole")
    await offers(store, held, offered.young_id)
    for one in (intake, held):
        await _as_kept_before(store, one)
    step = store.migrations[-1]
    for row in await store.intakes.collection.find(dict(step.before)):
        await step.mend(row)
    assert await store.intakes.collection.find(dict(step.before)) == []
    passes_to(store, date(2025, 6, 9))
    assert (await deadlines.sweep(store, date(2025, 6, 9))).told == {ApplicationDue: 2}
    state = await store.intakes.acting(SYSTEM).get(intake.intake_id)
    due = state.application(referral.young_id).waiting[referral.referral_id]
    assert (due.since, due.on) == (date(2025, 6, 9), state.calendar.after(date(2025, 6, 9), 20))


async def _as_kept_before(store: Store, intake: Intake) -> None:
    kept = await store.intakes.collection.find_one({"_id": str(intake.intake_id)})
    assert kept
    state = {name: value for name, value in kept["state"].items() if name not in ("answer_days", "offer_days", "calendar")}
    for application in state["applications"]:
        del application["answer_due"], application["offer_days"]
        for referring in application["referrals"]:
            del referring["due"]
    await store.intakes.collection.update({"_id": str(intake.intake_id)}, {"$set": {"state": state}})
