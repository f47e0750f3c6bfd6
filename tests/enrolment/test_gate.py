"""A place is confirmed only with the file complete of the referral in whose name it is offered."""

from datetime import date

import pytest

from services.enrolment import use_cases
from services.enrolment.domain import places
from services.enrolment.domain.files import File, Files
from services.enrolment.domain.withdrawals import withdraw
from services.enrolment.store import Store
from shared.events.applications import (
    ApplicationStatus,
    PlaceConfirmed,
)
from shared.events.referral import ReferralCompleted
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    MAY,
    a_referral,
    an_intake,
    applied,
    fields_of,
    happened,
    offered,
)
from tests.enrolment.drivers import ADMIN, enrols, hears, intake_opens, refers, status


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
