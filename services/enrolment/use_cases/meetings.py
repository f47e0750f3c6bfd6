"""What spans an application and the words about it: a meeting planned, with its place and person; an attempt, with its note."""

from collections.abc import Callable
from datetime import date
from typing import Concatenate
from uuid import UUID

from services.enrolment.domain import applications, meetings
from services.enrolment.domain.application import Contact
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.words import IMMERSION, INTERVIEW, Said, about_contact
from services.enrolment.store import Store
from shared.kernel.caller import Caller
from shared.persistence.mongo import Session

Plan = Callable[Concatenate[Intake, ...], list[IntakeEvent]]


async def plan_interview(
    store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, planned_on: date, at: str | None, said: Said, on: date
) -> Intake:
    """Agree on a day to meet, where and with whom; both or neither."""
    plan = applications.plan_interview
    return await _plan(store, caller, intake_id, young_id, INTERVIEW, plan, said, planned_on=planned_on, at=at, on=on)


async def plan_immersion(
    store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, planned_from: date, planned_until: date, at: str | None,
    said: Said, on: date,
) -> Intake:  # fmt: skip
    """Agree on days in the workshop, where and with whom; both or neither."""
    return await _plan(
        store, caller, intake_id, young_id, IMMERSION, applications.plan_immersion, said, planned_from=planned_from,
        planned_until=planned_until, at=at, on=on,
    )  # fmt: skip


async def log_contact(store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, contact: Contact, said: Said) -> Intake:
    """Log an attempt to reach an applicant, and what the school notes of it; both or neither. Without a note, one stays."""

    async def work(session: Session) -> Intake:
        acting = store.intakes.within(session).acting(caller)
        intake = await acting.decide(intake_id, meetings.log_contact, young_id=young_id, contact=contact)
        if said.note is not None:
            await store.words.keep(intake_id, young_id, about_contact(contact), said, session)
        return intake

    return await store.persistence.transaction(work, intake_id)


async def _plan(
    store: Store, caller: Caller, intake_id: UUID, young_id: UUID, about: str, plan: Plan, said: Said, **command: object
) -> Intake:
    async def work(session: Session) -> Intake:
        acting = store.intakes.within(session).acting(caller)
        (await acting.get(intake_id)).application(young_id)  # of nobody else's is anything kept
        reworded = await store.words.keep(intake_id, young_id, about, said, session)
        return await acting.decide(intake_id, plan, young_id=young_id, reworded=reworded, **command)

    return await store.persistence.transaction(work, intake_id)
