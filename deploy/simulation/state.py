"""What every step works with: the region, who asks and who listens, what was done so far, and the day."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from deploy.local.errors import CannotRun
from deploy.simulation.client import ServiceClient, Unexpected
from deploy.simulation.dates import BEGINS, FIRST, at_eight, school_year
from deploy.simulation.listener import Listener
from deploy.simulation.observations import Application, Enrolment, Intake, Observations, Order
from deploy.simulation.orders import PlannedOrder
from deploy.simulation.people import PlannedReferral
from deploy.simulation.profiles import Declaration, Reply
from deploy.simulation.region import Region
from services import SERVICES
from shared.web.pages.french import month

T = TypeVar("T")
OPEN = frozenset(
    {"under_review", "interview_planned", "immersion_planned", "immersion_ended", "admissible", "waitlisted", "offered"}
)
"""Statuses of an application that still asks for an answer."""
SEATS_PER_REFERRED = 0.7


@dataclass
class Simulation:
    region: Region
    seed: int
    api: ServiceClient
    listener: Listener
    planned: dict[int, list[PlannedReferral]]
    """The referrals to be made, by year of entry."""
    observations: Observations = field(default_factory=Observations)
    today: date = BEGINS
    journeys: dict[tuple[UUID, int], PlannedReferral] = field(default_factory=dict)
    """Each young person's first referral of a spring, whose profile is theirs."""
    young_ids: dict[int, UUID] = field(default_factory=dict)
    """By the person's number."""
    answered: Counter[tuple[UUID, int]] = field(default_factory=Counter)
    """How often each young person was asked, in a campaign, to answer offers."""
    declared: dict[UUID, set[tuple[int, Declaration]]] = field(default_factory=lambda: defaultdict(set))
    """What was declared already of each enrolment, by horizon."""
    planned_orders: list[PlannedOrder] = field(default_factory=list)
    worked: Counter[int] = field(default_factory=Counter)
    """How many steps of each planned order are done."""
    orders: dict[int, Order] = field(default_factory=dict)
    """By the number of what was planned."""
    grants: dict[int, UUID] = field(default_factory=dict)
    """By rank in the region's list."""

    @property
    def month(self) -> str:
        """Today's, in words."""
        return month(f"{self.today:%Y-%m}")

    async def advance(self, day: date) -> None:
        """Put the clocks of the four services at eight in the morning of a day; enrolment's deadlines pass."""
        now = {"now": at_eight(day).isoformat()}
        await gather(self.api.decide("admin", service, "/admin/clock", now) for service in SERVICES)
        self.today = day

    def seats(self, school: str, programme: str) -> int:
        """Seats of a workshop, by its share of the region's."""
        shares = {(workshop.school, workshop.programme): workshop.share for workshop in self.region.workshops}
        people = len({planned.person.number for planned in self.planned[FIRST]})
        return max(2, round(people * SEATS_PER_REFERRED * shares[school, programme] / sum(shares.values())))

    def intake(self, school: str, programme: str, entry: int, year_of_study: int = 1) -> Intake:
        """The intake of a workshop for the school year that begins in September of `entry`."""
        wanted = (school, programme, school_year(entry), year_of_study)
        return next(
            one
            for one in self.observations.intakes.values()
            if (one.school, one.programme, one.school_year, one.year_of_study) == wanted
        )

    def entries(self, entry: int) -> list[Intake]:
        """The intakes of first years of a campaign."""
        year = school_year(entry)
        return [one for one in self.observations.intakes.values() if one.school_year == year and one.year_of_study == 1]

    def rank(self, intake: Intake) -> int:
        """The workshop's rank in the region."""
        known = [(workshop.school, workshop.programme) for workshop in self.region.workshops]
        return known.index((intake.school, intake.programme))

    def reply(self, application: Application) -> Reply:
        """What the school will answer."""
        intake = self.observations.intakes[application.intake_id]
        return self.journey(application.young_id, int(intake.school_year[:4])).profile.replies[self.rank(intake)]

    def journey(self, young_id: UUID, entry: int) -> PlannedReferral:
        return self.journeys[young_id, entry]

    def applications(self, intake: Intake) -> list[Application]:
        """Those to an intake: by priority, then in the order in which they were made."""
        found = [one for key, one in self.observations.applications.items() if key[0] == intake.id]
        return sorted(found, key=lambda one: (one.priority, *self._arrival(one, intake)))

    def open_applications(self, young_id: UUID) -> list[tuple[UUID, UUID]]:
        """Those of one young person that still ask for an answer, by intake and young person."""
        return [key for key, one in self.observations.applications.items() if key[1] == young_id and one.status in OPEN]

    def wave(self, application: Application) -> int:
        entry = int(self.observations.intakes[application.intake_id].school_year[:4])
        return self.journey(application.young_id, entry).wave

    def pupils(self, status: str) -> list[Enrolment]:
        """Enrolments by person, in the order in which the persons were drawn."""
        found = [one for one in self.observations.enrolments.values() if one.status == status]
        return sorted(found, key=lambda one: (self.journey(one.young_id, one.entry).person.number, one.entry))

    def latest(self, number: int) -> Enrolment:
        """Where someone of the cast is a pupil, or was last."""
        young_id = self.young_ids[number]
        return [one for one in self.observations.enrolments.values() if one.young_id == young_id][-1]

    async def look(self, entry: int) -> None:
        """Each school reads the applications to its intakes of a campaign, and the free seats."""
        await gather(self._look_at(intake) for intake in self.entries(entry))

    async def seats_left(self, intake: Intake) -> int:
        view = await self.api.get(head(intake.school), "enrolment", f"/intakes/{intake.id}")
        self.observations.intake(view)
        left: int = view["seats_left"]
        return left

    async def look_at_pupils(self, entry: int) -> None:
        """Each school reads its pupils of a school year."""

        async def of(school: str) -> None:
            for view in await self.api.every(head(school), "enrolment", "/pupils", school_year=school_year(entry)):
                self.observations.pupil(view)

        await gather(of(school.id) for school in self.region.schools)

    async def _look_at(self, intake: Intake) -> None:
        for view in await self.api.every(head(intake.school), "enrolment", f"/intakes/{intake.id}/applications"):
            self.observations.application(view)

    def _arrival(self, application: Application, intake: Intake) -> tuple[int, int]:
        planned = self.journey(application.young_id, int(intake.school_year[:4]))
        return planned.wave, planned.person.number


def head(school: str) -> str:
    return f"school:{school}:head"


async def gather(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What these give, done at once; the first failure ends them all and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def refused(asked: Coroutine[Any, Any, object], *codes: str) -> None:
    """What is asked is refused, by one of these codes. Raises CannotRun where it is done, or refused for something else."""
    try:
        await asked
    except Unexpected as refusal:
        if refusal.code not in codes:
            raise
        return
    raise CannotRun(f"Accepté, là où un refus était attendu : {', '.join(codes)}.")
