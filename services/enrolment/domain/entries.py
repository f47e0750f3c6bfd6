"""Another day of entry than the intake's first, agreed on for one young person."""

from datetime import date
from uuid import UUID

from services.enrolment.domain.applications import ensure_allowed, open_moves
from services.enrolment.domain.eligibility import priority_of, reasons_against
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.school import Programme
from services.enrolment.domain.statuses import ApplicationAction
from shared.events import applications as events
from shared.events.applications import ApplicationStatus
from shared.kernel.calendar import BirthMonth
from shared.kernel.errors import Invalid, Refused


def plan_entry(
    intake: Intake,
    *,
    young_id: UUID,
    entry_on: date,
    birth_month: BirthMonth,
    out_of_school: bool,
    programme: Programme,
    on: date,
) -> list[IntakeEvent]:
    """Agree on a day of entry: age and priority are judged for it, and who was too young for the first day is examined.

    Refused (`not_eligible`) to whom will be too young on that day too, unless a dispensation was given.
    """
    application = intake.application(young_id)
    ineligible = application.status is ApplicationStatus.INELIGIBLE
    if application.entry_on == entry_on and not ineligible:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.PLAN_ENTRY, on)
    _ensure_within_the_year(intake, entry_on, on)
    if not application.overridden and reasons_against(birth_month, entry_on=entry_on, programme=programme):
        sentence = f"Ce jeune n’aura pas l’âge que demande cette formation le {entry_on:%d/%m/%Y}."
        raise Refused("not_eligible", sentence, moves=open_moves(intake, young_id, on, ApplicationAction.PLAN_ENTRY))
    priority = priority_of(birth_month, out_of_school=out_of_school or application.priority == 1, entry_on=entry_on)
    planned = events.EntryPlanned(**common_fields(intake, young_id, on), entry_on=entry_on, priority=priority)
    return [planned, events.ApplicationUnderReview(**common_fields(intake, young_id, on))] if ineligible else [planned]


def _ensure_within_the_year(intake: Intake, entry_on: date, on: date) -> None:
    """An entry is neither past, nor before the intake's first day, nor after the school year."""
    first, last = max(intake.starts_on, on), date(int(intake.school_year[5:]), 8, 31)
    if not first <= entry_on <= last:
        sentence = f"Une entrée se prévoit ici du {first:%d/%m/%Y} au {last:%d/%m/%Y}."
        raise Invalid("outside_school_year", sentence, fields={"entry_on": sentence})
