"""Intakes without persons, and applications as their reader may see them."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

from pydantic import BaseModel, Field

from services.enrolment import labels
from services.enrolment.domain.application import Application, Contact
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.visibility import as_shown, sees_what_others_make
from services.enrolment.domain.words import ABOUT, Said, about_contact, is_told
from services.enrolment.views.names import place_of
from shared.events.applications import ApplicationStatus, HeardBy, IneligibleReason, Met, SaidBy
from shared.events.catalogue import Promotion
from shared.events.contacts import ContactMeans
from shared.events.referral import RefusalCode
from shared.kernel.caller import Caller
from shared.web.names import Names, OrganisationResponse, ProgrammeResponse, SchoolResponse

NOTHING_SAID: Mapping[str, Said] = MappingProxyType({})


class SeatsResponse(BaseModel):
    """An intake and its seats; no person."""

    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    school_year: str
    year_of_study: int
    seats: int
    seats_left: int
    starts_on: date
    closes_on: date
    promotion: Promotion
    answer_days: int = Field(description="Jours ouvrés que l’école a pour répondre à ce qui commence.")
    offer_days: int = Field(description="Jours ouvrés qu’une famille a pour prendre une place.")


class ReferringResponse(BaseModel):
    """A referral that asked for the application, and its agency; how and when that ended, if before the rest.

    `priority` is what it says of the young person makes: for the school alone.
    """

    referral_id: UUID
    agency: OrganisationResponse
    on: date
    priority: int | None
    ended: ApplicationStatus | None
    ended_on: date | None


class ContactResponse(BaseModel):
    """An attempt to reach the applicant; the school alone reads its note."""

    on: date
    at: str | None
    means: ContactMeans
    reached: bool
    label: str
    note: str | None


class ApplicationResponse(BaseModel):
    """One application; `rank` is the place in the waiting list.

    `at`, `place` and `person` are of what is planned; `attended`, of an immersion that ended.

    An agency sees only its own referrals in it, nothing older than they are nor later than their end, and no priority nor
    rank: others make them. The school alone sees which referral may answer an offer (`offered_to`, none where it hears the
    answer itself), and what it recorded of the family's word.
    """

    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    school_year: str
    young_id: UUID
    status: ApplicationStatus
    label: str
    since: date
    opened_on: date
    priority: int | None
    rank: int | None
    referrals: list[ReferringResponse]
    reasons: tuple[IneligibleReason, ...]
    overridden: bool
    entry_on: date | None
    planned_on: date | None
    planned_from: date | None
    planned_until: date | None
    at: str | None
    place: str | None
    person: str | None
    attended: bool | None
    contacts: list[ContactResponse]
    met: Met | None
    until: date | None
    code: RefusalCode | None
    because: str | None
    offered_to: UUID | None
    heard_by: HeardBy | None
    said_by: SaidBy | None
    answer: str | None
    due_on: date | None = Field(default=None, description="Pour l’école : le dernier jour où elle, ou la famille, doit répondre.")
    motive: str | None = None


def seats(intake: Intake, names: Names) -> SeatsResponse:
    fields = intake.model_dump(include=set(SeatsResponse.model_fields) - {"school", "programme"})
    return SeatsResponse(**fields, **place_of(intake.school, intake.programme, names), seats_left=intake.seats_left)


def application(
    intake: Intake, young_id: UUID, caller: Caller, names: Names, motive: str | None = None,
    said: Mapping[str, Said] = NOTHING_SAID,
) -> ApplicationResponse:  # fmt: skip
    """An application as this caller may see it; `said` is what its school wrote about meeting the applicant."""
    shown = as_shown(caller, intake.application(young_id))
    told = said.get(ABOUT[shown.status], Said()) if is_told(intake.application(young_id), shown) else Said()
    fields = {
        **intake.model_dump(include={"intake_id", "school_year"}), **place_of(intake.school, intake.programme, names),
        **shown.model_dump(exclude={"arrival", "priority", "referrals", "contacts", "at", "answer_due", "offer_days"}),
        "referrals": _referring(shown, names, caller), "label": labels.APPLICATION.statuses[shown.status],
        "answer": _answer(shown), "at": shown.at if shown.status in ABOUT else None, "place": told.place, "person": told.person,
        "contacts": [_contact(one, said if sees_what_others_make(caller) else {}) for one in shown.contacts],
    }  # fmt: skip
    if not sees_what_others_make(caller):
        return ApplicationResponse(**fields, priority=None, rank=None, motive=None)
    due_on = min((due.on for due in shown.waiting.values()), default=shown.until)
    return ApplicationResponse(**fields, priority=shown.priority, rank=_rank(intake, young_id), due_on=due_on, motive=motive)


def _contact(contact: Contact, said: Mapping[str, Said]) -> ContactResponse:
    how = labels.CONTACTED[contact.means]
    label = f"Joint {how}" if contact.reached else f"Essai {how}, sans réponse"
    note = said.get(about_contact(contact), Said()).note
    return ContactResponse(**dict(contact), label=label, note=note)


def _referring(application: Application, names: Names, caller: Caller) -> list[ReferringResponse]:
    hidden = {} if sees_what_others_make(caller) else {"priority": None}
    return [
        ReferringResponse(
            **{**one.model_dump(exclude={"arrival", "seen", "due", "waits_since"}), "agency": names.agency(one.agency), **hidden}
        )
        for one in application.referrals
    ]


def _answer(application: Application) -> str | None:
    """What the school recorded of the family's word."""
    if not (application.heard_by and application.said_by and application.status in labels.ANSWERED):
        return None
    answered, how = labels.ANSWERED[application.status], labels.HEARD_BY[application.heard_by]
    return f"{answered} {how} le {application.since:%d/%m/%Y} par {labels.SAID_BY[application.said_by]}"


def _rank(intake: Intake, young_id: UUID) -> int | None:
    waiting = [one.young_id for one in intake.waiting_list]
    return waiting.index(young_id) + 1 if young_id in waiting else None
