"""What enrolment published of one young person: their applications, their referrals' wishes, their years as a pupil.

One journey per young person, folded from events. Each part is fed by one source (an intake, a referral's wishes, the pupil)
and keeps its steps in that source's order: so the order between sources does not matter.
"""

from collections.abc import Mapping
from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain import applications, enrolments
from services.referral.domain.applications import ApplicationHistory
from services.referral.domain.enrolments import EnrolmentHistory, PupilEvent
from services.referral.domain.hand_backs import HandBackEvent, HandBackHistory, handed
from services.referral.domain.steps import ApplicationMoved
from services.referral.domain.transfers import TransferEvent, TransferHistory, transferred
from shared.events.applications import ApplicationEvent, ApplicationLeft, ApplicationOpened, Unopened, WishesAnswered
from shared.events.contacts import ApplicationContacted
from shared.events.delays import ApplicationReminded
from shared.events.hand_backs import HandBackAcknowledged, HandBackEnded, StudentHandedBack
from shared.events.students import StudentEvent
from shared.events.transfers import TransferAccepted, TransferDeclined, TransferLapsed, TransferProposed
from shared.kernel.identifiers import Slug

JourneyEvent = (
    WishesAnswered
    | ApplicationOpened
    | ApplicationLeft
    | ApplicationContacted
    | ApplicationReminded
    | ApplicationMoved
    | PupilEvent
    | HandBackEvent
    | TransferEvent
)


class AnsweredWishes(BaseModel):
    """Enrolment's answer to one referral's wishes: the last one, where they were amended; `on` is the day of the first."""

    model_config = ConfigDict(frozen=True)
    opened: tuple[UUID, ...]
    unopened: tuple[Unopened, ...]
    on: date
    again_on: date | None = None

    @property
    def last_on(self) -> date:
        """The day of the answer that counts."""
        return self.again_on or self.on


class Journey(BaseModel):
    """Applications by intake, answered wishes by referral, enrolments, handings back and transfers by their id."""

    model_config = ConfigDict(frozen=True)
    young_id: UUID
    applications: Mapping[UUID, ApplicationHistory] = {}
    wishes: Mapping[UUID, AnsweredWishes] = {}
    enrolments: Mapping[UUID, EnrolmentHistory] = {}
    hand_backs: Mapping[UUID, HandBackHistory] = {}
    transfers: Mapping[UUID, TransferHistory] = {}

    def followed_by(self, referral_id: UUID) -> list[EnrolmentHistory]:
        """The enrolments that a referral follows: it still asked when the place was confirmed."""
        followed = self.ids_followed_by(referral_id)
        return [one for id, one in self.enrolments.items() if id in followed]

    def ids_followed_by(self, referral_id: UUID) -> set[UUID]:
        """The same by their ids."""
        found = [(id, one, self.applications.get(one.intake_id)) for id, one in self.enrolments.items() if one.intake_id]
        return {id for id, one, application in found if application and application.has_enrolled(referral_id, one.enrolled_on)}

    def applications_at(self, school: Slug, referral_id: UUID) -> list[ApplicationHistory]:
        """The applications of a referral at a school, those that it took back among them."""
        own = [application for application in self.applications.values() if application.school == school]
        return [application for application in own if application.steps_of(referral_id)]


def fold(journey: Journey, event: JourneyEvent) -> Journey:
    """The journey after an event of enrolment."""
    match event:
        case WishesAnswered():
            before = journey.wishes.get(event.referral_id)
            days = {"on": before.on, "again_on": event.on} if before else {"on": event.on}
            answered = AnsweredWishes(opened=event.opened, unopened=event.unopened, **days)
            return journey.model_copy(update={"wishes": {**journey.wishes, event.referral_id: answered}})
        case ApplicationEvent():
            known = journey.applications.get(event.intake_id)
            application = known or ApplicationHistory(school=event.school, programme=event.programme)
            changed = {**journey.applications, event.intake_id: _of_application(application, event)}
            return journey.model_copy(update={"applications": changed})
        case StudentHandedBack() | HandBackAcknowledged() | HandBackEnded():
            after = handed(journey.hand_backs.get(event.hand_back_id), event)
            return journey.model_copy(update={"hand_backs": {**journey.hand_backs, event.hand_back_id: after}})
        case TransferProposed() | TransferAccepted() | TransferDeclined() | TransferLapsed():
            moved = transferred(journey.transfers.get(event.transfer_id), event)
            return journey.model_copy(update={"transfers": {**journey.transfers, event.transfer_id: moved}})
        case StudentEvent():
            enrolment = enrolments.followed(journey.enrolments.get(event.enrolment_id, EnrolmentHistory()), event)
            return journey.model_copy(update={"enrolments": {**journey.enrolments, event.enrolment_id: enrolment}})
        case _:
            assert_never(event)


def _of_application(
    application: ApplicationHistory,
    event: ApplicationOpened | ApplicationLeft | ApplicationContacted | ApplicationReminded | ApplicationMoved,
) -> ApplicationHistory:
    match event:
        case ApplicationOpened():
            return applications.opened(application, event)
        case ApplicationLeft():
            return applications.left(application, event)
        case ApplicationContacted():
            return applications.contacted(application, event)
        case ApplicationReminded():
            return applications.reminded(application, event)
        case _:
            return applications.moved(application, event)
