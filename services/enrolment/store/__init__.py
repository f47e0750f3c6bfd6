"""Enrolment's collections, their indexes, and the reads that several rooms share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.enrolment.domain.grant import GRANTS, Grant
from services.enrolment.domain.hand_backs import HAND_BACKS, HandBack
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.outbound import OUTBOUND_PERSONS
from services.enrolment.domain.policy import INTAKES
from services.enrolment.domain.pupil import PUPILS, Pupil
from services.enrolment.domain.school import SCHOOLS, Programme, School
from services.enrolment.domain.transfers import TRANSFERS, Transfer, TransferStatus
from services.enrolment.domain.visibility import everyone
from services.enrolment.domain.wishes import WISHES, Wishes
from services.enrolment.store.agencies import Agencies
from services.enrolment.store.awards import Awards
from services.enrolment.store.files import ReferralFiles
from services.enrolment.store.migrations import steps
from services.enrolment.store.motives import Motives
from services.enrolment.store.overdue import changed_by
from services.enrolment.store.words import Words
from shared.events.catalogue import Certification, GrantAwarded
from shared.kernel.caller import SYSTEM, Actor
from shared.messaging.topics import Topic, outbound_topic
from shared.persistence.migrations import Step
from shared.persistence.mongo import Session
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.projections.aliases import Aliases
from shared.projections.erased import Erased
from shared.webhooks.store import Webhooks


class Store:
    """Schools, intakes, pupils, answered wishes and grants; beside them, what no event may carry.

    `every_pupil` is the same pupils for whom an intake has let in, whatever the school of before; `every_intake`, intakes for
    who accepts a transfer to one.
    `aliases` is which `young_id` are of one person, `erased` is who is; `agencies` is their public names; `files` is what
    referrals said of each young person's age and file; `motives` is why a school set ineligibility aside, `words` what it
    wrote about meeting somebody; `outbound` is how far each school was told; `webhooks` is where schools have sent what they
    are told.
    """

    def __init__(self, persistence: Persistence) -> None:
        self.persistence = persistence
        self.clock = persistence.clock
        self.database = persistence.database
        self.schools = Repository(persistence, SCHOOLS)
        self.intakes = Repository(persistence, INTAKES)
        self.every_intake = Repository(persistence, replace(INTAKES, visible_to=everyone))
        self.pupils = Repository(persistence, PUPILS)
        self.every_pupil = Repository(persistence, replace(PUPILS, visible_to=everyone))
        self.wishes = Repository(persistence, WISHES)
        self.grants = Repository(persistence, GRANTS)
        self.hand_backs = Repository(persistence, HAND_BACKS)
        self.outbound = Repository(persistence, OUTBOUND_PERSONS)
        self.transfers = Repository(persistence, TRANSFERS)
        self.awards = Awards(persistence.database["awards"])
        self.agencies = Agencies(persistence.database)
        self.aliases = Aliases(persistence.database)
        self.erased = Erased(persistence.database)
        self.files = ReferralFiles(persistence.database, self.erased)
        self._turns = persistence.database["enrolling"]
        self.webhooks = Webhooks(persistence)
        self.motives = Motives(persistence.database["motives"], persistence.sealing_keys("motives"))
        self.words = Words(persistence.database["words"], persistence.sealing_keys("words"))

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
        await self.pupils.collection.index("state.enrolments.years.intake_id")
        await self.grants.collection.index("state.holder")
        await self.wishes.collection.index("state.young_id")
        await self.hand_backs.collection.index("state.young_id")
        await self.hand_backs.collection.index("state.school", "state.status")
        await self.hand_backs.collection.index("state.agency", "state.status")
        await self.outbound.collection.index("state.young_id")
        await self.transfers.collection.index("state.young_id")
        await self.transfers.collection.index("state.school", "state.status")
        await self.transfers.collection.index("state.agency", "state.status")
        await self.transfers.collection.index("state.status", "state.until")
        await self.motives.prepare()
        await self.words.prepare()
        await self.aliases.prepare()
        await self.webhooks.prepare()

    @property
    def migrations(self) -> Sequence[Step]:
        """What earlier builds kept otherwise."""
        return steps(self.motives.sealed, self.files, intakes=self.intakes.collection, schools=self.schools.collection)

    async def intakes_of(self, young_id: UUID, *, actor: Actor = SYSTEM) -> list[Intake]:
        """The intakes where a young person stands, whatever their application."""
        return await self.intakes.acting(actor).find({"state.applications.young_id": str(young_id)})

    async def find_intake(self, intake_id: UUID) -> Intake | None:
        """An intake, whoever asks."""
        return await self.intakes.acting(SYSTEM).find_one({"_id": str(intake_id)})

    async def programme_of(self, intake: Intake) -> Programme:
        """What an intake teaches."""
        return (await self.schools.acting(SYSTEM).get(intake.school)).programme(intake.programme)

    async def pupils_in(self, intake_id: UUID) -> list[Pupil]:
        """Whoever was ever enrolled in an intake, whatever became of them."""
        return await self.every_pupil.acting(SYSTEM).find({"state.enrolments.years.intake_id": str(intake_id)})

    async def settle(self) -> None:
        """Return once a majority keeps what was read: a message may be let go on the strength of it."""
        await self.persistence.database.settle()

    async def take_turn(self, kept: UUID, session: Session) -> None:
        """Enrol one after the other whom a person is under several `young_id`: each is a document of its own."""
        await self._turns.update({"_id": str(kept)}, {"$inc": {"taken": 1}}, upsert=True, session=session)

    async def has_answered(self, referral_id: UUID) -> bool:
        """Whether a referral's wishes were answered, for good."""
        return await self.wishes.acting(SYSTEM).find_one({"_id": str(referral_id)}) is not None

    async def wishes_of(self, young_id: UUID) -> list[Wishes]:
        """The answered wishes of a young person's referrals."""
        return await self.wishes.acting(SYSTEM).find({"state.young_id": str(young_id)})

    async def next_intake(self, school: str, programme: str, *, year_of_study: int, day: date) -> Intake | None:
        """The intake of a year of study that is open on a day and starts the earliest."""
        where = {
            "state.school": school, "state.programme": programme, "state.year_of_study": year_of_study,
            "state.closes_on": {"$gte": day.isoformat()},
        }  # fmt: skip
        found = await self.intakes.acting(SYSTEM).find(where, sort=["state.starts_on"], limit=1)
        return found[0] if found else None

    async def find_school(self, school: str) -> School | None:
        """A school of the network, or None."""
        return await self.schools.acting(SYSTEM).find_one({"_id": school})

    async def titles(self, school: str) -> frozenset[str]:
        """The programmes of a school that lead to a titre professionnel, which is sat in any month."""
        found = await self.find_school(school)
        programmes = found.programmes if found else ()
        return frozenset(one.programme for one in programmes if one.certification is Certification.TITRE_PRO)

    async def tenant_topics(self) -> list[Topic]:
        """Those of the schools: what each is told."""
        return [outbound_topic(row["_id"]) for row in await self.schools.collection.find({}, fields={"_id": 1})]

    async def schools_named(self, ids: Iterable[str]) -> list[School]:
        """Those of these schools that there are."""
        return await self.schools.acting(SYSTEM).find({"_id": {"$in": sorted(set(ids))}})

    async def schools_teaching(self, sector: str, departments: Sequence[str]) -> list[School]:
        """The schools of these departments that have a programme of a sector."""
        where = {"state.programmes.sector": sector, "state.department": {"$in": list(departments)}}
        return await self.schools.acting(SYSTEM).find(where)

    async def intakes_to_sweep(self, day: date) -> list[UUID]:
        """Those that a day may change."""
        found = await self.intakes.collection.find(changed_by(day), fields={"_id": 1})
        return [UUID(row["_id"]) for row in found]

    async def transfers_to_sweep(self, day: date) -> list[UUID]:
        """The proposals that nobody answered before a day, though their last has passed."""
        unanswered = {"state.status": TransferStatus.PROPOSED.value, "state.until": {"$lt": day.isoformat()}}
        return [UUID(row["_id"]) for row in await self.transfers.collection.find(unanswered, fields={"_id": 1})]

    async def open_intakes_of(self, school: str, day: date) -> list[Intake]:
        """The intakes of a school that have not closed by a day."""
        where = {"state.school": school, "state.closes_on": {"$gte": day.isoformat()}}
        return await self.intakes.acting(SYSTEM).find(where)

    async def find_pupil(self, young_id: UUID) -> Pupil | None:
        """A young person's enrolments, whoever asks; None who never had one."""
        return await self.every_pupil.acting(SYSTEM).find_one({"_id": str(young_id)})

    async def transfers_of(self, young_id: UUID) -> list[Transfer]:
        """What a young person's referrals were proposed, whoever asks."""
        return await self.transfers.acting(SYSTEM).find({"state.young_id": str(young_id)})

    async def schools_teaching_like(self, programme: str, sector: str, departments: Collection[str] | None) -> list[School]:
        """The schools that teach a programme, or one of its sector: of these departments, or of all."""
        where: dict[str, Any] = {"$or": [{"state.programmes.programme": programme}, {"state.programmes.sector": sector}]}
        if departments is not None:
            where["state.department"] = {"$in": sorted(departments)}
        return await self.schools.acting(SYSTEM).find(where)

    async def hand_backs_of(self, young_id: UUID) -> list[HandBack]:
        """Each handing back of a pupil, whoever asks."""
        return await self.hand_backs.acting(SYSTEM).find({"state.young_id": str(young_id)})

    async def find_twin(self, awarded: GrantAwarded, *, session: Session) -> Grant | None:
        """A grant that stands, of the same holder, purpose, civil year, funder and amount, under another id."""
        same = awarded.model_dump(mode="json", include={"holder", "purpose", "civil_year", "funder", "amount_cents"})
        where = {"_id": {"$ne": str(awarded.grant_id)}, "state.voided": {"$ne": True}}
        return (
            await self.grants.within(session)
            .acting(SYSTEM)
            .find_one({**where, **{f"state.{field}": value for field, value in same.items()}})
        )
