"""A referral that is amended, and one whose file is to complete: what its applications become, and no other's."""

from typing import Any
from uuid import uuid4

from services.enrolment import handlers
from services.enrolment.domain import applications
from services.enrolment.domain.files import File
from services.enrolment.store import Store
from shared.events.amendments import Part
from shared.events.applications import (
    ApplicationLeft,
    ApplicationOpened,
    ApplicationStatus,
    ApplicationUnderReview,
    ApplicationWithdrawn,
    Unopened,
    UnopenedCode,
    WishesAnswered,
)
from shared.events.referral import Situation, Wish
from shared.persistence.migrations import Migrations
from tests.enrolment.amending import HERE, THERE, amended, follow
from tests.enrolment.builders import (
    MAY,
    a_referral,
    an_intake,
    applied,
    fields_of,
    happened,
    referral_message,
)
from tests.enrolment.drivers import events_of, hears, intake_opens, offers, refers, status


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
        await Migrations(store.database, store.migrations, holder="test").run()
    files = await store.files.of(referral.young_id)
    assert files.of(referral.referral_id) == File(birth_month="2009-03")
    assert await store.database["birth_months"].find() == []
