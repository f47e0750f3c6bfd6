"""Decisions on one young person's application to an intake, from its opening to the school's answer."""

from datetime import date
from uuid import UUID

from services.enrolment.domain.application import Application
from services.enrolment.domain.eligibility import priority_of, reasons_against
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
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
from shared.events.referral import ReferralSubmitted, RefusalCode
from shared.kernel.errors import Move, Refused


def apply(intake: Intake, *, referral: ReferralSubmitted, programme: Programme, on: date) -> list[IntakeEvent]:
    """A referral opens an application, joins the one that is open, or begins it again: nothing where its agency has its answer.

    Whether it is eligible is said to each. Who joins is told it alone, for the application is what the first made it.
    """
    application, starts_on = intake.application_of(referral.young_id), intake.starts_on
    if application and not _may_ask(application, referral):
        return []
    fields = common_fields(intake, referral.young_id, on)
    opened = events.ApplicationOpened(
        **fields, referral_id=referral.referral_id, agency=referral.agency, school_year=intake.school_year,
        priority=priority_of(referral, starts_on=starts_on),
    )  # fmt: skip
    reasons = reasons_against(referral.birth_month, starts_on=starts_on, programme=programme)
    joins = application is not None and application.status not in BEGINS_AGAIN_AFTER
    if reasons:
        alone = referral.referral_id if joins else None
        return [opened, events.ApplicationIneligible(**fields, reasons=reasons, referral_id=alone)]
    if application and application.status in OPEN:
        return [opened]
    return [opened, events.ApplicationUnderReview(**fields)]


def _may_ask(application: Application, referral: ReferralSubmitted) -> bool:
    """Whether a referral may ask for an application: as far as its own agency knows, nobody else's referral counts."""
    if application.has_referral(referral.referral_id) or application.status in WAS_A_PUPIL:
        return False
    own = application.mandate(referral.agency)
    return own is None or own.seen.status in OPEN | TAKEN_BACK


def review(intake: Intake, *, young_id: UUID, overridden: bool, on: date) -> list[IntakeEvent]:
    """Examine an application; for an ineligible one, only by overriding, for a motive that the school keeps."""
    if intake.application(young_id).status is ApplicationStatus.UNDER_REVIEW:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.REVIEW, on)
    if not overridden:
        sentence = "Cette candidature n’est pas éligible : il faut une dérogation motivée pour l’étudier."
        raise Refused("not_eligible", sentence, moves=open_moves(intake, young_id, on))
    return [events.ApplicationUnderReview(**common_fields(intake, young_id, on), overridden=True)]


def plan_interview(intake: Intake, *, young_id: UUID, planned_on: date, on: date) -> list[IntakeEvent]:
    """Agree on a day to meet; another day replaces it."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.INTERVIEW_PLANNED and application.planned_on == planned_on:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.PLAN_INTERVIEW, on)
    _ensure_to_come(intake, young_id, planned_on, on)
    return [events.InterviewPlanned(**common_fields(intake, young_id, on), planned_on=planned_on)]


def plan_immersion(intake: Intake, *, young_id: UUID, planned_from: date, planned_until: date, on: date) -> list[IntakeEvent]:
    """Agree on days in the workshop; others replace them."""
    application = intake.application(young_id)
    days = (planned_from, planned_until)
    if (
        application.status is ApplicationStatus.IMMERSION_PLANNED
        and (application.planned_from, application.planned_until) == days
    ):
        return []
    ensure_allowed(intake, young_id, ApplicationAction.PLAN_IMMERSION, on)
    _ensure_to_come(intake, young_id, planned_from, on)
    return [
        events.ImmersionPlanned(**common_fields(intake, young_id, on), planned_from=planned_from, planned_until=planned_until)
    ]


def end_immersion(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """The immersion took place."""
    if intake.application(young_id).status is ApplicationStatus.IMMERSION_ENDED:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.END_IMMERSION, on)
    return [events.ImmersionEnded(**common_fields(intake, young_id, on))]


def admit(intake: Intake, *, young_id: UUID, met: Met, on: date) -> list[IntakeEvent]:
    """Met, and good for a place as soon as there is one."""
    if intake.application(young_id).status is ApplicationStatus.ADMISSIBLE:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.ADMIT, on)
    return [events.ApplicationAdmissible(**common_fields(intake, young_id, on), met=met)]


def waitlist(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Put someone admissible on the waiting list."""
    if intake.application(young_id).status is ApplicationStatus.WAITLISTED:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.WAITLIST, on)
    return [events.ApplicationWaitlisted(**common_fields(intake, young_id, on))]


def refuse(intake: Intake, *, young_id: UUID, code: RefusalCode, on: date) -> list[IntakeEvent]:
    """Answer no, with a code that the sender sees."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.REFUSED and application.code is code:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.REFUSE, on)
    return [events.ApplicationRefused(**common_fields(intake, young_id, on), code=code)]


def reopen(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Take back a refusal or an expiry: to be examined, or admissible where they were met already."""
    application = intake.application(young_id)
    if application.status is (ApplicationStatus.ADMISSIBLE if application.met else ApplicationStatus.UNDER_REVIEW):
        return []
    ensure_allowed(intake, young_id, ApplicationAction.REOPEN, on)
    return [events.ApplicationReopened(**common_fields(intake, young_id, on))]


def _ensure_to_come(intake: Intake, young_id: UUID, planned: date, on: date) -> None:
    if planned < on:
        sentence = f"Le {planned:%d/%m/%Y} est déjà passé : un rendez-vous se prévoit pour un jour à venir."
        raise Refused("planned_before", sentence, moves=open_moves(intake, young_id, on))


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
