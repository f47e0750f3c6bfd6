"""Decisions on one young person's application to an intake, from its opening to its terminal answer."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.enrolment.domain.intake import Application, Intake, Referring
from services.enrolment.domain.school import Programme
from services.enrolment.domain.seats import about
from services.enrolment.domain.statuses import ALLOWED, FRENCH, NOT_AFTER_CLOSING, OPEN, Verb
from shared.events import (
    ApplicationAdmissible,
    ApplicationIneligible,
    ApplicationLeft,
    ApplicationObsolete,
    ApplicationOpened,
    ApplicationRefused,
    ApplicationReopened,
    ApplicationUnderReview,
    ApplicationWaitlisted,
    ApplicationWithdrawn,
    Event,
    ImmersionEnded,
    ImmersionPlanned,
    InterviewPlanned,
    PlaceConfirmed,
    PlaceDeclined,
    PlaceOffered,
    ReferralSubmitted,
)
from shared.events.applications import ApplicationStatus, IneligibleReason, Met
from shared.events.referral import RefusalCode, Situation
from shared.kernel.calendar import age_on
from shared.kernel.errors import Refused

OPEN_FROM = 14
MACHINES_FROM = 15
"""Code du travail, D. 4153-15 and after: regulated works are for those who have turned 15."""


def reasons_against(birth_month: str, *, starts_on: date, programme: Programme) -> tuple[IneligibleReason, ...]:
    """Every reason why someone may not enter a programme that starts on a day."""
    age = age_on(birth_month, starts_on)
    reasons = []
    if age < OPEN_FROM:
        reasons.append(IneligibleReason.TOO_YOUNG)
    if age < MACHINES_FROM and programme.dangerous_machines:
        reasons.append(IneligibleReason.TOO_YOUNG_FOR_MACHINES)
    return tuple(reasons)


def priority_of(referral: ReferralSubmitted, *, starts_on: date) -> int:
    """1: out of school and 15 to 18 when the intake starts; 2: 15 to 18; 3: the others."""
    if not 15 <= age_on(referral.birth_month, starts_on) <= 18:
        return 3
    return 1 if referral.situation is Situation.OUT_OF_SCHOOL else 2


def apply(intake: Intake, *, referral: ReferralSubmitted, programme: Programme, on: date) -> list[Event]:
    """A referral opens an application, or joins the one that another referral opened. Nothing where it was answered already."""
    application = intake.application_of(referral.young_id)
    starts_on = intake.starts_on
    opened = ApplicationOpened(
        **about(intake, referral.young_id, on), referral_id=referral.referral_id, agency=referral.agency,
        school_year=intake.school_year, priority=priority_of(referral, starts_on=starts_on),
    )  # fmt: skip
    if application and application.asked_by(referral.referral_id):
        return []
    if application and application.status in OPEN:
        return [opened]
    if application and application.status not in (ApplicationStatus.WITHDRAWN, ApplicationStatus.OBSOLETE):
        return []
    reasons = reasons_against(referral.birth_month, starts_on=starts_on, programme=programme)
    if reasons:
        return [opened, ApplicationIneligible(**about(intake, referral.young_id, on), reasons=reasons)]
    return [opened, ApplicationUnderReview(**about(intake, referral.young_id, on))]


def review(intake: Intake, *, young_id: UUID, overridden: bool, on: date) -> list[Event]:
    """Examine an application; for an ineligible one, only by overriding, for a motive that the school keeps."""
    if intake.application(young_id).status is ApplicationStatus.UNDER_REVIEW:
        return []
    _may(intake, young_id, Verb.REVIEW, on)
    if not overridden:
        raise Refused("not_eligible", "Cette candidature n’est pas éligible : il faut une dérogation motivée pour l’étudier.")
    return [ApplicationUnderReview(**about(intake, young_id, on), overridden=True)]


def plan_interview(intake: Intake, *, young_id: UUID, planned_on: date, on: date) -> list[Event]:
    """Agree on a day to meet; another day replaces it."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.INTERVIEW_PLANNED and application.planned_on == planned_on:
        return []
    _may(intake, young_id, Verb.PLAN_INTERVIEW, on)
    _to_come(planned_on, on)
    return [InterviewPlanned(**about(intake, young_id, on), planned_on=planned_on)]


def plan_immersion(intake: Intake, *, young_id: UUID, planned_from: date, planned_until: date, on: date) -> list[Event]:
    """Agree on days in the workshop; others replace them."""
    application = intake.application(young_id)
    days = (planned_from, planned_until)
    if (
        application.status is ApplicationStatus.IMMERSION_PLANNED
        and (application.planned_from, application.planned_until) == days
    ):
        return []
    _may(intake, young_id, Verb.PLAN_IMMERSION, on)
    _to_come(planned_from, on)
    return [ImmersionPlanned(**about(intake, young_id, on), planned_from=planned_from, planned_until=planned_until)]


