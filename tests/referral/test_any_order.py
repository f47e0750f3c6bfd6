"""Whatever the order between sources, and however often each message comes, a referral ends in the same state."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain.agency import Agency
from services.referral.domain.answer import ReferralStatus, status
from services.referral.domain.file import Counsellor
from services.referral.domain.journey import Journey
from services.referral.domain.person import Identity, Sent
from services.referral.domain.referral import Referral, close, evolve
from services.referral.store.journeys import journeys
from services.referral.views import Presenter
from shared.events import Event, applications, contacts, corrections, hand_backs, students, transfers
from shared.events.applications import ApplicationEvent, Unopened, UnopenedCode
from shared.events.referral import AgencyKind
from shared.events.students import StudentEvent
from shared.web.names import Names
from tests.referral.builders import (
    A_DAY,
    CIO,
    ENROLMENT,
    REFERRAL,
    YOUNG,
    X,
    Y,
    an_identity,
    application,
    on_the_wire,
    student,
    the_referral,
    wishes_answered,
)

STEPS: list[type[ApplicationEvent]] = [
    applications.ApplicationOpened,
    applications.ApplicationIneligible,
    applications.ApplicationUnderReview,
    applications.InterviewPlanned,
    applications.MeetingCancelled,
    contacts.ApplicationContacted,
    applications.ApplicationAdmissible,
    applications.PlaceOffered,
    applications.PlaceConfirmed,
    applications.PlaceDeclined,
    applications.PlaceExpired,
    applications.ApplicationRefused,
    applications.ApplicationReopened,
    applications.ApplicationLeft,
    applications.ApplicationWithdrawn,
    applications.ApplicationObsolete,
]
YEARS: list[type[StudentEvent]] = [
    students.StudentEnrolled,
    students.StudentStarted,
    students.StudentMovedUp,
    students.StudentInterrupted,
    students.DiplomaObtained,
    students.OutcomeDeclared,
    corrections.StartCorrected,
    corrections.InterruptionCorrected,
    corrections.OutcomeCorrected,
]

OF_HAND_BACK: dict[str, Any] = {
    "hand_back_id": UUID(int=41), "enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "dole", "agency": CIO, "on": A_DAY,
    "programme": "dole-cap-serrurerie",
}  # fmt: skip
HAND_BACKS: list[Event] = [
    hand_backs.StudentHandedBack(interrupted_on=A_DAY, due_on=A_DAY + timedelta(days=8), **OF_HAND_BACK),
    hand_backs.HandBackAcknowledged(by=hand_backs.AcknowledgedBy.AGENCY, **OF_HAND_BACK),
    hand_backs.HandBackEnded(because=hand_backs.HandBackEnd.RESUMED, **OF_HAND_BACK),
]
OF_TRANSFER: dict[str, Any] = {
    "transfer_id": UUID(int=51), "young_id": YOUNG, "school": "dole", "programme": "dole-cap-serrurerie", "intake_id": X,
    "referral_id": REFERRAL, "agency": CIO, "on": A_DAY,
}  # fmt: skip
ELSEWHERE = transfers.ProposedIntake(
    intake_id=Y, school="besancon", programme="serrurerie", school_year="2025-2026", year_of_study=1
)
TRANSFERS: list[Event] = [
    transfers.TransferProposed(intakes=(ELSEWHERE,), until=A_DAY, **OF_TRANSFER),
    transfers.TransferAccepted(to_intake_id=Y, **OF_TRANSFER),
    transfers.TransferDeclined(**OF_TRANSFER),
    transfers.TransferLapsed(**OF_TRANSFER),
]


@dataclass(frozen=True)
class Delivery:
    event: Event
    sequence: int


def dated(history: list[Event]) -> list[Delivery]:
    """A source's own history: days that never go back, sequences that rise and skip."""
    return [
        Delivery(event.model_copy(update={"on": A_DAY + timedelta(days=rank // 2)}), 3 * rank)
        for rank, event in enumerate(history)
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[list[Delivery]]:
    """What each source tells: two intakes, the wishes, and the pupil's years."""
    of_x = draw(st.lists(st.sampled_from(STEPS), max_size=6))
    of_y = draw(st.lists(st.sampled_from(STEPS), max_size=4))
    opened = draw(st.sampled_from([(X,), (X, Y), (Y,), ()]))
    answered = wishes_answered(*opened, unopened=() if opened else (Unopened(wish=1, code=UnopenedCode.NO_OPEN_INTAKE),))
    wishes_events: list[Event] = [answered] if draw(st.booleans()) else []
    handed = draw(st.lists(st.sampled_from(HAND_BACKS), max_size=3))
    moved = draw(st.lists(st.sampled_from(TRANSFERS), max_size=3))
    years = draw(st.lists(st.sampled_from(YEARS), max_size=6))
    return [
        dated([application(kind, X) for kind in of_x]),
        dated([application(kind, Y) for kind in of_y]),
        dated(wishes_events),
        dated([student(kind) for kind in years]),
        dated(handed),
        dated(moved),
    ]


@st.composite
def orders(draw: st.DrawFn, sources: list[list[Delivery]]) -> list[Delivery]:
    """One order of all messages, each source's own kept, some of them again once they were heard."""
    left, order = [list(source) for source in sources if source], list[Delivery]()
    while left:
        source = draw(st.sampled_from(left))
        order.append(source.pop(0))
        left = [one for one in left if one]
        if draw(st.integers(0, 3)) == 0:
            order += order[draw(st.integers(0, len(order) - 1)) :]
    return order


def after(order: list[Delivery]) -> tuple[Journey, Referral]:
    row, journey, referral = None, Journey(young_id=YOUNG), the_referral()
    for one in order:
        [change] = journeys.changes(one.event, on_the_wire(one.event, one.sequence))
        row = change.fold(row)
        journey = journeys.state_of(row)
        for event in close(referral, journey=journey):
            referral = evolve(referral, event)
    return journey, referral


@given(st.data())
def test_any_order_between_sources_and_any_repetition_give_the_same_state(data: st.DataObject) -> None:
    history = data.draw(histories())
    plain_journey, plain_referral = after([one for source in history for one in source])
    journey, referral = after(data.draw(orders(history)))
    assert journey == plain_journey
    assert shown(referral, journey) == shown(plain_referral, plain_journey)
    if status(journey, REFERRAL) is ReferralStatus.CLOSED:
        assert referral == plain_referral
        assert referral.ending is not None


def shown(referral: Referral, journey: Journey) -> object:
    identity = Identity.model_validate(an_identity())
    sent = Sent(referral_id=REFERRAL, agency=CIO, identity=identity, counsellor=Counsellor(name="x"), informed_on=A_DAY)
    agency = Agency(agency=CIO, kind=AgencyKind.CIO, name="CIO de Dole", department="39")
    return Presenter(agency, {REFERRAL: sent}, Names(), A_DAY).in_full(referral, journey)
