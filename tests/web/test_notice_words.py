"""What is worth a notice, what it says, when the daily one is due, and how long a message is tried."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.web.notices.choice import GIVEN_UP, LONGEST_WAIT, Choice, claim, next_digest, note, put_off, refuse, sent
from shared.web.notices.words import body, noticed, subject

NOON = datetime(2026, 3, 28, 11, tzinfo=UTC)
A_TYPE = "fr.etabli.outbound.{}.v1"


@pytest.mark.parametrize(
    ("event", "data", "told"),
    [
        ("application.opened", {}, True),
        ("place.offered", {}, False),
        ("place.confirmed", {}, True),
        ("referral.received", {}, False),
        ("referral.changed", {"view": {"status": "submitted", "amended_on": ["2026-03-28"]}}, False),
        ("referral.changed", {"view": {"applications": [{}]}}, True),
        ("referral.changed", {"view": {"ending": {}}}, False),
        ("application.reminded", {"waits_for": "school"}, True),
        ("application.reminded", {"waits_for": "family"}, False),
        ("something.new", {}, False),
    ],
)
def test_what_others_did_is_news_and_what_one_did_oneself_is_none(event: str, data: dict[str, Any], told: bool) -> None:
    assert (noticed(A_TYPE.format(event), data) is not None) is told


def test_a_notice_counts_what_waits_and_says_the_same_thing_once() -> None:
    waiting = {"place.confirmed": 1, "place.declined": 2, "application.opened": 1}
    said = body("notice", waiting, code="", link=None)
    assert "– Une réponse à une place proposée vous attend (3).\n– Une candidature vous attend.\n" in said
    assert subject("notice", waiting) == "Établi : des nouvelles vous attendent"
    assert subject("notice", {"referral.changed": 4}) == "Établi : une réponse vous attend"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NOON, datetime(2026, 3, 29, 5, tzinfo=UTC)),  # the clocks go forward in between
        (datetime(2026, 3, 28, 5, 59, tzinfo=UTC), datetime(2026, 3, 28, 6, tzinfo=UTC)),
        (datetime(2026, 3, 28, 6, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
    ],
)
def test_the_daily_notice_is_due_at_seven_in_paris(now: datetime, due: datetime) -> None:
    assert next_digest(now, 7) == due


def waiting() -> Choice:
    choice = note(Choice("id", "school:dole", "at_once", confirmed=True), name="application.opened", position=4, due_at=NOON)
    return claim(choice, at=NOON)


def test_a_message_under_way_stays_as_it_is_while_more_comes() -> None:
    more = note(waiting(), name="place.declined", position=5, due_at=NOON)
    assert claim(more, at=NOON) == more
    after = claim(sent(more, number=more.number, not_before=NOON), at=NOON)
    assert (after.number, dict(after.waiting), after.position) == (2, {}, 5)
    assert after.sending
    assert after.sending["waiting"] == {"place.declined": 1}


def test_what_is_not_taken_is_tried_later_and_later_and_after_three_days_no_more() -> None:
    choice = waiting()
    for _ in range(20):
        choice = put_off(choice, number=1, at=NOON)
    assert choice.not_before == NOON + LONGEST_WAIT
    late = put_off(choice, number=1, at=NOON + GIVEN_UP + timedelta(seconds=1))
    assert (late.sending, late.frequency) == (None, "at_once")


def test_what_is_said_of_an_earlier_message_changes_nothing() -> None:
    choice = waiting()
    for after in (put_off(choice, number=0, at=NOON), refuse(choice, number=0, at=NOON), sent(choice, number=0, not_before=NOON)):
        assert after == choice
