"""Enrolment's collections, their indexes, and the reads that several rooms share."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.enrolment.domain.grant import GRANTS
from services.enrolment.domain.intake import INTAKES, Intake
from services.enrolment.domain.pupil import PUPILS, Pupil
from services.enrolment.domain.school import SCHOOLS, School
from services.enrolment.domain.statuses import OPEN
from services.enrolment.domain.visibility import everyone
from services.enrolment.domain.wishes import WISHES
from services.enrolment.store.agencies import Agencies
from services.enrolment.store.birth_months import BirthMonths
from shared.events.applications import ApplicationStatus
from shared.kernel.caller import SYSTEM, Actor
from shared.persistence.mongo import Session
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence


class Store:
    """Schools, intakes, pupils, answered wishes and grants; beside them, what no event may carry.

    `every_pupil` is the same pupils for whom an intake has let in, whatever the school of before.
    `agencies` is their public names; `birth_months` is what referrals said of each young person's age; `motives` is why a
    school set ineligibility aside.
    """

    def __init__(self, persistence: Persistence) -> None:
        self.persistence = persistence
        self.clock = persistence.clock
        self.database = persistence.database
        self.schools = Repository(persistence, SCHOOLS)
        self.intakes = Repository(persistence, INTAKES)
        self.pupils = Repository(persistence, PUPILS)
        self.every_pupil = Repository(persistence, replace(PUPILS, visible_to=everyone))
        self.wishes = Repository(persistence, WISHES)
        self.grants = Repository(persistence, GRANTS)
        self.agencies = Agencies(persistence.database)
        self.birth_months = BirthMonths(persistence.database)
        self._motives = persistence.database["motives"]

    async def prepare(self) -> None:
        """Create the indexes of every query made here."""
        await self.schools.collection.index("state.programmes.sector", "state.department")
        intakes = self.intakes.collection
        await intakes.index("state.school", "state.programme", "state.year_of_study")
        await intakes.index("state.school_year", "state.school", "state.programme", "state.year_of_study", "_id")
        await intakes.index("state.agencies")
        await intakes.index("state.applications.young_id")
        await intakes.index("state.applications.status", "state.applications.until")
        await self.pupils.collection.index("state.schools")
        await self.grants.collection.index("state.holder")
        await self._motives.index("young_id")

    async def intakes_of(self, young_id: UUID, *, actor: Actor = SYSTEM) -> list[Intake]:
        """The intakes where a young person stands, whatever their application."""
        return await self.intakes.acting(actor).find({"state.applications.young_id": str(young_id)})

    async def find_intake(self, intake_id: UUID) -> Intake | None:
        """An intake, whoever asks."""
        return await self.intakes.acting(SYSTEM).find_one({"_id": str(intake_id)})

    async def settle(self) -> None:
        """Return once a majority keeps what was read: a message may be let go on the strength of it."""
        await self.persistence.database.settle()

    async def has_answered(self, referral_id: UUID) -> bool:
        """Whether a referral's wishes were answered, for good."""
        return await self.wishes.acting(SYSTEM).find_one({"_id": str(referral_id)}) is not None

    async def next_intake(self, school: str, programme: str, *, day: date) -> Intake | None:
        """The intake of the first year of study that is open on a day and starts the earliest."""
        where = {
            "state.school": school, "state.programme": programme, "state.year_of_study": 1,
            "state.closes_on": {"$gte": day.isoformat()},
        }  # fmt: skip
        found = await self.intakes.acting(SYSTEM).find(where, sort=["state.starts_on"], limit=1)
        return found[0] if found else None

    async def find_school(self, school: str) -> School | None:
        """A school of the network, or None."""
        return await self.schools.acting(SYSTEM).find_one({"_id": school})

    async def schools_named(self, ids: Iterable[str]) -> list[School]:
        """Those of these schools that there are."""
        return await self.schools.acting(SYSTEM).find({"_id": {"$in": sorted(set(ids))}})

    async def schools_teaching(self, sector: str, departments: Sequence[str]) -> list[School]:
        """The schools of these departments that have a programme of a sector."""
        where = {"state.programmes.sector": sector, "state.department": {"$in": list(departments)}}
        return await self.schools.acting(SYSTEM).find(where)

    async def intakes_to_sweep(self, today: date) -> list[UUID]:
        """Those that a day may change: an offer is late, the intake has closed on open applications, or someone waits."""
        day = today.isoformat()
        late = {"state.applications": {"$elemMatch": {"status": ApplicationStatus.OFFERED.value, "until": {"$lt": day}}}}
        closed = {"state.applications.status": {"$in": [status.value for status in OPEN]}, "state.closes_on": {"$lt": day}}
        waiting = {"state.applications.status": ApplicationStatus.WAITLISTED.value, "state.closes_on": {"$gte": day}}
        found = await self.intakes.collection.find({"$or": [late, closed, waiting]}, fields={"_id": 1})
        return [UUID(row["_id"]) for row in found]

    async def find_pupil(self, young_id: UUID) -> Pupil | None:
        """A young person's enrolments, whoever asks; None who never had one."""
        return await self.every_pupil.acting(SYSTEM).find_one({"_id": str(young_id)})

    async def keep_motive(self, intake_id: UUID, young_id: UUID, motive: str, *, session: Session) -> None:
        """Keep why a school set ineligibility aside: in this service only."""
        row = {"young_id": str(young_id), "motive": motive}
        await self._motives.update({"_id": f"{intake_id} {young_id}"}, {"$set": row}, upsert=True, session=session)

    async def motive(self, intake_id: UUID, young_id: UUID) -> str | None:
        """Why a school set ineligibility aside."""
        found = await self._motives.majority().find_one({"_id": f"{intake_id} {young_id}"})
        return found["motive"] if found else None
