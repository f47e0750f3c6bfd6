"""Who answers an offered place: the referral in whose name it was offered, or the school, with the family's word."""

from datetime import timedelta
from typing import Any

import pytest

from services.enrolment import views
from services.enrolment.domain import places, withdrawals
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.places import Word
from services.enrolment.domain.visibility import shown_applications
from services.enrolment.store import lists
from shared.events.applications import ApplicationLeft, ApplicationStatus, HeardBy, PlaceConfirmed, PlaceDeclined, SaidBy
from shared.events.referral import Situation
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused
from shared.persistence.keyset import Asked
from shared.web.names import Names
from tests.enrolment.builders import DEADLINE, MAY, a_referral, admitted, an_intake, applied, fields_of, happened, offered

FIRST = a_referral()
SECOND = a_referral(young_id=FIRST.young_id, agency="mlds-jura")
OF: dict[str, Any] = {"young_id": FIRST.young_id, "on": MAY}
SCHOOL, MLDS = Caller("s", "school", "besancon", "head"), Caller("m", "agency", "mlds-jura", "counsellor")
REFUSED = ("answered_at_school", "La réponse à cette place se donne auprès de l’école.", ["withdraw"])


def both_ask(**offer: Any) -> Intake:
    """Both asked before the place was offered."""
    intake = applied(admitted(an_intake(), FIRST), SECOND)
    return happened(intake, places.offer(intake, until=DEADLINE, **OF, **offer))


def refusals(intake: Intake, agency: str) -> list[tuple[str, str, list[str]]]:
    """What an agency is answered that confirms, then declines."""
    answers = []
    for decide in (places.confirm, places.decline):
        with pytest.raises(Refused) as no:
            decide(intake, agency=agency, **OF)
        answers.append((no.value.code, no.value.sentence, [move.name for move in no.value.open_to(MLDS)]))
    return answers


def test_a_place_is_answered_by_the_earliest_that_asked_and_by_no_other_agency() -> None:
    intake = both_ask()
    assert refusals(intake, "mlds-jura") == [REFUSED] * 2
    assert places.confirm(intake, agency="cio-dole", **OF) == [PlaceConfirmed(**fields_of(intake, FIRST.young_id))]
    assert places.decline(intake, agency="cio-dole", **OF) == [PlaceDeclined(**fields_of(intake, FIRST.young_id))]


def test_who_joins_after_the_offer_is_told_that_its_application_is_under_review() -> None:
    intake = applied(offered(an_intake(), FIRST), SECOND)
    [confirm, _] = refusals(intake, "mlds-jura")
    assert confirm[:2] == ("not_allowed", "Cette candidature est « à l’étude ».")


def test_an_agency_alone_is_answered_the_same_where_the_school_hears_the_answer_itself() -> None:
    intake = admitted(an_intake(), SECOND)
    intake = happened(intake, places.offer(intake, until=DEADLINE, at_school=True, **OF))
    assert refusals(intake, "mlds-jura") == [REFUSED] * 2


def test_where_the_earliest_leaves_the_offer_stays_and_the_school_alone_hears_the_answer() -> None:
    intake = both_ask()
    left = withdrawals.withdraw(intake, agency="cio-dole", **OF)
    assert [type(one) for one in left] == [ApplicationLeft]
    intake = happened(intake, left)
    assert intake.application(FIRST.young_id).status is ApplicationStatus.OFFERED
    assert refusals(intake, "mlds-jura") == [REFUSED] * 2  # as before: it does not learn that somebody left
    assert places.confirm(intake, **OF)


def test_once_the_earliest_has_left_the_next_offer_is_in_the_name_of_who_still_asks() -> None:
    intake = applied(admitted(an_intake(), FIRST), SECOND)
    intake = happened(intake, withdrawals.withdraw(intake, agency="cio-dole", **OF))
    intake = happened(intake, places.offer(intake, until=DEADLINE, **OF))
    assert places.confirm(intake, agency="mlds-jura", **OF)


