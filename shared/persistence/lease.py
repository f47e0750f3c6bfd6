"""One active worker of a kind per service, by a lease in its database. On the real clock."""

from datetime import datetime, timedelta

from shared.kernel.clock import real_now
from shared.persistence.failures import DuplicateKey
from shared.persistence.mongo import Collection, Database

LENGTH = timedelta(seconds=10)


class Lease:
    """A name that one holder has at a time, renewed as it works. Two may overlap after a pause: what it guards must bear that."""

    def __init__(self, database: Database, name: str, holder: str) -> None:
        self._leases: Collection = database["leases"]
        self._name = name
        self._holder = holder
        self._until: datetime | None = None

    async def hold(self) -> bool:
        """Take or keep the lease. False while another has it."""
        now = real_now()
        if self._until and now < self._until - LENGTH * 2 / 3:
            return True
        free = {"_id": self._name, "$or": [{"holder": self._holder}, {"until": {"$lt": now}}]}
        try:
            await self._leases.update(free, {"$set": {"holder": self._holder, "until": now + LENGTH}}, upsert=True)
        except DuplicateKey:
            self._until = None
            return False
        self._until = now + LENGTH
        return True
