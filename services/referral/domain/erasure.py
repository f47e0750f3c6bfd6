"""When a person may be erased: never while a school teaches them, for that enrolment has to be ended first, and by its school."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.referral.domain.enrolments import EnrolmentHistory
from services.referral.domain.journey import Journey
from services.referral.domain.milestones import MilestoneKind
from services.referral.domain.referral import Referral
from shared.kernel.errors import Refused

K = MilestoneKind
IS_PUPIL: Mapping[MilestoneKind, bool] = {
    **dict.fromkeys((K.ENROLLED, K.STARTED, K.RESUMED, K.MOVED_UP, K.REPEATED, K.CHANGED_PROGRAMME), True),
    **dict.fromkeys((K.DID_NOT_START, K.GAVE_UP, K.INTERRUPTED, K.COMPLETED), False),
}
"""Whether someone is a pupil after a milestone; the others say nothing of it."""


@dataclass(frozen=True)
class Retention:
    """How long things are kept: the audit; an identity, after the last thing told of its person; a file that was sent."""

    audit: timedelta
    identity: timedelta
    files: timedelta = timedelta(days=7)


def is_pupil(journey: Journey) -> bool:
    """Whether they are due at a school, or there, as far as enrolment told."""
    return any(map(_goes_on, journey.enrolments.values()))


def _goes_on(enrolment: EnrolmentHistory) -> bool:
    said = [IS_PUPIL[one.kind] for one in enrolment.milestones if one.kind in IS_PUPIL]
    return bool(said) and said[-1]


def last_told_on(journey: Journey, referrals: Iterable[Referral]) -> date:
    """The last day on which anything was told of a person: from it on, what is kept of who they are grows old."""
    said = [(one.submitted_on, one.withdrawal_requested_on, one.completed_on, *one.amended_on) for one in referrals]
    days = [day for of_one in said for day in of_one if day]
    days += [wishes.on for wishes in journey.wishes.values()]
    days += [step.on for application in journey.applications.values() for step in application.steps]
    days += [milestone.on for enrolment in journey.enrolments.values() for milestone in enrolment.milestones]
    return max(days, default=date.max)


def ensure_no_pupil(journeys: Iterable[Journey]) -> None:
    """Refused where one of these is a pupil."""
    if any(map(is_pupil, journeys)):
        sentence = "Ce jeune est élève d’une école : elle déclare d’abord la fin de son inscription."
        raise Refused("still_enrolled", sentence)
