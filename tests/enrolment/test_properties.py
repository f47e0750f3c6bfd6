"""What must hold whatever the decisions and their order."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrolment.domain import applications, overdue, places, pupils, seats, withdrawals
from services.enrolment.domain.enrolment import ACTIVE
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.policy import INTAKES, promote_automatically
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.domain.pupil import evolve as evolve_place
from services.enrolment.domain.statuses import HOLDS_A_SEAT
from shared.events.applications import ApplicationStatus, Met, PlaceOffered
from shared.events.catalogue import Promotion
from shared.events.referral import RefusalCode, Situation
from shared.events.students import InterruptionCode
from shared.kernel.errors import Problem
from tests.enrolment.builders import OPENING, START, a_programme, a_referral, an_intake, happened

PEOPLE = [UUID(int=n) for n in range(6)]
REFERRALS = {
    young_id: a_referral(
        young_id=young_id, situation=Situation.OUT_OF_SCHOOL if rank % 2 else Situation.OTHER,
        birth_month="2009-03" if rank % 3 else "2012-03",
    )
    for rank, young_id in enumerate(PEOPLE)
}  # fmt: skip
Decision = Callable[[Intake, UUID, date], list[IntakeEvent]]
DECISIONS: dict[str, Decision] = {
    "apply": lambda i, y, on: applications.apply(i, referral=REFERRALS[y], programme=a_programme(), on=on),
    "override": lambda i, y, on: applications.review(i, young_id=y, overridden=True, on=on),
    "admit": lambda i, y, on: applications.admit(i, young_id=y, met=Met.INTERVIEW, on=on),
    "waitlist": lambda i, y, on: applications.waitlist(i, young_id=y, on=on),
    "offer": lambda i, y, on: places.offer(i, young_id=y, until=on + timedelta(days=7), on=on),
    "confirm": lambda i, y, on: places.confirm(i, young_id=y, on=on),
    "decline": lambda i, y, on: places.decline(i, young_id=y, on=on),
    "refuse": lambda i, y, on: applications.refuse(i, young_id=y, code=RefusalCode.OTHER, on=on),
    "reopen": lambda i, y, on: applications.reopen(i, young_id=y, on=on),
    "withdraw": lambda i, y, on: withdrawals.withdraw(i, young_id=y, agency=None, on=on),
    "obsolete": lambda i, y, on: withdrawals.make_obsolete(i, young_id=y, on=on),
    "promote": lambda i, y, on: places.promote(i, until=on + timedelta(days=7), on=on),
    "promote_automatically": lambda i, y, on: promote_automatically(i, on),
    "expire_overdue": lambda i, y, on: overdue.expire_overdue(i, today=on),
    "take": lambda i, y, on: places.take_seat(i, young_id=y, on=on),
    "take_again": lambda i, y, on: places.take_seat_again(i, young_id=y, on=on),
    "give_back": lambda i, y, on: places.release_seat(i, young_id=y, on=on),
    "one_seat": lambda i, y, on: seats.change_seats(i, seats=1, on=on),
    "three_seats": lambda i, y, on: seats.change_seats(i, seats=3, on=on),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(DECISIONS)), st.sampled_from(PEOPLE), st.integers(0, 5)), max_size=80)
GOOD_FOR_A_PLACE = [(name, young_id, 0) for young_id in PEOPLE for name in ("apply", "override", "admit")]


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, promotion=st.sampled_from(Promotion))
def test_there_are_never_more_pupils_and_offers_than_seats(steps: list[tuple[str, UUID, int]], promotion: Promotion) -> None:
    intake, on = an_intake(seats=2, promotion=promotion), OPENING
    for name, young_id, days in [*GOOD_FOR_A_PLACE, *steps]:
        on += timedelta(days=days)
        try:
            decided = DECISIONS[name](intake, young_id, on)
        except Problem:
            continue
        intake = happened(intake, decided)
        assert sum(application.status in HOLDS_A_SEAT for application in intake.applications) <= intake.seats
        assert intake.seats_left >= 0
        again = _again(DECISIONS[name], intake, young_id, on)
        assert again == [] or name in ("promote", "apply", "override")


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_where_promotion_is_automatic_nobody_waits_while_a_seat_is_free(steps: list[tuple[str, UUID, int]]) -> None:
    """The policy follows each decision that told something, as the repository runs it: in the same write."""
    intake, on = an_intake(seats=2, promotion=Promotion.AUTOMATIC), OPENING
    assert INTAKES.then is not None
    for name, young_id, days in [*GOOD_FOR_A_PLACE, *steps]:
        on += timedelta(days=days)
        decided = _again(DECISIONS[name], intake, young_id, on)
        if decided:
            intake = happened(intake, decided)
            intake = happened(intake, INTAKES.then(intake, on))
        assert on > intake.closes_on or not intake.waiting_list or intake.seats_left < 1
        assert intake.seats_left >= 0
        assert not INTAKES.then(intake, on)


def _again(decision: Decision, intake: Intake, young_id: UUID, on: date) -> list[IntakeEvent]:
    try:
        return decision(intake, young_id, on)
    except Problem:
        return []


@settings(max_examples=100, deadline=None)
@given(order=st.permutations(PEOPLE), waiting=st.permutations(PEOPLE), places=st.integers(1, 6))
def test_the_waiting_list_is_served_by_priority_then_arrival(order: list[UUID], waiting: list[UUID], places: int) -> None:
    intake = an_intake(seats=places, promotion=Promotion.AUTOMATIC)
    for young_id in order:
        for name in ("apply", "override", "admit"):
            intake = happened(intake, _again(DECISIONS[name], intake, young_id, OPENING))
    for young_id in waiting:
        intake = happened(intake, DECISIONS["waitlist"](intake, young_id, OPENING))
    served = [event.young_id for event in promote_automatically(intake, OPENING) if isinstance(event, PlaceOffered)]
    ranks = [(intake.application(young_id).priority, order.index(young_id)) for young_id in served]
    assert len(served) == places
    assert all(before < after for before, after in pairwise(ranks))
    left = [(one.priority, order.index(one.young_id)) for one in intake.applications if one.young_id not in served]
    assert all(rank > ranks[-1] for rank in left)
    assert all(one.status is ApplicationStatus.WAITLISTED for one in intake.applications)


SCHOOLS = [an_intake(school=school) for school in ("besancon", "chalon", "dole")]
PUPIL_STEPS = st.lists(
    st.tuples(st.sampled_from(["enrol", "start", "miss", "interrupt", "resume"]), st.sampled_from(SCHOOLS)), max_size=40
)


@settings(max_examples=150, deadline=None)
@given(steps=PUPIL_STEPS)
def test_nobody_ever_has_two_active_enrolments(steps: list[tuple[str, Intake]]) -> None:
    place: Pupil | None = None
    for name, intake in steps:
        try:
            decided = _on_pupil(place, name, intake)
        except Problem:
            continue
        for event in decided:
            place = evolve_place(place, event)
        assert place is None or sum(one.status in ACTIVE for one in place.enrolments) <= 1


def _on_pupil(place: Pupil | None, name: str, intake: Intake) -> list[PupilEvent]:
    if name == "enrol":
        born = "2009-03"
        return pupils.enrol(place, young_id=PEOPLE[0], birth_month=born, intake=intake, programme=a_programme(), on=START)
    if place is None:
        return []
    match name:
        case "start":
            return pupils.start(place, school=intake.school, on=START)
        case "miss":
            return pupils.record_no_show(place, school=intake.school, on=START)
        case "interrupt":
            return pupils.interrupt(place, school=intake.school, code=InterruptionCode.OTHER, on=START)
        case _:
            return pupils.resume(place, school=intake.school, on=START)
