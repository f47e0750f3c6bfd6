"""Whatever the history of an application, one of its referrals sees, and may do, what it would if nobody else had referred."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrolment.domain import applications, offers, overdue, places, policy, withdrawals
from services.enrolment.domain.application import Application
from services.enrolment.domain.intake import Intake, IntakeEvent, evolve
from services.enrolment.domain.statuses import APPLICATION, BEGINS_AGAIN_AFTER, OPEN, ApplicationAction
from services.enrolment.domain.visibility import seen_by
from services.referral.domain.journey import Journey, JourneyEvent, fold
from services.referral.domain.visibility import ReferralView, seen_by_agency
from shared.events import applications as events
from shared.events.applications import ApplicationEvent, ApplicationStatus, Met, WishesAnswered
from shared.events.contacts import ApplicationContacted
from shared.events.delays import ApplicationDue, ApplicationExpired, ApplicationReminded
from shared.events.referral import AgencyKind, ReferralSubmitted, RefusalCode, Situation
from shared.kernel.errors import Problem
from tests.enrolment.builders import CLOSING, MAY, a_referral, an_intake, happened
from tests.enrolment.deciding import MEETING, YOUNG, Decision, asks, leaves, moves_in


def referred(number: int, agency: str, situation: Situation = Situation.OTHER) -> ReferralSubmitted:
    return a_referral(young_id=YOUNG, referral_id=UUID(int=number), agency=agency, situation=situation)


HONEST, HOSTILE = referred(1, "cio-dole"), referred(2, "mlds-jura", Situation.OUT_OF_SCHOOL)
THIRD = referred(3, "psad-39")
WEEK = timedelta(days=7)
FIRST: dict[str, Decision] = {"honest": asks(HONEST), "honest leaves": leaves(HONEST)}
SCHOOL: dict[str, Decision] = {
    "override": lambda i, on, _: applications.review(i, young_id=YOUNG, overridden=True, on=on),
    "interview": lambda i, on, _: applications.plan_interview(i, young_id=YOUNG, planned_on=on + timedelta(days=1), on=on),
    "immersion": lambda i, on, _: applications.plan_immersion(
        i, young_id=YOUNG, planned_from=on + timedelta(days=1), planned_until=on + WEEK, on=on
    ),
    **MEETING,
    "immersion over": lambda i, on, _: applications.end_immersion(i, young_id=YOUNG, on=on),
    "admit": lambda i, on, _: applications.admit(i, young_id=YOUNG, met=Met.INTERVIEW, on=on),
    "waitlist": lambda i, on, _: applications.waitlist(i, young_id=YOUNG, on=on),
    "offer": lambda i, on, _: places.offer(i, young_id=YOUNG, until=on + WEEK, on=on),
    "extend": lambda i, on, _: offers.extend_offer(i, young_id=YOUNG, until=on + 2 * WEEK, on=on),
    "take back": lambda i, on, _: offers.take_back_offer(i, young_id=YOUNG, on=on),
    "promote": lambda i, on, _: places.promote(i, until=on + WEEK, on=on),
    "confirm": lambda i, on, _: places.confirm(i, young_id=YOUNG, on=on),
    "decline": lambda i, on, _: places.decline(i, young_id=YOUNG, on=on),
    "refuse": lambda i, on, _: applications.refuse(i, young_id=YOUNG, code=RefusalCode.NO_PLACE, on=on),
    "reopen": lambda i, on, _: applications.reopen(i, young_id=YOUNG, on=on),
    "withdraw": lambda i, on, _: withdrawals.withdraw(i, young_id=YOUNG, agency=None, on=on),
    "obsolete": lambda i, on, _: withdrawals.make_obsolete(i, young_id=YOUNG, on=on),
    "release": lambda i, on, _: places.release_seat(i, young_id=YOUNG, on=on),
    "move in": lambda i, on, _: moves_in(i, on),
}
LATER: dict[str, Decision] = {
    **SCHOOL, **FIRST, "third": asks(THIRD),
    "third, of age": lambda i, on, _: asks(THIRD)(i, on, "2009-03"),
    "third leaves": leaves(THIRD), "hostile leaves": leaves(HOSTILE),
    "expire": lambda i, on, _: overdue.expire_overdue(i, today=on + WEEK),
    "a month passes": lambda i, on, _: overdue.expire_overdue(i, today=on + 5 * WEEK),
    "due": lambda i, on, _: policy.what_follows(i, on),
    "remind": lambda i, on, _: overdue.remind(i, today=on + WEEK),
    "close": lambda i, on, _: overdue.expire_overdue(i, today=CLOSING + WEEK),
}  # fmt: skip


def steps(of: dict[str, Decision], size: int) -> st.SearchStrategy[list[tuple[str, int]]]:
    """Decisions, and on which day each is said to have happened: before the last one, too."""
    return st.lists(st.tuples(st.sampled_from(sorted(of)), st.integers(0, 9)), max_size=size)


@dataclass
class World:
    """An intake, and what it told."""

    intake: Intake
    told: list[IntakeEvent]

    def tries(self, decision: Decision, on: date, born: str) -> None:
        try:
            decided = list(decision(self.intake, on, born))
        except Problem:
            return
        self.told += decided
        self.intake = happened(self.intake, decided)

    @property
    def application(self) -> Application:
        return self.intake.application(YOUNG)


ACTIONS: dict[type[IntakeEvent], ApplicationAction] = {
    events.InterviewPlanned: ApplicationAction.PLAN_INTERVIEW,
    events.ImmersionPlanned: ApplicationAction.PLAN_IMMERSION,
    events.MeetingCancelled: ApplicationAction.CANCEL_MEETING,
    ApplicationContacted: ApplicationAction.CONTACT,
    events.ApplicationAdmissible: ApplicationAction.ADMIT,
    events.ApplicationWaitlisted: ApplicationAction.WAITLIST,
    events.PlaceConfirmed: ApplicationAction.CONFIRM,
    events.PlaceDeclined: ApplicationAction.DECLINE,
    events.ApplicationRefused: ApplicationAction.REFUSE,
    events.ApplicationReopened: ApplicationAction.REOPEN,
    events.ApplicationWithdrawn: ApplicationAction.WITHDRAW,
}


def alone(joining: date, born: str, after: Iterable[tuple[IntakeEvent, Application]]) -> World:
    """The same, had nobody else referred: what was told after, each with where the application stood before it.

    A school that never met somebody nor offered them a place does so first, on the same day.
    """
    world = World(an_intake(seats=3), [])
    world.tries(asks(HOSTILE), joining, born)
    for event, before in after:
        for one in _told_alone(event, before, world.application, joining):
            if action := ACTIONS.get(type(one)):
                assert APPLICATION.allows(world.application.status, action), (one, world.application.status)
            world.told.append(one)
            world.intake = evolve(world.intake, one)
    return world


def _told_alone(event: IntakeEvent, before: Application, own: Application, joining: date) -> Iterator[IntakeEvent]:
    assert isinstance(event, ApplicationEvent)
    said_on, event = event.on, event.model_copy(update={"on": max(event.on, joining)})
    fields: dict[str, Any] = event.model_dump(include={"intake_id", "young_id", "school", "programme", "on"})
    met = not isinstance(event, events.ImmersionEnded | events.MeetingCancelled) or own.status is before.status
    match event:
        case events.ApplicationOpened() | events.PlaceReleased():
            return
        case events.ApplicationLeft():
            if event.referral_id == HOSTILE.referral_id:
                yield events.ApplicationWithdrawn(**fields)
            return
        case events.ApplicationIneligible():
            return
        case events.ApplicationUnderReview():
            if own.status is ApplicationStatus.INELIGIBLE and event.referral_id in (None, HOSTILE.referral_id):
                yield event
            return
        case events.ApplicationReopened():
            if own.status is before.status and APPLICATION.allows(own.status, ApplicationAction.REOPEN):
                yield event
            return
        case ApplicationDue():
            return
        case ApplicationReminded():
            if event.referral_id == HOSTILE.referral_id:
                yield event
            return
        case ApplicationExpired(referral_id=other) if other not in (None, HOSTILE.referral_id):
            return
        case ApplicationExpired() if own.status in OPEN:
            yield event.model_copy(update={"referral_id": None})
            return
        case events.InterviewPlanned(planned_on=day) | events.ImmersionPlanned(planned_from=day) if day < joining:
            return
        case ApplicationContacted() if said_on < joining:
            return
        case _ if own.status not in OPEN or not met:
            return
    until = before.until or event.on
    day = max(joining, min(event.on, until))
    rests = isinstance(event, events.ApplicationWaitlisted | events.PlaceOffered)
    ends = (events.PlaceConfirmed, events.PlaceDeclined, events.PlaceExpired, events.PlaceOfferWithdrawn)
    answers = isinstance(event, ends)
    if (rests or answers) and not own.met:
        yield events.ApplicationAdmissible(**{**fields, "on": day if answers else event.on}, met=before.met or Met.INTERVIEW)
    if answers and own.status is not ApplicationStatus.OFFERED:
        yield events.PlaceOffered(**{**fields, "on": day}, until=until)
    to_another = before.offered_to != HOSTILE.referral_id if before.until else before.asking[0].agency != HOSTILE.agency
    offered_to_another = isinstance(event, events.PlaceOffered) and to_another
    yield event.model_copy(update={"at_school": True}) if offered_to_another else event


def read(world: World) -> ReferralView:
    """What the agency reads in referral of what enrolment told."""
    answered = WishesAnswered(
        referral_id=HOSTILE.referral_id, young_id=YOUNG, agency=HOSTILE.agency, opened=(world.intake.intake_id,),
        on=next(one.on for one in world.told if _opens(one)),
    )  # fmt: skip
    told: list[JourneyEvent] = [one for one in world.told if not isinstance(one, events.PlaceReleased | ApplicationDue)]  # type: ignore[misc]
    journey = reduce(fold, [*told, answered], Journey(young_id=YOUNG))
    return seen_by_agency(journey, HOSTILE.referral_id, agency=HOSTILE.agency, kind=AgencyKind.CIO)


def _opens(event: IntakeEvent) -> bool:
    return isinstance(event, events.ApplicationOpened) and event.referral_id == HOSTILE.referral_id


def seen(world: World) -> dict[str, Any]:
    """What the agency reads in enrolment, without the order of arrival, which it is not shown."""
    shown = seen_by(world.application, HOSTILE.agency).model_dump(exclude={"arrival"})
    return {**shown, "referrals": [{**one, "arrival": 0} for one in shown["referrals"]]}


def answers_to(world: World, on: date) -> list[Any]:
    """What each request of the agency is answered: the event, or the code, the sentence and the moves of a refusal."""

    def answer(decide: Callable[..., list[IntakeEvent]]) -> Any:
        try:
            decided = decide(world.intake, young_id=YOUNG, agency=HOSTILE.agency, on=on)
        except Problem as no:
            return no.code, no.sentence, getattr(no, "moves", None)
        # of who withdraws the last, the application is; of others their part: each reads its own
        return bool(decided)

    return [answer(places.confirm), answer(places.decline), answer(withdrawals.withdraw)]


@settings(max_examples=400, deadline=None)
@given(
    before=steps({**SCHOOL, **FIRST}, 8), after=steps(LATER, 10), born=st.sampled_from(["2009-03", "2010-09"]),
    day=st.integers(0, 9),
)  # fmt: skip
def test_a_referral_sees_and_may_do_what_it_would_alone(
    before: list[tuple[str, int]], after: list[tuple[str, int]], born: str, day: int
) -> None:
    world, joining = World(an_intake(seats=3), []), MAY + timedelta(days=day)
    for name, offset in [("honest", 0), *before]:
        world.tries({**SCHOOL, **FIRST}[name], MAY + timedelta(days=offset), born)
    world.tries(asks(HOSTILE), joining, born)
    if not any(map(_opens, world.told)):
        return  # a pupil of this intake, or one who was: nothing opens, whoever asks
    heard: list[tuple[IntakeEvent, Application]] = []
    for name, offset in after:
        standing, known = world.application, len(world.told)
        world.tries(LATER[name], MAY + timedelta(days=offset), born)
        heard.extend((event, standing) for event in world.told[known:])
    control = alone(joining, born, _as_long_as_it_asks(heard))
    assert seen(world) == seen(control)
    assert read(world) == read(control)
    for on in (joining - WEEK, joining, joining + WEEK):
        assert answers_to(world, on) == answers_to(control, on)


def _as_long_as_it_asks(heard: Sequence[tuple[IntakeEvent, Application]]) -> Iterator[tuple[IntakeEvent, Application]]:
    """What is told until the application begins again without it, or it has left."""
    for event, standing in heard:
        mandate = standing.mandate(HOSTILE.agency)
        assert mandate is not None
        if mandate.ended or (isinstance(event, events.ApplicationOpened) and standing.status in BEGINS_AGAIN_AFTER):
            return
        yield event, standing
