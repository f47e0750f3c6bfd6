"""A refusal for want of a place proposes other schools that have seats, to each referral on its own; it may go on there."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.enrolment import handlers, use_cases
from services.enrolment.domain import applications, transfers
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.places import Word
from services.enrolment.domain.transfers import Transfer, TransferStatus
from services.enrolment.store import Store
from services.enrolment.use_cases import deadlines, persons, transferring
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import ApplicationStatus, HeardBy, SaidBy, WishesAnswered
from shared.events.corrections import CorrectionCode
from shared.events.referral import ReferralSubmitted, ReferralWithdrawalRequested, RefusalCode, Situation, Wish
from shared.events.transfers import TransferLapsed
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import NotFound, Refused
from tests.enrolment.builders import MAY, a_message, a_programme, a_referral
from tests.enrolment.drivers import enrols, events_of, hears, intake_opens, refers, status

CIO = Caller("c", "agency", "cio-dole", "counsellor")
MLDS = Caller("m", "agency", "mlds-jura", "counsellor")
HEAD = Caller("h", "school", "besancon", "head")
WORD = Word(HeardBy.PHONE, SaidBy.REPRESENTATIVE)
NO_PLACE: dict[str, Any] = {"code": RefusalCode.NO_PLACE, "on": MAY}


async def schools(store: Store) -> tuple[Intake, Intake]:
    """The school that has no place, and one that teaches the same elsewhere."""
    here = await intake_opens(store, seats=0)
    return here, await intake_opens(store, school="chalon", seats=1)


async def refuses(store: Store, intake: Intake, referral: ReferralSubmitted, **command: Any) -> Transfer | None:
    """What the referral is proposed once the school has refused."""
    refusal = {**NO_PLACE, **command}
    await transferring.refuse(store, HEAD, applications.refuse, intake_id=intake.intake_id, young_id=referral.young_id, **refusal)
    found = [one for one in await store.transfers_of(referral.young_id) if one.referral_id == referral.referral_id]
    return found[0] if found else None


async def accepts(store: Store, caller: Caller, proposed: Transfer | None, to: Intake, **more: Any) -> Transfer:
    assert proposed
    command = {"transfer_id": proposed.transfer_id, "intake_id": to.intake_id, "word": None, "on": MAY, **more}
    return await transferring.accept(store, caller, **command)


async def test_it_proposes_where_there_are_seats_and_accepted_it_goes_on_under_the_same_referral(store: Store) -> None:
    here, there = await schools(store)
    referral = a_referral(situation=Situation.OUT_OF_SCHOOL)
    await refers(store, referral)
    proposed = await refuses(store, here, referral)
    assert proposed
    assert [one.school for one in proposed.intakes] == ["chalon"]
    assert (proposed.agency, proposed.until) == ("cio-dole", MAY + timedelta(days=14))
    assert await refuses(store, here, referral) == proposed
    accepted = await accepts(store, CIO, proposed, there)
    assert (accepted.status, accepted.to_intake_id) == (TransferStatus.ACCEPTED, there.intake_id)
    assert await accepts(store, CIO, proposed, there) == accepted
    application = (await store.intakes.acting(CIO).get(there.intake_id)).application(referral.young_id)
    (mandate,) = application.of("cio-dole")
    assert (mandate.referral_id, mandate.priority, mandate.transferred) == (referral.referral_id, 1, True)
    answers = [one for one in await events_of(store.wishes, referral.referral_id) if isinstance(one, WishesAnswered)]
    assert [one.opened for one in answers] == [(here.intake_id,), (here.intake_id, there.intake_id)]


async def test_another_refusal_proposes_nothing_nor_where_nobody_has_a_seat(store: Store) -> None:
    here, _ = await schools(store)
    for seats, command in ((1, {"code": RefusalCode.PROJECT_NOT_FIT}), (0, {})):
        referral = a_referral()
        await refers(store, referral)
        there = await store.intakes.acting(SYSTEM).find({"state.school": "chalon"})
        await store.intakes.collection.update({"_id": str(there[0].intake_id)}, {"$set": {"state.seats": seats}})
        assert await refuses(store, here, referral, **command) is None


@pytest.mark.parametrize(
    ("wishes", "found"),
    [
        ((Wish(school="besancon", programme="usinage"),), ["lons", "chalon"]),
        ((Wish(school="besancon", programme="usinage"), Wish(sector="bois", departments=("71",))), ["chalon"]),
    ],
)
async def test_it_is_of_the_same_programme_or_sector_in_the_departments_wished(
    store: Store, wishes: tuple[Wish, ...], found: list[str]
) -> None:
    here = await intake_opens(store, seats=0)
    await intake_opens(store, school="chalon", programme=a_programme(programme="tournage"))
    await intake_opens(store, school="lons")
    await intake_opens(store, school="dijon", programme=a_programme(programme="cuisine", sector="cuisine"))
    for school, department in (("chalon", "71"), ("lons", "39")):
        await store.schools.collection.update({"_id": school}, {"$set": {"state.department": department}})
    referral = a_referral(wishes=wishes)
    await refers(store, referral)
    proposed = await refuses(store, here, referral)
    assert proposed
    assert [one.school for one in proposed.intakes] == found


async def test_who_is_too_young_there_is_not_sent_there(store: Store) -> None:
    here = await intake_opens(store, seats=0, programme=a_programme(dangerous_machines=False))
    await intake_opens(store, school="chalon", programme=a_programme(dangerous_machines=True))
    referral = a_referral(birth_month="2010-12")
    await refers(store, referral)
    assert await refuses(store, here, referral) is None


async def test_each_referral_is_proposed_and_answers_alone(store: Store) -> None:
    here, there = await schools(store)
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    for one in (first, second):
        await refers(store, one)
    proposed = await refuses(store, here, first)
    (other,) = [one for one in await store.transfers_of(first.young_id) if one.agency == "mlds-jura"]
    assert await store.transfers.acting(MLDS).find({}) == [other]
    with pytest.raises(NotFound):
        await accepts(store, MLDS, proposed, there)
    await accepts(store, CIO, proposed, there)
    application = (await store.intakes.acting(SYSTEM).get(there.intake_id)).application(first.young_id)
    assert [one.agency for one in application.referrals] == ["cio-dole"]
    declined = await store.transfers.acting(MLDS).decide(other.transfer_id, transfers.decline, on=MAY)
    assert declined.status is TransferStatus.DECLINED


async def test_the_school_records_what_the_family_says(store: Store) -> None:
    here, there = await schools(store)
    referral = a_referral()
    await refers(store, referral)
    accepted = await accepts(store, HEAD, await refuses(store, here, referral), there, word=WORD)
    assert (accepted.heard_by, accepted.said_by) == (HeardBy.PHONE, SaidBy.REPRESENTATIVE)
    assert await status(store, there, referral.young_id) is ApplicationStatus.UNDER_REVIEW


async def test_where_the_last_seat_went_meanwhile_nothing_is_accepted_and_it_may_be_declined(store: Store) -> None:
    here, there = await schools(store)
    referral, quicker = a_referral(), a_referral(wishes=(Wish(school="chalon", programme="usinage"),))
    for one in (referral, quicker):
        await refers(store, one)
    proposed = await refuses(store, here, referral)
    await enrols(store, there, quicker.young_id)
    with pytest.raises(Refused, match="transfer_closed") as no:
        await accepts(store, CIO, proposed, there)
    assert [move.name for move in no.value.moves or ()] == ["decline"]
    assert (await store.transfers_of(referral.young_id))[0].status is TransferStatus.PROPOSED
    assert await status(store, there, referral.young_id) is None


async def test_no_proposal_outlives_its_day_an_enrolment_a_withdrawal_or_an_erasure(store: Store) -> None:
    here, there = await schools(store)
    referral = a_referral()
    await refers(store, referral)
    proposed = await refuses(store, here, referral)
    with pytest.raises(Refused, match="transfer_closed"):
        await accepts(store, CIO, proposed, there, on=date(2025, 5, 27))
    with pytest.raises(Refused, match="not_proposed"):
        await accepts(store, CIO, proposed, here)
    asked = ReferralWithdrawalRequested(**referral.model_dump(include={"referral_id", "young_id", "agency"}), on=MAY)
    message = a_message(asked, source=f"/referral/referrals/{referral.referral_id}", sequence=2)
    for _ in range(2):
        await handlers.withdrawal_requested(store, asked, message)
    (lapsed,) = await store.transfers_of(referral.young_id)
    assert lapsed.status is TransferStatus.LAPSED
    await persons.erase(store, referral.young_id, on=MAY)
    with pytest.raises(Refused, match="not_allowed"):
        await accepts(store, CIO, proposed, there)


def passes_to(store: Store, day: date) -> None:
    store.clock.advance(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))


async def test_a_proposal_that_nobody_answered_lapses_by_itself_once(store: Store) -> None:
    here, there = await schools(store)
    referral = a_referral()
    await refers(store, referral)
    proposed = await refuses(store, here, referral)
    assert proposed
    for day, count in ((proposed.until, 0), (proposed.until + timedelta(days=1), 1), (proposed.until + timedelta(days=2), 0)):
        passes_to(store, day)
        assert (await deadlines.sweep(store, day)).told[TransferLapsed] == count
    (lapsed,) = await store.transfers_of(referral.young_id)
    assert (lapsed.status, lapsed.since) == (TransferStatus.LAPSED, proposed.until + timedelta(days=1))
    with pytest.raises(Refused, match="not_allowed"):
        await accepts(store, CIO, proposed, there, on=proposed.until)


async def test_of_who_is_enrolled_elsewhere_meanwhile_nothing_more_is_said_than_that_it_is_too_late(store: Store) -> None:
    here, there = await schools(store)
    elsewhere = await intake_opens(store, school="dijon")
    first = a_referral()
    second = a_referral(
        young_id=first.young_id, agency="mlds-jura", wishes=(Wish(school="dijon", programme="usinage"),)
    )  # fmt: skip
    for one in (first, second):
        await refers(store, one)
    proposed = await refuses(store, here, first)
    await enrols(store, elsewhere, first.young_id)
    assert await use_cases.is_active(store, first.young_id)
    with pytest.raises(Refused, match="transfer_closed"):
        await accepts(store, CIO, proposed, there)


async def test_wishes_that_are_amended_take_nothing_back_of_what_was_accepted(store: Store) -> None:
    here, there = await schools(store)
    referral = a_referral()
    await refers(store, referral)
    await accepts(store, CIO, await refuses(store, here, referral), there)
    amended = ReferralAmended(
        **referral.model_dump(exclude={"wishes", "complete", "on"}), complete=True, code=CorrectionCode.TYPING,
        wishes=(Wish(school="dijon", programme="usinage"),), replaces=(Part.WISHES,), replaces_wishes=referral.wishes, on=MAY,
    )  # fmt: skip
    await hears(store, amended, 2)
    assert await status(store, there, referral.young_id) is ApplicationStatus.UNDER_REVIEW
    answered: list[tuple[UUID, ...]] = [
        one.opened for one in await events_of(store.wishes, referral.referral_id) if isinstance(one, WishesAnswered)
    ]
    assert there.intake_id in answered[-1]
