"""Handing an interrupted minor back to who referred them: told once, acknowledged once, of no use once they are back.

Eight days are days of the calendar, from the one on which it was told: the law has no holidays for a minor who is in no school,
and the open days of an agency are not known here. Who was a minor on the day of the interruption stays to be acknowledged once
they come of age: nobody is lost for having had a birthday.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.enrolment import labels
from services.enrolment.domain.enrolment import ENROLMENTS, Enrolment
from services.enrolment.domain.files import MAJORITY
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.visibility import own_hand_backs
from shared.events.hand_backs import AcknowledgedBy, HandBackAcknowledged, HandBackEnd, HandBackEnded, StudentHandedBack
from shared.events.referral import AgencyKind
from shared.events.students import EnrolmentStatus
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import age_on
from shared.kernel.identifiers import Slug
from shared.kernel.transitions import Transitions

DAYS = timedelta(days=8)
TOLD_OF_INTERRUPTIONS = frozenset({AgencyKind.CIO, AgencyKind.MISSION_LOCALE, AgencyKind.MLDS, AgencyKind.PSAD})
"""Kinds of agencies that are told what came after the answer; for a pupil of others, an administrator finds who takes over."""


class HandBackStatus(StrEnum):
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


class Listed(StrEnum):
    """What a list of them may be of: one status, or what nobody took note of in time."""

    WAITING = "waiting"
    LATE = "late"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


class HandBackAction(StrEnum):
    ACKNOWLEDGE = "acknowledge"


HAND_BACK = Transitions(
    HandBackStatus, HandBackAction, labels=labels.HAND_BACK,
    rows={HandBackStatus.WAITING: {HandBackAction.ACKNOWLEDGE}, HandBackStatus.ACKNOWLEDGED: (), HandBackStatus.ENDED: ()},
    who={HandBackAction.ACKNOWLEDGE: ("agency", "admin")},
)  # fmt: skip


class HandBack(BaseModel):
    """One interruption of one pupil, for one agency; for none, where none may be told."""

    model_config = ConfigDict(frozen=True)
    hand_back_id: UUID
    enrolment_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug
    agency: Slug | None
    interrupted_on: date
    handed_on: date
    due_on: date
    status: HandBackStatus = HandBackStatus.WAITING
    since: date
    by: AcknowledgedBy | None = None
    because: HandBackEnd | None = None

    def late_on(self, day: date) -> bool:
        """Whether nobody acknowledged it in time."""
        return self.status is HandBackStatus.WAITING and day > self.due_on


HandBackEvent = StudentHandedBack | HandBackAcknowledged | HandBackEnded


def is_interrupted_minor(pupil: Pupil, enrolment: Enrolment) -> bool:
    """Whether someone left this enrolment as a minor, by the day of the interruption, and has not come back."""
    left_on = enrolment.left_on
    interrupted = enrolment.status is EnrolmentStatus.INTERRUPTED and left_on is not None
    return interrupted and age_on(pupil.birth_month, left_on or date.max) < MAJORITY


def hand_back_id_of(enrolment: Enrolment, agency: str | None) -> UUID:
    """One for each interruption of an enrolment and each agency."""
    count = sum(step.fact is Fact.INTERRUPTION for step in enrolment.presence)
    return uuid5(ENROLMENTS, f"{enrolment.enrolment_id} {count} {agency or ''}")


def hand_back(known: HandBack | None, *, pupil: Pupil, enrolment: Enrolment, agency: str | None, on: date) -> list[HandBackEvent]:
    """Hand an interrupted minor back, on the day that it is told. Once; again after it had ended for another reason."""
    if known and known.status is not HandBackStatus.ENDED:
        return []
    assert enrolment.left_on
    return [
        StudentHandedBack(
            hand_back_id=hand_back_id_of(enrolment, agency), enrolment_id=enrolment.enrolment_id, young_id=pupil.young_id,
            school=enrolment.school, programme=enrolment.now.programme, agency=agency, interrupted_on=enrolment.left_on,
            due_on=on + DAYS, on=on,
        )
    ]  # fmt: skip


def acknowledge(known: HandBack, *, agency: str | None, on: date) -> list[HandBackEvent]:
    """Take note that a minor is to be followed again: the agency, or an administrator in its place. Late is better than never."""
    if known.status is HandBackStatus.ACKNOWLEDGED:
        return []
    HAND_BACK.ensure(known.status, HandBackAction.ACKNOWLEDGE, on=on, since=known.since)
    by = AcknowledgedBy.AGENCY if agency else AcknowledgedBy.ADMINISTRATOR
    return [HandBackAcknowledged(**_about(known), by=by, on=on)]


def end(known: HandBack, *, because: HandBackEnd, on: date) -> list[HandBackEvent]:
    """Nothing is left to acknowledge; what was, stays so, but for an interruption that was none."""
    acknowledged = known.status is HandBackStatus.ACKNOWLEDGED and because is not HandBackEnd.CORRECTED
    if known.status is HandBackStatus.ENDED or acknowledged:
        return []
    return [HandBackEnded(**_about(known), because=because, on=on)]


def evolve(known: HandBack | None, event: HandBackEvent) -> HandBack:
    """The handing back after an event."""
    if isinstance(event, StudentHandedBack):
        return HandBack(**event.model_dump(exclude={"on"}), handed_on=event.on, since=event.on)
    assert known is not None
    match event:
        case HandBackAcknowledged():
            return known.model_copy(update={"status": HandBackStatus.ACKNOWLEDGED, "by": event.by, "since": event.on})
        case HandBackEnded():
            return known.model_copy(update={"status": HandBackStatus.ENDED, "because": event.because, "since": event.on})
        case _:
            assert_never(event)


def _about(known: HandBack) -> dict[str, Any]:
    return known.model_dump(include={"hand_back_id", "enrolment_id", "young_id", "school", "programme", "agency"})


HAND_BACKS = Aggregate("hand_backs", HandBack, evolve, visible_to=own_hand_backs)
