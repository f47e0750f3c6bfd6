"""Decisions on one young person's application to an intake, from its opening to the school's answer."""

from datetime import date
from functools import reduce
from typing import Protocol
from uuid import UUID

from services.enrolment.domain.application import Application
from services.enrolment.domain.contacts import ensure_tried
from services.enrolment.domain.eligibility import day_of_entry, priority_of, reasons_against
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields, evolve
from services.enrolment.domain.school import Programme
from services.enrolment.domain.statuses import (
    APPLICATION,
    BEGINS_AGAIN_AFTER,
    NOT_AFTER_CLOSING,
    OPEN,
    TAKEN_BACK,
    WAS_A_PUPIL,
    ApplicationAction,
)
from shared.events import applications as events
from shared.events.applications import ApplicationStatus, Met
from shared.events.referral import RefusalCode, Situation
from shared.kernel.errors import Invalid, Move, Refused

ENDS_FIRST = "L’immersion finit avant de commencer."


class Asking(Protocol):
    """What a referral says that an application is opened by."""

    @property
    def referral_id(self) -> UUID: ...
    @property
    def young_id(self) -> UUID: ...
    @property
    def agency(self) -> str: ...
    @property
    def birth_month(self) -> str: ...
    @property
    def situation(self) -> Situation: ...


def apply(
    intake: Intake, *, referral: Asking, programme: Programme, again: bool = False, transferred: bool = False, on: date
) -> list[IntakeEvent]:
    """A referral opens an application, joins the one that is open, or begins it again: nothing where its agency has its answer.

    Age and priority are those of the day of entry. Whether it is eligible is said to each referral: who joins is told it alone,
    for the application is what the first made it; and who comes once the age is reached is examined, for it alone.
    `again`: this one may have asked before, and left: its wishes name this anew. `transferred`: it was proposed instead.
    """
    application, entry_on = intake.application_of(referral.young_id), day_of_entry(intake, None, on)
    reasons = reasons_against(referral.birth_month, entry_on=entry_on, programme=programme)
    if application and not _may_ask(application, referral, eligible=not reasons, again=again):
        return []
    fields, out_of_school = common_fields(intake, referral.young_id, on), referral.situation is Situation.OUT_OF_SCHOOL
    opened = events.ApplicationOpened(
        **fields, referral_id=referral.referral_id, agency=referral.agency, school_year=intake.school_year,
        priority=priority_of(referral.birth_month, out_of_school=out_of_school, entry_on=entry_on), transferred=transferred,
    )  # fmt: skip
    joins = application is not None and application.status not in BEGINS_AGAIN_AFTER
    if reasons:
        alone = referral.referral_id if joins else None
        return [opened, events.ApplicationIneligible(**fields, reasons=reasons, referral_id=alone)]
    if application and application.status in OPEN:
        return [opened]
    return [opened, events.ApplicationUnderReview(**fields, referral_id=referral.referral_id if joins else None)]


def _may_ask(application: Application, referral: Asking, *, eligible: bool, again: bool) -> bool:
    """Whether a referral may ask for an application: as far as its own agency knows, nobody else's referral counts."""
    asked = application.has_referral(referral.referral_id) and not again
    if asked or application.asks_for(referral.referral_id) or application.status in WAS_A_PUPIL:
        return False
    own = application.mandate(referral.agency)
    open_to_it = OPEN | TAKEN_BACK | ({ApplicationStatus.INELIGIBLE} if eligible else set())
    return own is None or own.seen.status in open_to_it


def review(intake: Intake, *, young_id: UUID, overridden: bool, on: date) -> list[IntakeEvent]:
    """Examine an application; for an ineligible one, only by overriding, for a motive that the school keeps."""
    if intake.application(young_id).status is ApplicationStatus.UNDER_REVIEW:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.REVIEW, on)
    if not overridden:
        sentence = "Cette candidature n’est pas éligible : il faut une dérogation motivée pour l’étudier."
        raise Refused("not_eligible", sentence, moves=open_moves(intake, young_id, on))
    return [events.ApplicationUnderReview(**common_fields(intake, young_id, on), overridden=True)]


