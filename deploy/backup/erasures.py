"""The keys of identities, and who was erased: kept apart from what the keys open, and not for long."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.backup.databases import KEYS, KEYS_OF, database_of, save_one
from deploy.backup.files import opened, writer
from deploy.backup.manifest import File
from deploy.backup.servers import Servers
from services.referral.store import Store
from services.referral.use_cases import erase_again as erase_as_told
from shared.events.persons import PersonErased
from shared.kernel.clock import Clock
from shared.persistence import simulated_clock
from shared.persistence.dump import Instant, Whole, documents
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence

RECORDS = "person_records"
AT_ONCE = 5_000
ERASED = {"state.erased_on": {"$ne": None}}
Erased = Mapping[str, Mapping[str, Any]]
"""By `young_id`, when and why they were erased."""


async def save(instant: Instant, folder: Path, tag: str) -> dict[str, File]:
    """The keys, and the erasures, of one instant. Whoever was erased has no key there, and is on the list."""
    keys = await save_one(instant, KEYS_OF, KEYS, folder, f"{KEYS}-{tag}.bson.gz", {})
    into = writer(folder, f"erased-{tag}.bson.gz")
    for row in await instant.rows(database_of(KEYS_OF), RECORDS, ERASED, projection={"state": 1}, sort=[("_id", 1)]):
        into.add({"_id": row["_id"], "on": row["state"]["erased_on"], "code": row["state"]["code"]})
    return {f"{KEYS}-{tag}.bson.gz": keys, f"erased-{tag}.bson.gz": into.close()}


def file_in(files: Mapping[str, File], what: str) -> str:
    """The file of a backup of keys that holds the keys (`identity_keys`), or who is erased (`erased`)."""
    return next(name for name in files if name.startswith(f"{what}-"))


def erased(folder: Path, files: Mapping[str, File]) -> Erased:
    """Who was erased by then."""
    with opened(folder, file_in(files, "erased")) as bson:
        return {row["_id"]: {"on": row["on"], "code": row["code"]} for row in documents(bson)}


async def erase_as_logged(servers: Servers, told: Sequence[PersonErased], *, simulated: bool) -> int:
    """Let nothing come back of whom a log that survived tells the erasure: how many they are."""
    async with referral_store(servers, simulated=simulated) as store:
        for event in told:
            await erase_as_told(store, event)
    return len({event.young_id for event in told})


async def erase_again(servers: Servers, erased: Erased, *, simulated: bool) -> int:
    """Erase whom a restored database does not know to be erased, and have it told: how many they were."""
    done = 0
    async with referral_store(servers, simulated=simulated) as store:
        for young_id, how in erased.items():
            if not await store.records.is_erased(UUID(young_id)):
                event = PersonErased(young_id=UUID(young_id), on=how["on"], code=how["code"])
                await erase_as_told(store, event)
                done += 1
    return done


@asynccontextmanager
async def referral_store(servers: Servers, *, simulated: bool) -> AsyncIterator[Store]:
    """Referral's store, which opens nobody's identity: no key of the vault is here."""
    database = connect(servers.mongodb, database_of(KEYS_OF), login=servers.login, driver="pymongo")
    clock = Clock(datetime(1970, 1, 1, tzinfo=UTC) if simulated else None)
    await simulated_clock.resume(database, clock)
    try:
        yield Store(Persistence(database, KEYS_OF, clock), [os.urandom(32)])
    finally:
        await database.close()


async def settle_keys(mongo: Whole) -> int:
    """Let no key stay of who is erased, or whom nothing is kept of; how many identities no key opens."""
    database = database_of(KEYS_OF)
    persons = {row["_id"] for row in await mongo.rows(database, "persons", projection={"_id": 1})}
    keys = {row["_id"] for row in await mongo.rows(database, KEYS, projection={"_id": 1})}
    gone = {row["_id"] for row in await mongo.rows(database, RECORDS, ERASED, projection={"_id": 1})}
    useless = sorted(keys & gone | keys - persons)
    for first in range(0, len(useless), AT_ONCE):
        await mongo.delete(database, KEYS, {"_id": {"$in": useless[first : first + AT_ONCE]}})
    return len(persons - keys - gone)
