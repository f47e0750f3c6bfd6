"""A referral that is amended, and one whose file is to complete: what its applications become, and no other's."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.enrolment import handlers, use_cases
from services.enrolment.domain import applications, places
from services.enrolment.domain.files import File, Files
from services.enrolment.domain.withdrawals import withdraw
from services.enrolment.store import Store
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import (
    ApplicationLeft,
    ApplicationOpened,
    ApplicationStatus,
    ApplicationUnderReview,
    ApplicationWithdrawn,
    PlaceConfirmed,
    Unopened,
    UnopenedCode,
    WishesAnswered,
)
from shared.events.referral import ReferralCompleted, Situation, Wish
from shared.kernel.errors import Refused
from tests.enrolment.amending import HERE, THERE, amended, follow
from tests.enrolment.builders import (
    MAY,
    a_message,
    a_referral,
    an_intake,
    applied,
    fields_of,
    happened,
    offered,
    referral_message,
)
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, offers, refers, status


def test_a_wish_that_is_gone_is_left_and_one_that_was_answered_stays() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    alone, joined = applied(an_intake(), first), applied(applied(an_intake(), first), second)
    elsewhere = amended(first, Part.WISHES, wishes=(THERE,))
    about = fields_of(alone, first.young_id)
    assert follow(alone, elsewhere) == [ApplicationWithdrawn(**about)]
    assert follow(joined, elsewhere) == [ApplicationLeft(**about, referral_id=first.referral_id, agency=first.agency)]
    refused = happened(alone, applications.refuse(alone, young_id=first.young_id, code="other", on=MAY))  # type: ignore[arg-type]
    assert follow(refused, elsewhere) == []


def test_a_wish_that_is_made_anew_asks_again_and_one_that_its_agency_took_back_does_not() -> None:
    referral = a_referral()
    asked = applied(an_intake(), referral)
    left = happened(asked, follow(asked, amended(referral, Part.WISHES, wishes=(THERE,))))
    elsewhere = a_referral(**{**referral.model_dump(), "wishes": (THERE,)})
    back = follow(left, amended(elsewhere, Part.WISHES, wishes=(HERE, THERE)))
    assert [type(event) for event in back] == [ApplicationOpened, ApplicationUnderReview]
    assert follow(left, amended(referral, Part.WISHES, wishes=(HERE, THERE))) == []
    assert follow(asked, amended(elsewhere, Part.SITUATION)) == []  # the school has another address since: nobody left it


def test_a_place_is_confirmed_only_with_the_file_in_whose_name_it_is_offered() -> None:
    first = a_referral()
    intake = offered(an_intake(), first)
    intake = applied(intake, a_referral(young_id=first.young_id, agency="mlds-jura"))
    complete, lacking = File(birth_month="2009-03"), File(birth_month="2009-03", complete=False)
    others = {one.referral_id for one in intake.application(first.young_id).asking} - {first.referral_id}
    hostile, honest = (
        Files(by_referral={first.referral_id: own, **dict.fromkeys(others, other)})
        for own, other in ((lacking, complete), (complete, lacking))
    )
    with pytest.raises(Refused, match="referral_incomplete") as no:
        places.confirm(intake, young_id=first.young_id, files=hostile, on=MAY)
    moves = [move.name for move in no.value.moves or ()]
    assert "decline" in moves
    assert "confirm" not in moves
    assert "organisme" in no.value.sentence
    assert places.confirm(intake, young_id=first.young_id, files=honest, on=MAY) == [
        PlaceConfirmed(**fields_of(intake, first.young_id))
    ]


def test_once_who_was_offered_a_place_has_left_it_is_judged_by_the_file_of_who_still_asks() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    intake = applied(offered(an_intake(), first), second)
    lacking, complete = File(birth_month="2009-03", complete=False), File(birth_month="2009-03")
    files = Files(by_referral={first.referral_id: lacking, second.referral_id: complete})
    left = happened(intake, withdraw(intake, young_id=first.young_id, agency=first.agency, on=MAY))
    with pytest.raises(Refused, match="referral_incomplete"):
        places.confirm(intake, young_id=first.young_id, files=files, on=MAY)
    assert places.confirm(left, young_id=first.young_id, files=files, on=MAY)


def test_nothing_is_missing_for_who_came_of_age() -> None:
    file = File(birth_month="2007-05", complete=False)
    assert [file.complete_on(day) for day in (date(2025, 5, 30), date(2025, 5, 31))] == [False, True]


async def hears(store: Store, event: ReferralAmended | ReferralCompleted, sequence: int) -> None:
    message = a_message(event, source=f"/referral/referrals/{event.referral_id}", sequence=sequence)
    hear: Any = handlers.amended if isinstance(event, ReferralAmended) else handlers.completed
    for _ in range(2):
        await hear(store, event, message)


async def test_a_minor_is_enrolled_once_their_referral_is_complete(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral(complete=False)
    await refers(store, referral)
    with pytest.raises(Refused, match="referral_incomplete"):
        await enrols(store, intake, referral.young_id)
    completed = ReferralCompleted(referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, on=MAY)
    await hears(store, completed, 2)
    await refers(store, referral)  # heard again, late: what was completed stays so
    await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=referral.young_id, on=MAY)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.ENROLLED


async def test_amended_wishes_open_join_and_leave_then_are_answered_again(store: Store) -> None:
    here, there = await intake_opens(store), await intake_opens(store, school="chalon")
    referral = a_referral()
    await refers(store, referral)
    nowhere = Wish(school="nulle-part", programme="usinage")
    await hears(store, amended(referral, Part.WISHES, wishes=(THERE, nowhere)), 2)
    await handlers.submitted(store, referral, referral_message(referral))
    assert [await status(store, intake, referral.young_id) for intake in (here, there)] == [
        ApplicationStatus.WITHDRAWN, ApplicationStatus.UNDER_REVIEW,
    ]  # fmt: skip
    about: dict[str, Any] = {
        "referral_id": referral.referral_id,
        "young_id": referral.young_id,
        "agency": referral.agency,
        "on": MAY,
    }
    assert await events_of(store.wishes, referral.referral_id) == [
        WishesAnswered(**about, opened=(here.intake_id,)),
        WishesAnswered(
            **about, opened=(there.intake_id,), unopened=(Unopened(wish=2, code=UnopenedCode.UNKNOWN_PROGRAMME),)
        ),
    ]  # fmt: skip


async def test_an_amendment_of_whom_nothing_was_opened_for_yet_opens_it(store: Store) -> None:
    """The submission was discarded by an administrator: what it says now is enough."""
    intake, referral = await intake_opens(store), a_referral(referral_id=uuid4())
    await hears(store, amended(referral, Part.SITUATION), 2)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.UNDER_REVIEW


async def test_a_situation_alone_leaves_every_application_and_answer_as_it_is(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()
    await refers(store, referral)
    await offers(store, intake, referral.young_id)
    before = await events_of(store.intakes, intake.intake_id)
    await hears(store, amended(referral, Part.SITUATION, situation=Situation.OUT_OF_SCHOOL), 2)
    assert await events_of(store.intakes, intake.intake_id) == before
    assert len(await events_of(store.wishes, referral.referral_id)) == 1


async def test_what_an_earlier_build_kept_of_an_age_goes_on(store: Store) -> None:
    referral = a_referral()
    row = {"_id": str(referral.young_id), "version": 1, "inbox": {"x y": 1}, "state": {"month": "2009-03"}}
    await store.database["birth_months"].insert(row)
    for _ in range(2):
        await store.prepare()
    files = await store.files.of(referral.young_id)
    assert files.of(referral.referral_id) == File(birth_month="2009-03")
    assert await store.database["birth_months"].find() == []
