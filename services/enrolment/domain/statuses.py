"""The status graphs of an application and of an enrolment: what may be done in each status, and by whom."""

from enum import StrEnum

from services.enrolment import labels
from shared.events.applications import ApplicationStatus
from shared.events.students import EnrolmentStatus
from shared.kernel.transitions import Transitions

SCHOOL = ("school:head", "school:office", "admin")


class ApplicationAction(StrEnum):
    """What a school or an agency may do to an application."""

    REVIEW = "review"
    CONTACT = "contact"
    PLAN_INTERVIEW = "plan_interview"
    PLAN_IMMERSION = "plan_immersion"
    CANCEL_MEETING = "cancel_meeting"
    END_IMMERSION = "end_immersion"
    ADMIT = "admit"
    WAITLIST = "waitlist"
    PLAN_ENTRY = "plan_entry"
    OFFER = "offer"
    EXTEND_OFFER = "extend_offer"
    TAKE_BACK_OFFER = "take_back_offer"
    CONFIRM = "confirm"
    DECLINE = "decline"
    REFUSE = "refuse"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


A = ApplicationAction
_meets = {A.PLAN_INTERVIEW, A.PLAN_IMMERSION, A.ADMIT}
_ends = {A.CONTACT, A.PLAN_ENTRY, A.REFUSE, A.WITHDRAW}
APPLICATION = Transitions(
    ApplicationStatus, ApplicationAction, labels=labels.APPLICATION,
    rows={
        ApplicationStatus.INELIGIBLE: {A.REVIEW, A.PLAN_ENTRY},
        ApplicationStatus.UNDER_REVIEW: _meets | _ends,
        ApplicationStatus.INTERVIEW_PLANNED: _meets | _ends | {A.CANCEL_MEETING},
        ApplicationStatus.IMMERSION_PLANNED: _meets | _ends | {A.CANCEL_MEETING, A.END_IMMERSION},
        ApplicationStatus.IMMERSION_ENDED: _meets | _ends,
        ApplicationStatus.ADMISSIBLE: _ends | {A.WAITLIST, A.OFFER},
        ApplicationStatus.WAITLISTED: _ends,  # a seat comes to them by promotion alone, in their order
        ApplicationStatus.OFFERED: {
            A.CONTACT, A.PLAN_ENTRY, A.EXTEND_OFFER, A.TAKE_BACK_OFFER, A.CONFIRM, A.DECLINE, A.WITHDRAW,
        },
        ApplicationStatus.REFUSED: {A.REOPEN},
        ApplicationStatus.EXPIRED: {A.REOPEN},
        ApplicationStatus.DECLINED: {A.REOPEN},
        ApplicationStatus.WITHDRAWN: (),
        ApplicationStatus.OBSOLETE: (),
        ApplicationStatus.ENROLLED: (),
        ApplicationStatus.RELEASED: (),
    },
    who={**dict.fromkeys(A, SCHOOL), **dict.fromkeys((A.CONFIRM, A.DECLINE, A.WITHDRAW), (*SCHOOL, "agency"))},
)  # fmt: skip
TAKEN_BACK = frozenset({ApplicationStatus.WITHDRAWN, ApplicationStatus.OBSOLETE})
"""An agency may ask again after these; after an answer, another may, of which it is not the answer."""
BEGINS_AGAIN_AFTER = TAKEN_BACK | {ApplicationStatus.REFUSED, ApplicationStatus.DECLINED, ApplicationStatus.EXPIRED}
"""A referral that comes then begins the application again."""
OPEN = APPLICATION.allowing(A.WITHDRAW)
"""Still asks for an answer: what may be taken back."""
WAITS_FOR_THE_SCHOOL = APPLICATION.allowing(A.ADMIT)
"""Whose answer is the school's to give: from the opening until somebody is found admissible."""
WAS_A_PUPIL = frozenset({ApplicationStatus.ENROLLED, ApplicationStatus.RELEASED})
HOLDS_A_SEAT = frozenset({ApplicationStatus.OFFERED, ApplicationStatus.ENROLLED})
NOT_AFTER_CLOSING = frozenset(A) - {A.CONTACT, A.CONFIRM, A.DECLINE, A.REFUSE, A.WITHDRAW}
"""What can no longer be done once the intake has closed."""


class EnrolmentAction(StrEnum):
    """What a school may do to an enrolment, and its agency to what became of it."""

    START = "start"
    RECORD_NO_SHOW = "record_no_show"
    GIVE_UP = "give_up"
    INTERRUPT = "interrupt"
    RESUME = "resume"
    MOVE_UP = "move_up"
    REPEAT = "repeat"
    CHANGE_PROGRAMME = "change_programme"
    COMPLETE = "complete"
    CONTINUE = "continue"
    SIT_AN_EXAM = "sit_an_exam"
    DECLARE_AN_OUTCOME = "declare_an_outcome"
    CORRECT = "correct"


E = EnrolmentAction
ENROLMENT = Transitions(
    EnrolmentStatus, EnrolmentAction, labels=labels.ENROLMENT,
    rows={
        EnrolmentStatus.DUE: {E.START, E.RECORD_NO_SHOW, E.GIVE_UP, E.CHANGE_PROGRAMME, E.CORRECT},
        EnrolmentStatus.PRESENT: {
            E.INTERRUPT, E.MOVE_UP, E.REPEAT, E.CHANGE_PROGRAMME, E.COMPLETE, E.SIT_AN_EXAM, E.CORRECT,
        },
        EnrolmentStatus.INTERRUPTED: {E.RESUME, E.DECLARE_AN_OUTCOME, E.CORRECT},
        EnrolmentStatus.COMPLETED: {E.CONTINUE, E.SIT_AN_EXAM, E.DECLARE_AN_OUTCOME, E.CORRECT},
        EnrolmentStatus.DID_NOT_START: {E.CORRECT},
        EnrolmentStatus.GAVE_UP: (),
    },
    who={**dict.fromkeys(E, SCHOOL), E.CONTINUE: ("school:head", "admin"), E.DECLARE_AN_OUTCOME: (*SCHOOL, "agency")},
)  # fmt: skip
