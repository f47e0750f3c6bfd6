"""Referrals that join an application: the row stands where the intake does, whatever the order in which they come."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deploy.bench.publisher import Publisher, an_id
from services.enrolment.domain.application import Application
from services.enrolment.domain.intake import Intake, evolve
from services.enrolment.domain.statuses import BEGINS_AGAIN_AFTER, OPEN
from services.reporting.projections.applications import ApplicationRow
from shared.events import Event
from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationIneligible,
    ApplicationObsolete,
    ApplicationOpened,
    ApplicationRefused,
    ApplicationReopened,
    ApplicationStatus,
    ApplicationUnderReview,
    ApplicationWaitlisted,
    ApplicationWithdrawn,
    IneligibleReason,
    InterviewPlanned,
    Met,
    PlaceConfirmed,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceOfferWithdrawn,
    PlaceReleased,
)
from shared.events.catalogue import IntakeOpened, Promotion
from shared.events.referral import RefusalCode
from tests.reporting.drivers import rows_of

DAY = date(2024, 3, 4)
YOUNG, INTAKE = an_id("young"), an_id("intake")
OF: dict[str, Any] = {"on": DAY, "intake_id": INTAKE, "young_id": YOUNG, "school": "dole", "programme": "serrurerie"}
AN_INTAKE = IntakeOpened(
    on=DAY, school="dole", intake_id=INTAKE, seats=8, programme="serrurerie", school_year="2024-2025", year_of_study=1,
    starts_on=date(2024, 9, 2), closes_on=date(2024, 12, 1), promotion=Promotion.CONFIRMED,
)  # fmt: skip
S = ApplicationStatus
BEGUN = (ApplicationUnderReview(**OF), ApplicationIneligible(reasons=(IneligibleReason.TOO_YOUNG,), **OF))
ENDS = (
    ApplicationRefused(code=RefusalCode.NO_PLACE, **OF), ApplicationWithdrawn(**OF),
    ApplicationObsolete(because="intake_closed", **OF),
)  # fmt: skip
MEETS = (InterviewPlanned(planned_on=DAY, **OF), ApplicationAdmissible(met=Met.INTERVIEW, **OF))
MOVES: Mapping[ApplicationStatus, Sequence[Event]] = {
    S.INELIGIBLE: (ApplicationUnderReview(overridden=True, **OF),),
    S.UNDER_REVIEW: (*MEETS, *ENDS),
    S.INTERVIEW_PLANNED: (*MEETS, *ENDS),
    S.ADMISSIBLE: (ApplicationWaitlisted(**OF), PlaceOffered(until=DAY, **OF), *ENDS),
    S.WAITLISTED: (PlaceOffered(until=DAY, **OF), *ENDS),
    S.OFFERED: (
        PlaceOffered(until=DAY, **OF),
        PlaceOfferWithdrawn(**OF),
        PlaceConfirmed(**OF),
        PlaceDeclined(**OF),
        PlaceExpired(**OF),
    ),
    S.ENROLLED: (PlaceReleased(**OF), PlaceDeclined(**OF)),
    S.DECLINED: (ApplicationReopened(**OF),),
    S.REFUSED: (ApplicationReopened(**OF),),
    S.EXPIRED: (ApplicationReopened(**OF),),
}
"""What may come next, but for a referral that joins."""


def opened(agency: str, number: int) -> ApplicationOpened:
    referral = an_id("referral", number)
    return ApplicationOpened(referral_id=referral, agency=agency, school_year="2024-2025", priority=1, **OF)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """A young person's application, as its intake tells it: referrals join at any moment, and begin again what ended."""
    agency = st.sampled_from(["cio-dole", "ml-dole", "college-dole"])
    events: list[Event] = [opened(draw(agency), 0), draw(st.sampled_from(BEGUN))]
    for number in range(1, draw(st.integers(1, 12))):
        status, comes = where(events).status, draw(st.booleans())
        if status in BEGINS_AGAIN_AFTER and (comes or not MOVES.get(status)):
            events += [opened(draw(agency), number), draw(st.sampled_from(BEGUN))]
        elif status is S.INELIGIBLE and comes:  # old enough since
            events += [opened(draw(agency), number), BEGUN[0]]
        elif status in OPEN and comes:
            joins = opened(draw(agency), number)
            alone = BEGUN[1].model_copy(update={"referral_id": joins.referral_id})
            events += [joins, *([alone] if draw(st.booleans()) else [])]
        elif MOVES.get(status):
            events.append(draw(st.sampled_from(MOVES[status])))
    return events


def where(events: Sequence[Event]) -> Application:
    """Where enrolment says that it stands."""
    after: Callable[[Intake, Any], Intake] = evolve
    return reduce(after, events, evolve(None, AN_INTAKE)).application(YOUNG)


@given(histories())
def test_the_row_stands_where_the_intake_says_whoever_joins(events: list[Event]) -> None:
    row, application = row_of(events), where(events)
    assert (row.status, row.because if row.intake_closed else None) == (application.status, application.because)
    agencies = [referral.agency for referral in application.referrals]
    assert row.agency == agencies[0]
    assert set(row.agencies) == set(agencies)


@given(st.permutations(["cio-dole", "ml-dole", "college-dole"]), st.integers(0, 4))
def test_in_whatever_order_referrals_join_it_belongs_to_each_and_stands_the_same(agencies: list[str], moves: int) -> None:
    middle = [BEGUN[0], *MEETS, PlaceOffered(until=DAY, **OF), PlaceConfirmed(**OF)]
    first, *others = (opened(agency, number) for number, agency in enumerate(agencies))
    row = row_of([first, *middle[: moves + 1], *others, *middle[moves + 1 :]])
    assert (row.agency, set(row.agencies), row.status) == (agencies[0], set(agencies), S.ENROLLED)


def test_who_was_met_before_it_ended_is_not_met_when_it_begins_again() -> None:
    for end in ENDS:
        met, again = [opened("cio-dole", 0), BEGUN[0], MEETS[1], end], [opened("ml-dole", 1), BEGUN[0]]
        events = [*met, *again, ENDS[0], ApplicationReopened(**OF)]
        assert row_of(events).status is where(events).status is S.UNDER_REVIEW


def row_of(events: Sequence[Event]) -> ApplicationRow:
    publisher = Publisher()
    for event in events:
        publisher.intake(INTAKE, event)
    row = ApplicationRow.as_known(rows_of(publisher.messages)["applications"][f"{YOUNG}/{INTAKE}"])
    assert row is not None
    return row
