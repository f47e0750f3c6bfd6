"""What enrolment said of one young person: their applications, their referrals' wishes, their years as a pupil.

One journey per young person, folded from what is heard. Each part is fed by one source (an intake, a referral's wishes, the
pupil) and keeps its steps in that source's order: so the order between sources does not matter.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from shared import events as told
from shared.events import Event, WishesAnswered
from shared.events.applications import ApplicationEvent, IneligibleReason, Unopened
from shared.events.students import StudentEvent
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import Slug


class Standing(StrEnum):
    """Where an application stands."""

    OPENED = "opened"
    INELIGIBLE = "ineligible"
    UNDER_REVIEW = "under_review"
    INTERVIEW_PLANNED = "interview_planned"
    IMMERSION_PLANNED = "immersion_planned"
    IMMERSION_ENDED = "immersion_ended"
    ADMISSIBLE = "admissible"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ENROLLED = "enrolled"
    DECLINED = "declined"
    EXPIRED = "expired"
    REFUSED = "refused"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    OBSOLETE = "obsolete"


BEGINS_AGAIN_AFTER = (Standing.WITHDRAWN, Standing.OBSOLETE)
STANDINGS: Mapping[type[ApplicationEvent], Standing] = {
    told.ApplicationOpened: Standing.OPENED,
    told.ApplicationIneligible: Standing.INELIGIBLE,
    told.ApplicationUnderReview: Standing.UNDER_REVIEW,
    told.InterviewPlanned: Standing.INTERVIEW_PLANNED,
    told.ImmersionPlanned: Standing.IMMERSION_PLANNED,
    told.ImmersionEnded: Standing.IMMERSION_ENDED,
    told.ApplicationAdmissible: Standing.ADMISSIBLE,
    told.ApplicationWaitlisted: Standing.WAITLISTED,
    told.PlaceOffered: Standing.OFFERED,
    told.PlaceConfirmed: Standing.ENROLLED,
    told.PlaceDeclined: Standing.DECLINED,
    told.PlaceExpired: Standing.EXPIRED,
    told.ApplicationRefused: Standing.REFUSED,
    told.ApplicationReopened: Standing.REOPENED,
    told.ApplicationLeft: Standing.WITHDRAWN,
    told.ApplicationWithdrawn: Standing.WITHDRAWN,
    told.ApplicationObsolete: Standing.OBSOLETE,
}

YEARS: Mapping[type[StudentEvent], str] = {
    told.StudentEnrolled: "enrolled",
    told.StudentStarted: "started",
    told.StudentDidNotStart: "did_not_start",
    told.StudentInterrupted: "interrupted",
    told.StudentResumed: "resumed",
    told.StudentMovedUp: "moved_up",
    told.StudentRepeated: "repeated",
    told.StudentChangedProgramme: "changed_programme",
    told.StudentCompleted: "completed",
    told.ExamRegistered: "exam_registered",
    told.DiplomaObtained: "diploma_obtained",
    told.DiplomaFailed: "diploma_failed",
    told.OutcomeDeclared: "outcome_declared",
}


class Step(BaseModel):
    """One thing that happened to an application."""

    standing: Standing
    on: date
    code: str | None = None
    reasons: tuple[IneligibleReason, ...] = ()
    planned: date | None = None
    until: date | None = None


class Candidacy(BaseModel):
    """An application to one intake, as heard."""

    school: Slug
    programme: Slug
    school_year: SchoolYear | None = None
    asked_by: list[UUID] = []
    """The referrals that it goes on for."""
    steps: list[Step] = []
    ended: dict[UUID, list[Step]] = {}
    """By referral that it no longer goes on for: the steps up to its own end."""

    def steps_of(self, referral_id: UUID) -> list[Step]:
        """What happened to it as far as it concerns one referral; nothing before that one's own opening was heard."""
        return self.ended.get(referral_id, self.steps if referral_id in self.asked_by else [])


class Later(BaseModel):
    """One thing that happened to the pupil."""

    step: str
    on: date
    code: str | None = None
    horizon: int | None = None


class Schooling(BaseModel):
    """An enrolment: its school, the intake that it came from, and what followed."""

    school: Slug | None = None
    intake_id: UUID | None = None
    steps: list[Later] = []


