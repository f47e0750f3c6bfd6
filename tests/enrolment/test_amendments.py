"""A referral that is amended, and one whose file is to complete: what its applications become, and no other's."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.enrolment import handlers, use_cases
from services.enrolment.domain import amendments, applications, places
from services.enrolment.domain.application import Application
from services.enrolment.domain.files import File, Files
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.school import School
from services.enrolment.domain.visibility import seen_by
from services.enrolment.domain.withdrawals import withdraw
from services.enrolment.store import Store
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import (
    ApplicationIneligible,
    ApplicationLeft,
    ApplicationOpened,
    ApplicationStatus,
    ApplicationUnderReview,
    ApplicationWithdrawn,
    EntryPlanned,
    IneligibleReason,
    PlaceConfirmed,
    Unopened,
    UnopenedCode,
    WishesAnswered,
)
from shared.events.corrections import CorrectionCode
from shared.events.referral import ReferralCompleted, ReferralSubmitted, Situation, Wish
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    MAY,
    START,
    a_message,
    a_programme,
    a_referral,
    an_intake,
    applied,
    fields_of,
    happened,
    offered,
    referral_message,
)
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, offers, refers, status

SCHOOL = School(
    school="besancon", name="École", commune="25056", town="Besançon", department="25", programmes=(a_programme(),)
)  # fmt: skip
TOO_YOUNG = {"birth_month": "2011-10"}
REASONS = (IneligibleReason.TOO_YOUNG, IneligibleReason.TOO_YOUNG_FOR_MACHINES)
HERE, THERE = (Wish(school=school, programme="usinage") for school in ("besancon", "chalon"))


def as_read(application: Application, referral: ReferralSubmitted) -> dict[str, Any]:
    """What its agency reads of an application, without its arrival and priority, which it is not shown."""
    shown, hidden = seen_by(application, referral.agency).model_dump(), {"arrival": 0, "priority": 0}
    return {**shown, **hidden, "referrals": [{**one, **hidden} for one in shown["referrals"]]}


def amended(referral: ReferralSubmitted, *replaces: Part, **said: Any) -> ReferralAmended:
    """What an agency says now, of a referral as it was submitted."""
    stood = referral.model_dump(include={"referral_id", "young_id", "agency", "birth_month", "situation", "wishes", "complete"})
    before = {"replaces_wishes": referral.wishes} if Part.WISHES in replaces else {}
    fields = {**stood, **before, "code": CorrectionCode.TYPING, "replaces": replaces, "on": MAY, **said}
    return ReferralAmended(**fields)


def follow(intake: Intake, referral: ReferralAmended, on: date = MAY) -> Sequence[Any]:
    return amendments.follow(intake, referral=referral, school=SCHOOL, on=on)


def test_who_was_found_too_young_by_a_typing_error_is_examined() -> None:
    referral = a_referral(**TOO_YOUNG)
    intake = applied(an_intake(), referral)
    assert intake.application(referral.young_id).status is ApplicationStatus.INELIGIBLE
    corrected = amended(referral, Part.BIRTH_MONTH, birth_month="2009-10")
    assert follow(intake, corrected) == [ApplicationUnderReview(**fields_of(intake, referral.young_id))]
    assert follow(happened(intake, follow(intake, corrected)), corrected) == []


def test_who_was_found_old_enough_wrongly_is_not_until_a_person_of_the_school_answered() -> None:
    referral = a_referral()
    intake, corrected = applied(an_intake(), referral), amended(referral, Part.BIRTH_MONTH, birth_month="2010-10")
    reasons = (IneligibleReason.TOO_YOUNG_FOR_MACHINES,)
    assert follow(intake, corrected) == [ApplicationIneligible(**fields_of(intake, referral.young_id), reasons=reasons)]
    met = happened(intake, applications.plan_interview(intake, young_id=referral.young_id, planned_on=START, on=MAY))
    assert follow(met, corrected) == []
    overridden = happened(applied(an_intake(), a_referral(**{**referral.model_dump(), **TOO_YOUNG})), ())
    overridden = happened(overridden, applications.review(overridden, young_id=referral.young_id, overridden=True, on=MAY))
    assert follow(overridden, corrected) == []
    assert follow(intake, corrected, on=date(2025, 11, 1)) == []


def test_no_referral_opens_or_closes_what_is_asked_in_the_name_of_another() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    intake = applied(applied(an_intake(), first), second)
    about = fields_of(intake, first.young_id)
    for one, other in ((first, second), (second, first)):
        told = follow(intake, amended(one, Part.BIRTH_MONTH, **TOO_YOUNG))
        assert told == [ApplicationIneligible(**about, reasons=REASONS, referral_id=one.referral_id)]
        now, alone = happened(intake, told).application(first.young_id), applied(an_intake(), one)
        assert (now.status, [each.agency for each in now.asking]) == (ApplicationStatus.UNDER_REVIEW, [other.agency])
        control = happened(alone, follow(alone, amended(one, Part.BIRTH_MONTH, **TOO_YOUNG))).application(first.young_id)
        assert as_read(now, one) == as_read(control, one)


def test_of_two_that_were_too_young_the_one_that_corrects_it_is_examined_and_the_other_keeps_its_answer() -> None:
    first = a_referral(**TOO_YOUNG)
    second = a_referral(young_id=first.young_id, agency="mlds-jura", **TOO_YOUNG)
    intake = applied(applied(an_intake(), first), second)
    for one, other in ((first, second), (second, first)):
        told = follow(intake, corrected := amended(one, Part.BIRTH_MONTH, birth_month="2009-10"))
        assert told == [ApplicationUnderReview(**fields_of(intake, first.young_id), referral_id=one.referral_id)]
        now = happened(intake, told)
        assert as_read(now.application(first.young_id), other) == as_read(intake.application(first.young_id), other)
        assert [each.agency for each in now.application(first.young_id).asking] == [one.agency]
        assert follow(now, corrected) == []


def test_an_age_that_is_amended_is_judged_for_the_entry_that_was_agreed_on_since_its_own_referral() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    later = EntryPlanned(**fields_of(an_intake(), first.young_id), entry_on=date(2026, 1, 12), priority=2)
    of_both = happened(applied(applied(an_intake(), first), second), [later])
    before = applied(happened(applied(an_intake(), first), [later]), second)
    fifteen_in_december = amended(second, Part.BIRTH_MONTH, birth_month="2010-12")
    assert follow(of_both, fifteen_in_december) == []
    assert [type(event) for event in follow(before, fifteen_in_december)] == [ApplicationIneligible]  # as if it were alone


def test_who_joined_and_was_too_young_by_a_typing_error_joins_once_it_is_corrected() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura", **TOO_YOUNG)
    intake = applied(applied(an_intake(), first), second)
    corrected = amended(second, Part.BIRTH_MONTH, birth_month="2009-03")
    assert [type(event) for event in follow(intake, corrected)] == [ApplicationOpened]
    now = happened(intake, follow(intake, corrected))
    assert follow(now, corrected) == []
    alone = applied(an_intake(), second)
    alone = happened(alone, follow(alone, corrected))
    assert as_read(now.application(first.young_id), second) == as_read(alone.application(first.young_id), second)
    assert follow(intake, amended(second, Part.SITUATION)) == []


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
