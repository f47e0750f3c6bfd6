"""Enrolment lived on a real database: schools that exist, applications at any step, and what was told so far."""

from typing import Any
from uuid import UUID

from services.enrolment import handlers, use_cases
from services.enrolment.domain import applications, places, pupils, school, seats
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.store import Store
from shared.events import EVENTS, Event
from shared.events.amendments import ReferralAmended
from shared.events.applications import ApplicationStatus, Met
from shared.events.catalogue import Promotion
from shared.events.delays import ApplicationDue
from shared.events.referral import ReferralCompleted, ReferralSubmitted
from shared.kernel.caller import SYSTEM, Caller
from shared.persistence.repository import Repository
from tests.enrolment.builders import (
    DEADLINE,
    MAY,
    START,
    a_message,
    a_referral,
    a_school,
    intake_command,
    programme_opened,
    referral_message,
)

ADMIN = Caller("a", "admin", "", "admin")


async def school_opens(store: Store, slug: str = "besancon", department: str = "25", **programme: Any) -> None:
    """A school and one programme."""
    await store.schools.acting(ADMIN).create(slug, school.register, event=a_school(school=slug, department=department))
    await store.schools.acting(ADMIN).decide(slug, school.open_programme, event=programme_opened(school=slug, **programme))


async def intake_opens(store: Store, **overrides: Any) -> Intake:
    """Seats of a school, which is opened too."""
    command = intake_command(**overrides)
    programme = command["programme"]
    await school_opens(store, command["school"], **programme.model_dump())
    (decided,) = seats.open_intake(None, **command)
    return await store.intakes.acting(ADMIN).create(decided.intake_id, seats.open_intake, **command)


async def refers(store: Store, referral: ReferralSubmitted) -> None:
    await handlers.submitted(store, referral, referral_message(referral))


async def offers(store: Store, intake: Intake, young_id: UUID) -> None:
    """Met, and offered a seat."""
    await store.intakes.acting(ADMIN).decide(intake.intake_id, applications.admit, young_id=young_id, met=Met.INTERVIEW, on=MAY)
    await store.intakes.acting(ADMIN).decide(intake.intake_id, places.offer, young_id=young_id, until=DEADLINE, on=MAY)


async def waits(store: Store, intake: Intake, young_id: UUID) -> None:
    """Met, and on the waiting list."""
    await store.intakes.acting(ADMIN).decide(intake.intake_id, applications.admit, young_id=young_id, met=Met.INTERVIEW, on=MAY)
    await store.intakes.acting(ADMIN).decide(intake.intake_id, applications.waitlist, young_id=young_id, on=MAY)


async def enrols(store: Store, intake: Intake, young_id: UUID) -> Intake:
    await offers(store, intake, young_id)
    return await use_cases.confirm(store, ADMIN, intake_id=intake.intake_id, young_id=young_id, on=MAY)


async def starts(store: Store, young_id: UUID) -> Pupil:
    return await store.pupils.acting(ADMIN).decide(young_id, pupils.start, school=None, on=START)


async def events_of(documents: Repository[Any, Any], id: UUID | str) -> list[Event]:
    """What a document has told but by when answers are due, which follows by itself (test_delays), oldest first."""
    return [event for event in await everything_of(documents, id) if not isinstance(event, ApplicationDue)]


async def everything_of(documents: Repository[Any, Any], id: UUID | str) -> list[Event]:
    """Every event that a document has told, oldest first (no relay runs here, so they are all in its outbox)."""
    found = await documents.collection.find_one({"_id": str(id)})
    return [EVENTS[entry["type"]].model_validate_json(entry["data"]) for entry in found["outbox"]] if found else []


async def status(store: Store, intake: Intake, young_id: UUID) -> ApplicationStatus | None:
    """Where someone stands now."""
    application = (await store.intakes.acting(SYSTEM).get(intake.intake_id)).application_of(young_id)
    return application.status if application else None


async def held_and_waiting(
    store: Store, promotion: Promotion = Promotion.AUTOMATIC
) -> tuple[Intake, ReferralSubmitted, ReferralSubmitted]:
    """An intake of one seat, who is offered it, and who waits for it."""
    intake = await intake_opens(store, seats=1, promotion=promotion)
    held, waiting = a_referral(), a_referral()
    for referral in (held, waiting):
        await refers(store, referral)
    await offers(store, intake, held.young_id)
    await waits(store, intake, waiting.young_id)
    return intake, held, waiting


async def hears(store: Store, event: ReferralAmended | ReferralCompleted, sequence: int) -> None:
    """What a referral then tells, heard twice."""
    message = a_message(event, source=f"/referral/referrals/{event.referral_id}", sequence=sequence)
    hear: Any = handlers.amended if isinstance(event, ReferralAmended) else handlers.completed
    for _ in range(2):
        await hear(store, event, message)
