"""A lease with a fencing token (its term): one active worker of a kind per service. On the real clock."""

from datetime import datetime, timedelta

from shared.kernel.clock import real_now
from shared.persistence.failures import DuplicateKey
from shared.persistence.mongo import Collection, Database

LENGTH = timedelta(seconds=10)


class Lease:
    """A name that one holder has at a time, renewed as it works. Each time it is taken its term rises by one.

    Two may overlap after a pause: what it guards must bear that, or be written under the term, which tells the later one.
    A process just started goes on where the one of its name ended, without waiting; one that lost the lease waits.
    """

    def __init__(self, database: Database, name: str, holder: str) -> None:
        self._leases: Collection = database["leases"]
        self._name = name
        self._holder = holder
        self._until: datetime | None = None
        self._never_taken = True
        self.term = 0
        """The number under which it is held; 0 while another has it."""

    @property
    def held(self) -> bool:
        """Whether it is ours still, as far as we know without asking."""
        return bool(self.term and self._until and real_now() < self._until)

    async def hold(self, *, surely: bool = False) -> bool:
        """Take or keep the lease. False while another has it. `surely`: MongoDB is asked even where it answered lately."""
        now = real_now()
        if not surely and self._until and now < self._until - LENGTH * 2 / 3:
            return True
        self.term = await (self._keep(now) if self.term else self._take(now))
        self._until = now + LENGTH if self.term else None
        return bool(self.term)

    async def let_go(self) -> None:
        """Let another have it at once."""
        if self.term:
            await self._leases.update({"_id": self._name, "term": self.term}, {"$set": {"until": real_now()}})
        self.term, self._until = 0, None

    async def _keep(self, now: datetime) -> int:
        renewed = await self._leases.update({"_id": self._name, "term": self.term}, {"$set": {"until": now + LENGTH}})
        return self.term if renewed.found else 0

    async def _take(self, now: datetime) -> int:
        held = await self._leases.find_one({"_id": self._name})
        if held is None:
            return await self._take_first(now)
        if held["until"] >= now and not (self._never_taken and held["holder"] == self._holder):
            return 0
        term: int = held["term"] + 1
        as_read = {"_id": self._name, "term": held["term"], "until": held["until"]}
        taken = {"$set": {"holder": self._holder, "until": now + LENGTH, "term": term}}
        return self._taken(term) if (await self._leases.update(as_read, taken)).found else 0

    async def _take_first(self, now: datetime) -> int:
        try:
            await self._leases.insert({"_id": self._name, "holder": self._holder, "until": now + LENGTH, "term": 1})
        except DuplicateKey:
            return 0
        return self._taken(1)

    def _taken(self, term: int) -> int:
        self._never_taken = False
        return term
