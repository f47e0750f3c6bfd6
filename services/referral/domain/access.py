"""How long a school may know who somebody is: from their application there until a time after it ended, or after they left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.referral.domain.applications import ApplicationHistory
from services.referral.domain.enrolments import EnrolmentHistory
from services.referral.domain.journey import Journey
from services.referral.domain.milestones import MilestoneKind
from shared.events.applications import ApplicationStatus
from shared.kernel.caller import Caller

ENDED = frozenset(
    {
        ApplicationStatus.INELIGIBLE, ApplicationStatus.REFUSED, ApplicationStatus.DECLINED, ApplicationStatus.EXPIRED,
        ApplicationStatus.WITHDRAWN, ApplicationStatus.OBSOLETE,
    }
)  # fmt: skip
"""Terminal answers without an enrolment."""
GONE = frozenset({MilestoneKind.DID_NOT_START, MilestoneKind.GAVE_UP, MilestoneKind.INTERRUPTED, MilestoneKind.COMPLETED})
HERE = frozenset(
    {
        MilestoneKind.ENROLLED, MilestoneKind.STARTED, MilestoneKind.RESUMED, MilestoneKind.MOVED_UP, MilestoneKind.REPEATED,
        MilestoneKind.CHANGED_PROGRAMME,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """How long an identity stays open to a school."""

    after_answer: timedelta
    """Once it ended an application that led to no enrolment: time to answer an appeal or a question."""
    after_departure: timedelta
    """Once its pupil left: what became of them is asked for up to two years."""


def may_name(caller: Caller, journey: Journey, *, on: date, terms: Terms) -> bool:
    """Whether a school's person may know on a day who this is: its applicant or pupil and, for its workshop, its pupil."""
    if caller.kind != "school":
        return False
    enrolments = [one for one in journey.enrolments.values() if one.school == caller.tenant]
    ends = list(_ends_of(enrolments, terms))
    if caller.role != "workshop":
        applications = [one for one in journey.applications.values() if one.school == caller.tenant]
        ends += [_end_of(one, terms, is_pupil=bool(enrolments)) for one in applications]
    return any(on <= end for end in ends)


def _end_of(application: ApplicationHistory, terms: Terms, *, is_pupil: bool) -> date:
    """The last day that an application gives. Of one that led to an enrolment, the enrolment gives its own."""
    if not application.steps:
        return date.max
    last = application.steps[-1]
    if last.status is ApplicationStatus.ENROLLED:
        return date.min if is_pupil else date.max  # a moment before the pupil is heard of
    return last.on + terms.after_answer if last.status in ENDED else date.max


def _ends_of(enrolments: list[EnrolmentHistory], terms: Terms) -> Iterator[date]:
    for enrolment in enrolments:
        told = [one for one in enrolment.milestones if one.kind in GONE | HERE]
        yield told[-1].on + terms.after_departure if told and told[-1].kind in GONE else date.max
