"""Enrolment's lists, each read in parts."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any
from uuid import UUID

from services.enrolment.domain.application import Application
from services.enrolment.domain.grant import Grant
from services.enrolment.domain.hand_backs import HandBack, HandBackStatus, Listed
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.late import Awaited, Late, awaited_in, late_in
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.school import School
from services.enrolment.domain.transfers import Transfer, TransferStatus
from services.enrolment.domain.visibility import as_shown, rank_in_list, school_of, shown_applications
from services.enrolment.store import Store
from shared.events.applications import ApplicationStatus
from shared.kernel.caller import SYSTEM, Actor, Caller
from shared.persistence.keyset import Asked, Part, Position, part_of

INTAKE_ORDER = ("state.school_year", "state.school", "state.programme", "state.year_of_study", "_id")
AT_ONCE = 20
"""Intakes that are read together, to find applications in."""
Applied = tuple[Intake, UUID]
"""An application: its intake, and whose it is."""


async def intakes(
    store: Store, actor: Actor, asked: Asked, *, school_year: str | None = None, school: str | None = None
) -> Part[Intake]:
    """An actor's intakes, of one school year or school where it is said."""
    filters = {"state.school_year": school_year, "state.school": school}
    where = {field: value for field, value in filters.items() if value}
    return await store.intakes.acting(actor).part(where, sort=INTAKE_ORDER, asked=asked)


def applications_to(intake: Intake, caller: Caller, asked: Asked) -> Part[Applied]:
    """Those to one intake that a caller may see, in the order in which they came."""
    shown = part_of(shown_applications(caller, intake.applications), _rank(caller), asked)
    return shown.map(lambda one: (intake, one.young_id))


async def applications(
    store: Store, caller: Caller, asked: Asked, *, school_year: str | None = None, status: ApplicationStatus | None = None
) -> Part[Applied]:
    """Those that a caller may see (in one status), intake by intake, in the order in which they came to each."""
    found: list[tuple[Applied, Position]] = []
    rank = _rank(caller)
    async for intake, after in _intakes_from(store, caller, asked.after, school_year):
        place = [*_order_of(intake)]
        left = part_of(shown_applications(caller, intake.applications), rank, Asked(len(intake.applications) or 1, after))
        wanted = [one for one in left.items if status in (None, as_shown(caller, one).status)]
        found += [((intake, one.young_id), [*place, *rank(one)]) for one in wanted]
        if len(found) > asked.limit:
            return Part([one for one, _ in found[: asked.limit]], found[asked.limit - 1][1])
    return Part([one for one, _ in found], None)


async def late(store: Store, caller: Caller, asked: Asked) -> Part[tuple[Intake, Late]]:
    """What a school is late with, in its intakes that have not closed, the oldest first."""
    today = store.clock.today()
    found = [(intake, late) for intake in await _not_closed(store, caller, today) for late in late_in(intake, today)]
    return part_of(found, lambda one: [one[1].since.isoformat(), str(one[0].intake_id), str(one[1].young_id)], asked)


async def awaited(store: Store, caller: Caller, asked: Asked, *, late: bool | None = None) -> Part[tuple[Intake, Awaited]]:
    """The referrals of a caller's agency that wait for a school, the oldest first; those alone that are late, or that are not."""
    today = store.clock.today()
    found = [
        (intake, one)
        for intake in await _not_closed(store, caller, today)
        for one in awaited_in(intake, caller.tenant, today)
        if late in (None, one.late)
    ]
    return part_of(found, lambda one: [one[1].since.isoformat(), str(one[0].intake_id), str(one[1].referral_id)], asked)


async def _not_closed(store: Store, caller: Caller, today: date) -> list[Intake]:
    return await store.intakes.acting(caller).find({"state.closes_on": {"$gte": today.isoformat()}})


async def pupils(store: Store, caller: Caller, asked: Asked, *, school_year: str | None = None) -> Part[Pupil]:
    """A caller's pupils, of one school year where it is said: for a school, in its own enrolments."""
    school = school_of(caller)
    enrolment = {**({"school": school} if school else {}), **({"years.school_year": school_year} if school_year else {})}
    where = {"state.enrolments": {"$elemMatch": enrolment}} if enrolment else {}
    return await store.pupils.acting(caller).part(where, sort=["_id"], asked=asked)


async def schools(store: Store, asked: Asked) -> Part[School]:
    """The schools of the network, by id."""
    return await store.schools.acting(SYSTEM).part({}, sort=["_id"], asked=asked)


async def grants(store: Store, caller: Caller, asked: Asked) -> Part[Grant]:
    """The grants that a caller may see."""
    return await store.grants.acting(caller).part({}, sort=["_id"], asked=asked)


async def hand_backs(store: Store, caller: Caller, asked: Asked, *, listed: Listed | None = None) -> Part[HandBack]:
    """Those that a caller may see, in one status where it is said: what is due first, first."""
    where: dict[str, Any] = {"state.status": listed.value} if listed else {}
    if listed is Listed.LATE:
        where = {"state.status": HandBackStatus.WAITING.value, "state.due_on": {"$lt": store.clock.today().isoformat()}}
    return await store.hand_backs.acting(caller).part(where, sort=["state.due_on", "_id"], asked=asked)


async def transfers(store: Store, caller: Caller, asked: Asked, *, status: TransferStatus | None = None) -> Part[Transfer]:
    """The proposed transfers that a caller may see, in one status where it is said."""
    where = {"state.status": status.value} if status else {}
    return await store.transfers.acting(caller).part(where, sort=["_id"], asked=asked)


async def _intakes_from(
    store: Store, caller: Caller, after: Position | None, school_year: str | None
) -> AsyncIterator[tuple[Intake, Position | None]]:
    """A caller's intakes from that of a position on, which alone has a rank to go on after."""
    acting, place = store.intakes.acting(caller), None
    if after is not None:
        *place, rank = after
        began = await acting.find_one({"_id": place[-1]})
        if began:
            yield began, [rank]
    while True:
        part = await intakes(store, caller, Asked(AT_ONCE, place), school_year=school_year)
        for intake in part.items:
            yield intake, None
        if part.last is None:
            return
        place = list(part.last)


def _order_of(intake: Intake) -> list[Any]:
    return [intake.school_year, intake.school, intake.programme, intake.year_of_study, str(intake.intake_id)]


def _rank(caller: Caller) -> Callable[[Application], Position]:
    return lambda application: [rank_in_list(caller, application)]