def end_immersion(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """The immersion took place."""
    if intake.application(young_id).status is ApplicationStatus.IMMERSION_ENDED:
        return []
    _may(intake, young_id, Verb.END_IMMERSION, on)
    return [ImmersionEnded(**about(intake, young_id, on))]


def admit(intake: Intake, *, young_id: UUID, met: Met, on: date) -> list[Event]:
    """Met, and good for a place as soon as there is one."""
    if intake.application(young_id).status is ApplicationStatus.ADMISSIBLE:
        return []
    _may(intake, young_id, Verb.ADMIT, on)
    return [ApplicationAdmissible(**about(intake, young_id, on), met=met)]


def waitlist(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """Put someone admissible on the waiting list."""
    if intake.application(young_id).status is ApplicationStatus.WAITLISTED:
        return []
    _may(intake, young_id, Verb.WAITLIST, on)
    return [ApplicationWaitlisted(**about(intake, young_id, on))]


def offer(intake: Intake, *, young_id: UUID, until: date, on: date) -> list[Event]:
    """Hold a seat until the end of a day, at the latest the day the intake closes. Offering twice changes nothing."""
    if intake.application(young_id).status is ApplicationStatus.OFFERED:
        return []
    _may(intake, young_id, Verb.OFFER, on)
    if until < on:
        raise Refused("until_before", "La date limite de réponse est déjà passée.")
    if intake.seats_left < 1:
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.")
    return [PlaceOffered(**about(intake, young_id, on), until=min(until, intake.closes_on))]


def confirm(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """Take the seat that was offered, within its deadline. The pupil's own document is written in the same transaction."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.ENROLLED:
        return []
    _may(intake, young_id, Verb.CONFIRM, on)
    if application.until and on > application.until:
        raise Refused("offer_expired", f"Cette place était proposée jusqu’au {application.until:%d/%m/%Y}.")
    return [PlaceConfirmed(**about(intake, young_id, on))]


def decline(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """Say no to the seat that was offered."""
    if intake.application(young_id).status is ApplicationStatus.DECLINED:
        return []
    _may(intake, young_id, Verb.DECLINE, on)
    return [PlaceDeclined(**about(intake, young_id, on))]


def refuse(intake: Intake, *, young_id: UUID, code: RefusalCode, on: date) -> list[Event]:
    """Answer no, with a code that the sender sees."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.REFUSED and application.code is code:
        return []
    _may(intake, young_id, Verb.REFUSE, on)
    return [ApplicationRefused(**about(intake, young_id, on), code=code)]


def reopen(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """Take back a refusal or an expiry: to be examined, or admissible where they were met already."""
    application = intake.application(young_id)
    if application.status is (ApplicationStatus.ADMISSIBLE if application.met else ApplicationStatus.UNDER_REVIEW):
        return []
    _may(intake, young_id, Verb.REOPEN, on)
    return [ApplicationReopened(**about(intake, young_id, on))]


def withdraw(intake: Intake, *, young_id: UUID, agency: str | None, on: date) -> list[Event]:
    """A school takes the application back; an agency, its own part. A seat that it held is free again once it has ended."""
    application = intake.application(young_id)
    leaving = [one for one in application.asking if agency in (None, one.agency)]
    if application.status is ApplicationStatus.WITHDRAWN or not leaving:
        return []
    _may(intake, young_id, Verb.WITHDRAW, on)
    return _take_back(intake, application, leaving, on)


def withdraw_referral(intake: Intake, *, young_id: UUID, referral_id: UUID, on: date) -> list[Event]:
    """An agency withdraws a whole referral: what this one still asks for is taken back, what was answered stays."""
    application = intake.application_of(young_id)
    if application is None or application.status not in OPEN:
        return []
    return _take_back(intake, application, [one for one in application.asking if one.referral_id == referral_id], on)


def make_obsolete(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """Enrolled elsewhere: an open application no longer asks for an answer."""
    application = intake.application_of(young_id)
    if application is None or application.status not in OPEN:
        return []
    return [ApplicationObsolete(**about(intake, young_id, on), because="enrolled_elsewhere")]


def _take_back(intake: Intake, application: Application, leaving: Sequence[Referring], on: date) -> list[Event]:
    """The application ends with the last referrals that ask for it; before, it goes on for the others."""
    said = about(intake, application.young_id, on)
    if len(leaving) == len(application.asking):
        return [ApplicationWithdrawn(**said)]
    return [ApplicationLeft(**said, referral_id=one.referral_id, agency=one.agency) for one in leaving]


def _to_come(planned: date, on: date) -> None:
    if planned < on:
        raise Refused("planned_before", f"Le {planned:%d/%m/%Y} est déjà passé : un rendez-vous se prévoit pour un jour à venir.")


def _may(intake: Intake, young_id: UUID, verb: Verb, on: date) -> Application:
    """The application, where the table allows the verb on that day. Raises Refused with the status, or the day, that does not."""
    application = intake.application(young_id)
    if verb not in ALLOWED[application.status]:
        raise Refused("not_allowed", f"Une candidature « {FRENCH[application.status]} » ne permet pas cette action.")
    if on < application.since:
        sentence = f"Le {on:%d/%m/%Y} précède le {application.since:%d/%m/%Y}, dernier jour connu de cette candidature."
        raise Refused("before_previous_step", sentence)
    if verb in NOT_AFTER_CLOSING and on > intake.closes_on:
        raise Refused("intake_closed", f"Cette rentrée est close depuis le {intake.closes_on:%d/%m/%Y}.")
    return application
