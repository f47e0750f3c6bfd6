"""Where a restore may be done: no service at work, servers that hold nothing, or what the same restore had begun."""

import asyncio
from hashlib import sha256

from deploy.backup import log
from deploy.backup.databases import OF_NOBODY, database_of
from deploy.backup.manifest import Manifest
from deploy.backup.servers import Servers
from deploy.local.errors import CannotRun
from deploy.local.progress import say
from services import SERVICES
from shared.kernel.clock import real_now
from shared.persistence.dump import Whole
from shared.persistence.restoring import RESTORING
from shared.persistence.simulated_clock import KIND

OWN = "etabli_restore"
"""The database that says that a restore is under way, and of what; a restore that ends drops it."""
STARTED = frozenset({*OF_NOBODY, "clock", "migrations", "record_turn"})
"""What services that were started on empty databases make by themselves."""
LET_GO = 15.0
"""Seconds after which a service that was stopped holds no lease any more."""


async def ensure_stopped(mongo: Whole) -> None:
    """Return once no service holds a lease. CannotRun where one is renewed."""
    deadline = asyncio.get_running_loop().time() + LET_GO
    while working := await _working(mongo):
        if asyncio.get_running_loop().time() > deadline:
            raise CannotRun(
                f"Des services tournent sur ces bases ({', '.join(working)}) : arrêtez-les d’abord, par « docker compose stop "
                f"{' '.join(SERVICES)} » ou en arrêtant « etabli up »."
            )
        await asyncio.sleep(0.5)


async def _working(mongo: Whole) -> list[str]:
    now = real_now()
    return [one for one in SERVICES if await mongo.rows(database_of(one), "leases", {"until": {"$gt": now}}, limit=1)]


async def begin(mongo: Whole, servers: Servers, made: Manifest, *, over_log: bool) -> bool:
    """Take the ground for this restore: whether it was begun before and cut short. CannotRun where something else is there."""
    which = {"of": _name(made), "over_log": over_log}
    begun = await mongo.rows(OWN, "restore", {})
    if begun:
        if {"of": begun[0]["of"], "over_log": begun[0]["over_log"]} != which:
            raise CannotRun("Une autre restauration a été commencée ici et n’est pas finie : reprenez-la, ou videz les serveurs.")
        say("Une restauration de cette sauvegarde avait été commencée ici : elle est reprise depuis le début.")
        return True
    await _ensure_same_kind(mongo, simulated=made.simulated)
    await _ensure_no_database(mongo)
    if not over_log:
        await _ensure_no_log(servers)
    await mongo.insert(OWN, "restore", [{"_id": "restore", **which, "began": real_now()}])
    return False


async def empty(mongo: Whole) -> None:
    """Begin from nothing; services that are started before the end wait for it."""
    for service in SERVICES:
        await mongo.drop(database_of(service))
        await mongo.insert(database_of(service), RESTORING, [{"_id": "restore"}])


async def end(mongo: Whole, made: Manifest) -> None:
    """It is done, and what is here is of the kind that the backup was."""
    for service in SERVICES:
        await mongo.change(database_of(service), "clock", KIND, {"$set": {"simulated": made.simulated}}, upsert=True)
        await mongo.clear(database_of(service), RESTORING)
    await mongo.drop(OWN)


async def _ensure_same_kind(mongo: Whole, *, simulated: bool) -> None:
    other = {**KIND, "simulated": not simulated}
    if [one for one in SERVICES if await mongo.rows(database_of(one), "clock", other, limit=1)]:
        here, there = ("réelle", "simulée") if simulated else ("simulée", "réelle")
        raise CannotRun(f"La sauvegarde est celle d’une pile {there}, et cette pile est {here} : restaurez-la dans une autre.")


async def _ensure_no_database(mongo: Whole) -> None:
    found = [
        f"{service}.{name}"
        for service in SERVICES
        for name in await mongo.collections(database_of(service))
        if name not in STARTED and not await mongo.is_empty(database_of(service), name)
    ]
    if found:
        raise CannotRun(
            f"Les bases ne sont pas vides ({', '.join(sorted(found)[:5])}…) : une restauration se fait sur des serveurs vides, "
            "et n’efface jamais ce qui y est."
        )


async def _ensure_no_log(servers: Servers) -> None:
    known = await log.topics(servers.brokers)
    found = await log.ends(servers.brokers, {name: partitions for name, (partitions, _) in known.items()})
    told = sorted({at.topic for at, end in found.ends.items() if end})
    if told:
        raise CannotRun(
            f"Kafka n’est pas vide ({', '.join(told)}). Si c’est le journal de cette installation, qui a survécu à ses bases, "
            "ajoutez --log-survived ; sinon restaurez sur un Kafka vide."
        )


def _name(made: Manifest) -> str:
    return sha256(made.model_dump_json().encode()).hexdigest()