@pytest.mark.parametrize(
    ("decide", "word", "sentence"),
    [
        (places.confirm, Word(HeardBy.PHONE, SaidBy.REPRESENTATIVE), "confirmé par téléphone le 12/05/2025 par son représentant"),
        (places.decline, Word(HeardBy.MEETING, SaidBy.YOUNG_PERSON), "décliné lors d’une rencontre le 12/05/2025 par le jeune"),
    ],
)
def test_a_school_records_the_word_of_the_family_and_no_agency_reads_it(decide: Any, word: Word, sentence: str) -> None:
    intake = both_ask()
    intake = happened(intake, decide(intake, word=word, **OF))
    seen = {reader: views.application(intake, FIRST.young_id, reader, Names()) for reader in (SCHOOL, MLDS)}
    assert [seen[reader].answer for reader in seen] == [sentence, None]
    assert (seen[MLDS].heard_by, seen[MLDS].said_by, seen[MLDS].offered_to) == (None, None, None)


def test_a_school_reads_in_whose_name_the_place_is_offered_and_an_agency_does_not() -> None:
    intake = both_ask()
    seen = [views.application(intake, FIRST.young_id, reader, Names()).offered_to for reader in (SCHOOL, MLDS)]
    assert seen == [FIRST.referral_id, None]


def test_nobody_withdraws_on_a_day_before_they_asked() -> None:
    later = MAY + timedelta(days=10)
    intake = applied(applied(an_intake(), FIRST), SECOND, on=later)
    for agency in ("mlds-jura", None):
        with pytest.raises(Refused, match="before_previous_step"):
            withdrawals.withdraw(intake, young_id=FIRST.young_id, agency=agency, on=MAY)
    of: dict[str, Any] = {"young_id": FIRST.young_id, "referral_id": SECOND.referral_id}
    [left] = withdrawals.withdraw_referral(intake, **of, on=MAY)  # it was asked on that day, and reached the school later
    assert left.on == later


def test_the_priority_is_the_best_of_those_that_still_ask() -> None:
    claims = SECOND.model_copy(update={"situation": Situation.OUT_OF_SCHOOL})
    intake = applied(applied(an_intake(), FIRST), claims)
    application = intake.application(FIRST.young_id)
    assert (application.priority, [one.priority for one in application.referrals]) == (1, [2, 1])
    left = happened(intake, withdrawals.withdraw(intake, agency="mlds-jura", **OF))
    assert left.application(FIRST.young_id).priority == 2


def test_an_agency_reads_its_applicants_in_the_order_in_which_it_asked() -> None:
    other = a_referral(agency="mlds-jura")
    intake = applied(applied(applied(an_intake(), FIRST), other), SECOND)
    assert [one.young_id for one in shown_applications(MLDS, intake.applications)] == [other.young_id, FIRST.young_id]
    assert [one.young_id for one in shown_applications(SCHOOL, intake.applications)] == [FIRST.young_id, other.young_id]


def test_a_list_goes_on_for_an_agency_after_its_own_last_whatever_came_for_others() -> None:
    other = a_referral(agency="mlds-jura")
    intake = applied(applied(applied(an_intake(), FIRST), other), SECOND)
    one = lists.applications_to(intake, MLDS, Asked(1))
    two = lists.applications_to(intake, MLDS, Asked(1, one.last))
    assert [young_id for part in (one, two) for _, young_id in part.items] == [other.young_id, FIRST.young_id]
    assert two.last is None


def test_what_an_earlier_build_kept_still_loads_and_is_told_apart_by_its_days() -> None:
    later = MAY + timedelta(days=10)
    intake = applied(admitted(an_intake(), FIRST), SECOND, on=later)
    intake = happened(intake, places.offer(intake, until=DEADLINE, **{**OF, "on": later}))
    stored = intake.model_dump(mode="json")
    [application] = stored["applications"]
    for referring in application["referrals"]:
        for field in ("seen", "arrival", "priority"):
            del referring[field]
    del application["offered_to"], application["heard_by"], application["said_by"]
    application["met_on"] = "2025-05-12"
    loaded = Intake.model_validate(stored).application(FIRST.young_id)
    assert loaded.offered_to == FIRST.referral_id
    assert [(one.seen.status, one.seen.met, one.seen.since) for one in loaded.referrals] == [
        (ApplicationStatus.OFFERED, "interview", later), (ApplicationStatus.OFFERED, None, later),
    ]  # fmt: skip
    assert places.confirm(Intake.model_validate(stored), agency="cio-dole", **{**OF, "on": later})