class Wishes(BaseModel):
    """Enrolment's answer to one referral's wishes."""

    opened: tuple[UUID, ...]
    unopened: tuple[Unopened, ...]
    on: date


class Journey(BaseModel):
    young_id: UUID
    heard: dict[str, int] = {}
    candidacies: dict[UUID, Candidacy] = {}
    wishes: dict[UUID, Wishes] = {}
    schoolings: dict[UUID, Schooling] = {}

    def may_be_named_at(self, school: Slug, *, to_the_workshop: bool) -> bool:
        """Whether a school may know who this is: its applicant or, for its workshop, its pupil."""
        known = self.schoolings if to_the_workshop else self.candidacies
        return any(one.school == school for one in known.values())

    def schools_of(self, referral_id: UUID) -> set[Slug]:
        """The schools where a referral has an application that goes on for it."""
        return {self.candidacies[id].school for id in self.intakes_of(referral_id)}

    def intakes_of(self, referral_id: UUID) -> set[UUID]:
        """The intakes where a referral has an application that goes on for it, or ended for all."""
        return {id for id, candidacy in self.candidacies.items() if referral_id in candidacy.asked_by}


def hear(journey: Journey, event: Event, *, slot: str, sequence: int) -> Journey:
    """The journey after an event of enrolment; the same one when this source had already told it, or something later."""
    if journey.heard.get(slot, -1) >= sequence:
        return journey
    after = journey.model_copy(deep=True)
    after.heard[slot] = sequence
    match event:
        case WishesAnswered():
            after.wishes[event.referral_id] = Wishes(opened=event.opened, unopened=event.unopened, on=event.on)
        case ApplicationEvent():
            _hear_of_an_application(after, event)
        case StudentEvent():
            schooling = after.schoolings.setdefault(event.enrolment_id, Schooling())
            if isinstance(event, told.StudentEnrolled):
                schooling.school, schooling.intake_id = event.school, event.intake_id
            schooling.steps.append(_later(event))
    return after


def _hear_of_an_application(journey: Journey, event: ApplicationEvent) -> None:
    candidacy = journey.candidacies.setdefault(event.intake_id, Candidacy(school=event.school, programme=event.programme))
    match event:
        case told.ApplicationOpened():
            _hear_who_asks(candidacy, event)
        case told.ApplicationLeft():
            candidacy.ended[event.referral_id] = [*candidacy.steps, _step(event)]
            candidacy.asked_by = [id for id in candidacy.asked_by if id != event.referral_id]
        case _:
            candidacy.steps.append(_step(event))


def _hear_who_asks(candidacy: Candidacy, event: told.ApplicationOpened) -> None:
    """A first referral, one that joins it where it stands, or one for which it begins again once it had ended."""
    candidacy.school_year = event.school_year
    if candidacy.steps and candidacy.steps[-1].standing in BEGINS_AGAIN_AFTER:
        candidacy.ended |= dict.fromkeys(candidacy.asked_by, candidacy.steps)
        candidacy.asked_by, candidacy.steps = [], []
    candidacy.asked_by.append(event.referral_id)
    if not candidacy.steps:
        candidacy.steps.append(_step(event))


def _step(event: ApplicationEvent) -> Step:
    standing, on = STANDINGS[type(event)], event.on
    match event:
        case told.ApplicationIneligible():
            return Step(standing=standing, on=on, reasons=event.reasons)
        case told.InterviewPlanned():
            return Step(standing=standing, on=on, planned=event.planned_on)
        case told.ImmersionPlanned():
            return Step(standing=standing, on=on, planned=event.planned_from, until=event.planned_until)
        case told.PlaceOffered():
            return Step(standing=standing, on=on, until=event.until)
        case told.ApplicationRefused():
            return Step(standing=standing, on=on, code=event.code)
        case told.ApplicationObsolete():
            return Step(standing=standing, on=on, code=event.because)
        case _:
            return Step(standing=standing, on=on)


def _later(event: StudentEvent) -> Later:
    step, on = YEARS[type(event)], event.on
    match event:
        case told.StudentInterrupted():
            return Later(step=step, on=on, code=event.code)
        case told.OutcomeDeclared():
            return Later(step=step, on=on, code=event.situation, horizon=event.horizon)
        case _:
            return Later(step=step, on=on)
