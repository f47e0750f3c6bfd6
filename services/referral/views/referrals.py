"""A referral as its agency reads it: its own words back, each application in French, and what came of it.

What may be shown is decided in the domain (visibility).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.referral import labels
from services.referral.domain.agency import Agency, Sender
from services.referral.domain.answer import Ending
from services.referral.domain.enrolments import EnrolmentHistory
from services.referral.domain.hand_backs import HandBackHistory
from services.referral.domain.journey import Journey
from services.referral.domain.legal import legal_delay
from services.referral.domain.milestones import Milestone, MilestoneKind
from services.referral.domain.person import Identity, Said, Sent, to_complete
from services.referral.domain.referral import Referral
from services.referral.domain.visibility import ApplicationView, ReferralView, UnopenedWish, seen_by_agency
from services.referral.views.schemas import (
    AnswerResponse,
    ApplicationResponse,
    CommonResponse,
    ContactResponse,
    HandBackResponse,
    LegalDelayResponse,
    MissingResponse,
    NamesResponse,
    ReferralInFullResponse,
    ReferralResponse,
    StepResponse,
    WarningResponse,
    WishResponse,
)
from services.referral.views.sentences import of_contact, of_delay, of_ending, of_hand_back, of_milestone, of_step
from services.referral.views.transfers import show_transfer
from shared.events.referral import Wish
from shared.web.names import Names, OrganisationResponse


@dataclass(frozen=True)
class Presenter:
    """Shows referrals to their agency, on a day, with the names of what they mention.

    `sent` holds, by referral, all that was sent of these persons (or more), in order of arrival.
    """

    agency: Agency | Sender
    sent: Mapping[UUID, Sent]
    names: Names
    today: date

    def referral(self, referral: Referral, journey: Journey) -> ReferralResponse:
        """A referral as a line of a list."""
        identity = self.sent[referral.referral_id].identity
        names = NamesResponse(family_name=identity.family_name, given_name=identity.given_name)
        return ReferralResponse(**self._common(referral, self._view(referral, journey)), identity=names)

    def in_full(self, referral: Referral, journey: Journey, *, earlier: Referral | None = None) -> ReferralInFullResponse:
        """The same, with its steps by date, and what came later for this kind of agency; `earlier`: to be warned of."""
        view = self._view(referral, journey)
        timeline, later = _timeline(referral, view, self.names), _later(view, self.names)
        shown = {**self._common(referral, view), "identity": self.sent[referral.referral_id].identity}
        return ReferralInFullResponse(**shown, timeline=timeline, later=later, warnings=list(warnings_of(earlier)))

    def _view(self, referral: Referral, journey: Journey) -> ReferralView:
        return seen_by_agency(journey, referral.referral_id, agency=self.agency.agency, kind=self.agency.kind)

    def _common(self, referral: Referral, view: ReferralView) -> dict[str, Any]:
        own, unopened = self.sent[referral.referral_id], view.unopened
        common = CommonResponse(
            **referral.model_dump(exclude={"agency", "wishes", "ending", "birth_month", "complete"}),
            agency=OrganisationResponse(id=self.agency.agency, name=self.agency.name),
            status=view.status, sentence=labels.REFERRAL_STATUSES[view.status],
            answer=_answer(view.ending, opened=bool(view.applications)) if view.ending else None,
            wishes=[_wish(wish, unopened.get(rank), self.names) for rank, wish in enumerate(referral.wishes, start=1)],
            to_complete=missing_of(own.identity, today=self.today),
            **{name: getattr(own, name) for name in Said.model_fields if name != "identity"},
            applications=[_application(application, self.names) for application in view.applications],
            legal_delay=_delay(own, referral, view, self.today),
            transfers=[show_transfer(one, self.names) for one in view.transfers],
            hand_backs=[_hand_back(one, self.today) for one in view.hand_backs],
        )  # fmt: skip
        return dict(common)


def missing_of(identity: Identity, *, today: date) -> list[MissingResponse]:
    """What is to be added to a file, in words."""
    return [MissingResponse(code=one, sentence=labels.MISSING[one]) for one in to_complete(identity, today=today)]


def warnings_of(earlier: Referral | None) -> tuple[WarningResponse, ...]:
    """What its agency is told of a referral that may be the same demand as an earlier one."""
    if earlier is None:
        return ()
    sentence = labels.ALREADY_REFERRED.format(on=earlier.submitted_on)
    return (WarningResponse(sentence=sentence, referral_id=earlier.referral_id, submitted_on=earlier.submitted_on),)


def _answer(ending: Ending, *, opened: bool) -> AnswerResponse:
    return AnswerResponse(**dict(ending), sentence=of_ending(ending, opened=opened))


def _wish(wish: Wish, code: UnopenedWish | None, names: Names) -> WishResponse:
    return WishResponse(
        school=names.school(wish.school) if wish.school else None,
        programme=names.programme(wish.school, wish.programme) if wish.school and wish.programme else None,
        sector=wish.sector, departments=wish.departments, year_of_study=wish.year_of_study,
        unopened=code, sentence=labels.UNOPENED[code] if code else None,
    )  # fmt: skip


def _application(view: ApplicationView, names: Names) -> ApplicationResponse:
    step = view.current
    return ApplicationResponse(
        intake_id=view.intake_id, school=names.school(view.school), programme=names.programme(view.school, view.programme),
        school_year=view.school_year,
        status=step.status, code=step.code, since=view.since, until=step.until, sentence=of_step(step), at=step.at,
        contacts=[ContactResponse(**dict(one), sentence=of_contact(one)) for one in view.contacts],
        reminded_on=view.reminded_on,
    )  # fmt: skip


def _delay(own: Sent, referral: Referral, view: ReferralView, today: date) -> LegalDelayResponse | None:
    delay = legal_delay(own, referral.situation, view.ending, today=today)
    return LegalDelayResponse(**dict(delay), sentence=of_delay(delay)) if delay else None


def _hand_back(one: HandBackHistory, today: date) -> HandBackResponse:
    late = one.acknowledged_on is None and one.due_on is not None and today > one.due_on
    return HandBackResponse(**one.model_dump(exclude={"enrolment_id", "agency", "ended"}), late=late, sentence=of_hand_back(one))


def _timeline(referral: Referral, view: ReferralView, names: Names) -> list[StepResponse]:
    steps = [StepResponse(on=referral.submitted_on, step="submitted", sentence="Orientation transmise.")]
    if view.answered_on:
        sentence = "Les vœux sont transmis aux écoles."
        steps.append(StepResponse(on=view.answered_on, step="wishes_answered", sentence=sentence))
    steps += _steps(view.applications, names)
    steps += [StepResponse(on=day, step="amended", sentence="Orientation corrigée.") for day in referral.amended_on]
    if day := referral.completed_on:
        steps.append(StepResponse(on=day, step="completed", sentence="Dossier complété."))
    if day := referral.withdrawal_requested_on:
        steps.append(StepResponse(on=day, step="withdrawal_requested", sentence="Retrait demandé."))
    return sorted(steps, key=lambda step: step.on)


def _steps(applications: Iterable[ApplicationView], names: Names) -> Iterator[StepResponse]:
    for view in applications:
        where = _where(view, names)
        for step in view.steps:
            yield StepResponse(on=step.on, step=step.status, sentence=of_step(step), **where)
        for contact in view.contacts:
            yield StepResponse(on=contact.on, step="contacted", sentence=of_contact(contact), **where)


def _later(view: ReferralView, names: Names) -> list[StepResponse]:
    steps = [
        StepResponse(
            on=milestone.on,
            step=milestone.kind,
            sentence=of_milestone(milestone),
            corrected_on=milestone.corrected_on,
            **_where(enrolment, names, on=_titled_on(milestone)),
        )
        for enrolment in view.enrolments
        for milestone in enrolment.milestones
    ]
    return sorted(steps, key=lambda step: step.on)


def _titled_on(milestone: Milestone) -> date | None:
    """The day whose title is shown, where it is not today's: a diploma has that of its session."""
    return milestone.on if milestone.kind in (MilestoneKind.DIPLOMA_OBTAINED, MilestoneKind.DIPLOMA_FAILED) else None


def _where(of: ApplicationView | EnrolmentHistory, names: Names, *, on: date | None = None) -> dict[str, Any]:
    """The intake that a step is of, in words."""
    return {
        "intake_id": of.intake_id, "school_year": of.school_year,
        "school": names.school(of.school) if of.school else None,
        "programme": names.programme(of.school, of.programme, on=on) if of.school and of.programme else None,
    }  # fmt: skip
