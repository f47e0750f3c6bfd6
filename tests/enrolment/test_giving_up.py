"""« Désistement »: a confirmed place given up before the start is declined, no missed start, and may be given again."""

from datetime import UTC, date, datetime

import pytest

from services.enrolment import handlers, use_cases
from services.enrolment.domain import applications, places, pupils
from services.enrolment.domain.enrolment import enrolment_id_of
from services.enrolment.domain.giving_up import decline_given_up, give_up
from services.enrolment.store import Store
from services.enrolment.use_cases import admission
from shared.events.applications import ApplicationStatus, PlaceDeclined
from shared.events.catalogue import Promotion
from shared.events.message import Message
from shared.events.students import EnrolmentStatus, StudentEnrolled, StudentGaveUp
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    DEADLINE,
    MAY,
    START,
    YOUNG,
    a_message,
    a_referral,
    after,
    an_intake,
    confirmed,
    enrolled,
    fields_of,
    fields_on,
    happened,
    started,
)
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, refers, status, waits

EVE = date(2025, 8, 31)


def test_a_place_is_given_up_until_the_eve_of_the_start() -> None:
    pupil = enrolled()
    decided = give_up(pupil, school="besancon", on=EVE)
    assert decided == [StudentGaveUp(**fields_on(EVE))]
    gone = after(pupil, decided)
    assert (gone.last().status, gone.active) == (EnrolmentStatus.GAVE_UP, None)
    assert give_up(gone, school="besancon", on=EVE) == []
    with pytest.raises(Refused, match="after_start"):
        give_up(pupil, school="besancon", on=START)


def test_a_start_is_not_missed_before_its_day() -> None:
    with pytest.raises(Refused, match="before_start"):
        pupils.record_no_show(enrolled(), school="besancon", on=EVE)
    assert pupils.record_no_show(enrolled(), school="besancon", on=START)


def test_who_came_gives_no_place_up() -> None:
    with pytest.raises(Refused, match="not_allowed"):
        give_up(started(), school="besancon", on=START)


def test_a_place_given_up_counts_as_declined() -> None:
    intake = confirmed(an_intake(seats=1), a_referral(young_id=YOUNG))
    decided = decline_given_up(intake, young_id=YOUNG, on=EVE)
    assert decided == [PlaceDeclined(**fields_of(intake, YOUNG, on=EVE))]
    free = happened(intake, decided)
    assert (free.application(YOUNG).status, free.seats_left) == (ApplicationStatus.DECLINED, 1)
    assert decline_given_up(free, young_id=YOUNG, on=EVE) == []


def test_a_place_confirmed_again_is_another_enrolment() -> None:
    intake = an_intake()
    gone = after(enrolled(), give_up(enrolled(), school=None, on=MAY))
    again = enrolled(gone, intake)
    assert [one.status for one in again.enrolments] == [EnrolmentStatus.GAVE_UP, EnrolmentStatus.DUE]
    assert again.last().enrolment_id == enrolment_id_of(intake.intake_id, YOUNG, given_up=1)
    assert len({one.enrolment_id for one in again.enrolments}) == 2


async def gives_up(store: Store, referral_young: object) -> tuple[StudentGaveUp, Message]:
    young_id = str(referral_young)
    await store.pupils.acting(ADMIN).decide(young_id, give_up, school=None, on=MAY)
    events = await events_of(store.pupils, young_id)
    event = events[-1]
    assert isinstance(event, StudentGaveUp)
    return event, a_message(event, source=f"/enrolment/pupils/{young_id}", sequence=len(events))


async def test_a_place_given_up_goes_to_who_waits_and_may_be_confirmed_again(store: Store) -> None:
    intake = await intake_opens(store, seats=1, promotion=Promotion.AUTOMATIC)
    pupil, waiting = a_referral(), a_referral()
    for referral in (pupil, waiting):
        await refers(store, referral)
    await enrols(store, intake, pupil.young_id)
    await waits(store, intake, waiting.young_id)
    event, message = await gives_up(store, pupil.young_id)
    for _ in range(2):
        await handlers.given_up(store, event, message)
    assert await status(store, intake, pupil.young_id) is ApplicationStatus.DECLINED
    assert await status(store, intake, waiting.young_id) is ApplicationStatus.OFFERED

    admin = store.intakes.acting(ADMIN)
    await admin.decide(intake.intake_id, places.decline, young_id=waiting.young_id, on=MAY)
    await admin.decide(intake.intake_id, applications.reopen, young_id=pupil.young_id, on=MAY)
    await admin.decide(intake.intake_id, places.offer, young_id=pupil.young_id, until=DEADLINE, on=MAY)
    await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=pupil.young_id, on=MAY)
    assert await status(store, intake, pupil.young_id) is ApplicationStatus.ENROLLED
    told = [one.enrolment_id for one in await events_of(store.pupils, pupil.young_id) if isinstance(one, StudentEnrolled)]
    assert len(set(told)) == 2
    await handlers.given_up(store, event, message)  # told again, late: it takes nothing back
    assert await status(store, intake, pupil.young_id) is ApplicationStatus.ENROLLED


async def test_a_confirmation_said_again_does_not_take_a_desistement_back(store: Store) -> None:
    """The place was given up, and its intake has not heard of it yet."""
    intake = await intake_opens(store)
    await refers(store, referral := a_referral())
    await enrols(store, intake, referral.young_id)
    event, message = await gives_up(store, referral.young_id)
    await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=referral.young_id, on=MAY)
    pupil = await store.pupils.acting(ADMIN).get(referral.young_id)
    assert [one.status for one in pupil.enrolments] == [EnrolmentStatus.GAVE_UP]
    await handlers.given_up(store, event, message)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.DECLINED


async def test_another_day_of_entry_reaches_the_pupils_who_are_due(store: Store) -> None:
    intake = await intake_opens(store)
    await refers(store, referral := a_referral())
    await enrols(store, intake, referral.young_id)
    october = date(2025, 10, 6)
    after_it = await admission.change_dates(
        store, ADMIN, intake_id=intake.intake_id, starts_on=october, closes_on=intake.closes_on, on=MAY
    )
    (*_, event) = await events_of(store.intakes, intake.intake_id)
    message = a_message(event, source=f"/enrolment/intakes/{intake.intake_id}", sequence=9)
    for _ in range(2):
        await handlers.HANDLERS[type(event)](store, event, message)
    pupil = await store.pupils.acting(ADMIN).get(referral.young_id)
    assert (after_it.starts_on, pupil.last().starts_on) == (october, october)
    store.clock.advance(datetime(2025, 10, 7, 8, tzinfo=UTC))
    await store.pupils.acting(ADMIN).decide(referral.young_id, pupils.start, school=None, on=october)
    with pytest.raises(Refused, match="already_begun"):
        await admission.change_dates(
            store, ADMIN, intake_id=intake.intake_id, starts_on=date(2025, 10, 13), closes_on=intake.closes_on, on=october
        )
