"""What time brings to intakes: deadlines in their school's open days, reminders, free seats offered on, proposals lapsed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import wraps
from uuid import UUID

from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.overdue import follow_calendar, keep_time
from services.enrolment.domain.school import School
from services.enrolment.domain.transfers import Transfer, TransferEvent, expire
from services.enrolment.store import Store
from shared.events import Event
from shared.events.message import Message
from shared.kernel.calendar import PARIS
from shared.kernel.caller import SYSTEM
from shared.kernel.open_days import OpenDays
from shared.persistence import simulated_clock
from shared.persistence.sweeping import each_apart

FURTHEST = timedelta(days=5 * 365)
"""How far the simulated clock goes at once."""


@dataclass
class Swept:
    """What a sweep did: how many of each event, and of how many intakes or proposals it could not say."""

    told: Counter[type[Event]] = field(default_factory=Counter)
    failed: int = 0


async def reach(store: Store, on: date | None) -> date:
    """The day to sweep by: today or a past one; where the clock is simulated one to come too, on whose morning it is then put."""
    clock = store.clock
    if on and clock.simulated and clock.today() < on <= clock.today() + FURTHEST:
        morning = datetime.combine(on, time(8), PARIS)
        clock.advance(morning)
        await simulated_clock.remember(store.database, morning)
    return clock.day(on)


async def sweep(store: Store, by: date) -> Swept:
    """Do all that was due before a day, on every intake and proposal that it may change, whatever becomes of another.

    Again: nothing.
    """
    swept, open_days = Swept(), store.schools.acting(SYSTEM)

    async def work(intake_id: UUID) -> None:
        intake = await store.intakes.acting(SYSTEM).get(intake_id)
        school = await open_days.get(intake.school)
        swept.told += await _keep_time(store, intake_id, school, by)

    async def lapse(transfer_id: UUID) -> None:
        swept.told += await _lapse(store, transfer_id, by)

    swept.failed = await each_apart(await store.intakes_to_sweep(by), work, what="intake")
    swept.failed += await each_apart(await store.transfers_to_sweep(by), lapse, what="transfer")
    return swept


async def follow_open_days(store: Store, school_id: str, *, on: date, cause: Message) -> None:
    """A school's open days are others: what still runs in its intakes ends accordingly."""
    school = await store.schools.acting(SYSTEM).get(school_id)
    intakes = store.intakes.acting(SYSTEM, cause=cause)
    for intake in await store.open_intakes_of(school_id, on):
        await intakes.decide(intake.intake_id, follow_calendar, calendar=school.open_days, on=on)


async def _keep_time(store: Store, intake_id: UUID, school: School, by: date) -> Counter[type[Event]]:
    """Of one intake; how many of each event that told."""
    told: list[IntakeEvent] = []

    @wraps(keep_time)
    def counted(intake: Intake, *, calendar: OpenDays, by: date, today: date) -> Sequence[IntakeEvent]:
        told[:] = keep_time(intake, calendar=calendar, by=by, today=today)
        return told

    today = store.clock.today()
    await store.intakes.acting(SYSTEM).decide(intake_id, counted, calendar=school.open_days, by=by, today=today)
    return Counter(map(type, told))


async def _lapse(store: Store, transfer_id: UUID, by: date) -> Counter[type[Event]]:
    """Of one proposal; how many of each event that told."""
    told: list[TransferEvent] = []

    @wraps(expire)
    def counted(transfer: Transfer, *, by: date) -> Sequence[TransferEvent]:
        told[:] = expire(transfer, by=by)
        return told

    await store.transfers.acting(SYSTEM).decide(transfer_id, counted, by=by)
    return Counter(map(type, told))