def plan_interview(
    intake: Intake, *, young_id: UUID, planned_on: date, at: str | None = None, reworded: bool = False, on: date
) -> list[IntakeEvent]:
    """Agree on a day to meet, and an hour; others replace them, as do another place or person (`reworded`)."""
    application = intake.application(young_id)
    same = (application.planned_on, application.at) == (planned_on, at) and not reworded
    if application.status is ApplicationStatus.INTERVIEW_PLANNED and same:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.PLAN_INTERVIEW, on)
    _ensure_to_come(intake, young_id, planned_on, on)
    _ensure_before_closing(intake, young_id, planned_on, on)
    return [events.InterviewPlanned(**common_fields(intake, young_id, on), planned_on=planned_on, at=at)]


def plan_immersion(
    intake: Intake, *, young_id: UUID, planned_from: date, planned_until: date, at: str | None = None, reworded: bool = False,
    on: date,
) -> list[IntakeEvent]:  # fmt: skip
    """Agree on days in the workshop; others replace them, as for an interview. They end when they begin, or later."""
    if planned_until < planned_from:
        raise Invalid("inconsistent", ENDS_FIRST, fields={"planned_until": ENDS_FIRST})
    application = intake.application(young_id)
    days = (planned_from, planned_until, at)
    same = (application.planned_from, application.planned_until, application.at) == days and not reworded
    if application.status is ApplicationStatus.IMMERSION_PLANNED and same:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.PLAN_IMMERSION, on)
    _ensure_to_come(intake, young_id, planned_from, on)
    _ensure_before_closing(intake, young_id, planned_until, on)
    fields = common_fields(intake, young_id, on)
    return [events.ImmersionPlanned(**fields, planned_from=planned_from, planned_until=planned_until, at=at)]


def end_immersion(
    intake: Intake, *, young_id: UUID, attended: bool = True, admissible: bool | None = None, code: RefusalCode | None = None,
    on: date,
) -> list[IntakeEvent]:  # fmt: skip
    """The immersion took place, or nobody came (`attended`): not before its first day. Said otherwise, it replaces that.

    `admissible` says at once what follows, where the school knows: good for a place, or refused by `code`.
    """
    application = intake.application(young_id)
    ended: list[IntakeEvent] = []
    if not _has_ended(application, attended):
        if application.status is not ApplicationStatus.IMMERSION_ENDED:
            application = ensure_allowed(intake, young_id, ApplicationAction.END_IMMERSION, on)
            _ensure_immersed(intake, application, ApplicationAction.END_IMMERSION, on)
        ended = [events.ImmersionEnded(**common_fields(intake, young_id, on), attended=attended)]
    if admissible is None:
        return ended
    then = reduce(evolve, ended, intake)
    if admissible:
        return [*ended, *admit(then, young_id=young_id, met=Met.IMMERSION, on=on)]
    return [*ended, *refuse(then, young_id=young_id, code=code or RefusalCode.DID_NOT_COME, on=on)]


def _has_ended(application: Application, attended: bool) -> bool:
    """Whether this was said of the immersion already: where it stands now follows from it, whatever that is."""
    if application.status is ApplicationStatus.IMMERSION_ENDED:
        return (application.attended is not False) is attended  # an earlier build did not ask
    return application.status is not ApplicationStatus.IMMERSION_PLANNED and application.attended is attended


def admit(intake: Intake, *, young_id: UUID, met: Met, on: date) -> list[IntakeEvent]:
    """Met, and good for a place as soon as there is one. An immersion that has not begun met nobody."""
    if intake.application(young_id).status is ApplicationStatus.ADMISSIBLE:
        return []
    application = ensure_allowed(intake, young_id, ApplicationAction.ADMIT, on)
    if met is Met.IMMERSION and application.attended is False:
        moves = open_moves(intake, young_id, on, ApplicationAction.ADMIT)
        raise Refused("not_attended", "Ce jeune n’est pas venu à l’immersion : elle ne le rend pas admissible.", moves=moves)
    if met is Met.IMMERSION and application.status is ApplicationStatus.IMMERSION_PLANNED:
        _ensure_immersed(intake, application, None, on)
    return [events.ApplicationAdmissible(**common_fields(intake, young_id, on), met=met)]


def waitlist(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Put someone admissible on the waiting list."""
    if intake.application(young_id).status is ApplicationStatus.WAITLISTED:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.WAITLIST, on)
    return [events.ApplicationWaitlisted(**common_fields(intake, young_id, on))]


def refuse(intake: Intake, *, young_id: UUID, code: RefusalCode, on: date) -> list[IntakeEvent]:
    """Answer no, with a code that the sender sees: « unreachable » only once they were tried for three times."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.REFUSED and application.code is code:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.REFUSE, on)
    if code is RefusalCode.UNREACHABLE:
        ensure_tried(application, open_moves(intake, young_id, on))
    return [events.ApplicationRefused(**common_fields(intake, young_id, on), code=code)]


def reopen(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Take back a refusal, an expiry or a place declined: to be examined, or admissible where they were met already."""
    application = intake.application(young_id)
    if application.status is (ApplicationStatus.ADMISSIBLE if application.met else ApplicationStatus.UNDER_REVIEW):
        return []
    ensure_allowed(intake, young_id, ApplicationAction.REOPEN, on)
    return [events.ApplicationReopened(**common_fields(intake, young_id, on))]


def _ensure_to_come(intake: Intake, young_id: UUID, planned: date, on: date) -> None:
    if planned < on:
        sentence = f"Le {planned:%d/%m/%Y} est déjà passé : un rendez-vous se prévoit pour un jour à venir."
        raise Refused("planned_before", sentence, moves=open_moves(intake, young_id, on))


def _ensure_before_closing(intake: Intake, young_id: UUID, planned: date, on: date) -> None:
    if planned > intake.closes_on:
        sentence = f"Cette rentrée se clôt le {intake.closes_on:%d/%m/%Y} : un rendez-vous se prévoit avant."
        raise Refused("after_closing", sentence, moves=open_moves(intake, young_id, on))


def _ensure_immersed(intake: Intake, application: Application, action: ApplicationAction | None, on: date) -> None:
    first = application.planned_from
    if first and on < first:
        moves = open_moves(intake, application.young_id, on, *([action] if action else []))
        raise Refused("before_immersion", f"L’immersion commence le {first:%d/%m/%Y}.", moves=moves)


def open_moves(intake: Intake, young_id: UUID, on: date, *but: ApplicationAction) -> tuple[Move, ...]:
    """What may be done with an application on a day, `but` for what was just refused."""
    return APPLICATION.moves(intake.application(young_id).status, but=_closed(intake, on).union(but))


def ensure_allowed(intake: Intake, young_id: UUID, action: ApplicationAction, on: date) -> Application:
    """The application, where its status, its last day and the intake's closing allow the action. Raises Refused."""
    application = intake.application(young_id)
    closed = _closed(intake, on)
    APPLICATION.ensure(application.status, action, on=on, since=application.since, but=closed)
    if action in closed:
        sentence = f"Cette rentrée est close depuis le {intake.closes_on:%d/%m/%Y}."
        raise Refused("intake_closed", sentence, moves=open_moves(intake, young_id, on))
    return application


def _closed(intake: Intake, on: date) -> frozenset[ApplicationAction]:
    """What can no longer be done for the intake has closed."""
    return NOT_AFTER_CLOSING if on > intake.closes_on else frozenset()
