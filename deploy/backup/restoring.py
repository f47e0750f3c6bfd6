"""A restore: everything checked, then databases, keys, erasures and log put back, and each group where it was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.backup import databases, erasures, files, ground, groups, journeys, log_back, manifest, surviving
from deploy.backup.databases import KEYS, KEYS_OF, database_of
from deploy.backup.files import opened
from deploy.backup.manifest import Manifest
from deploy.backup.servers import Servers
from deploy.backup.surviving import Found
from deploy.local.errors import CannotRun
from deploy.local.progress import progress
from shared.persistence.dump import Whole, whole


@dataclass(frozen=True)
class Chosen:
    """A backup, and the keys of identities to restore with it: both whole, both checked to the byte."""

    folder: Path
    main: Manifest
    keys_folder: Path | None = None
    keys: Manifest | None = None


@dataclass
class Restored:
    """What a restore did: identities that no key opens, erasures done again, and over a log that survived what it found there."""

    without_key: int = 0
    erased: int = 0
    found: Found | None = None


def choose(folder: Path, keys: Path | None, servers_secret: str | None) -> Chosen:
    """Read and check everything before anything is written. CannotRun for what is not whole, not sound, or not of this stack."""
    main = manifest.read(folder, "main")
    of_keys = manifest.read(keys, "keys") if keys else None
    if main.secret and servers_secret and main.secret != servers_secret:
        raise CannotRun(
            "Le secret de cette pile n’est pas celui de la sauvegarde : rien de ce que les services ont scellé ne s’ouvrirait, "
            "et aucune référence d’organisme ne serait reconnue. Remettez d’abord les clés de la pile sauvegardée."
        )
    with progress("Vérification") as advance:
        every = [(folder, name, said) for name, said in main.files.items()]
        every += [(keys, name, said) for name, said in of_keys.files.items()] if keys and of_keys else []
        for count, (where, name, said) in enumerate(every, start=1):
            files.check(where, name, said)
            advance(count, len(every))
    return Chosen(folder, main, keys, of_keys)


async def restore(servers: Servers, chosen: Chosen) -> Restored:
    """Everything into empty servers, while no service works there."""
    async with _on_free_ground(servers, chosen, over_log=False) as mongo:
        restored = await _databases(mongo, chosen)
        await _erase_again(mongo, servers, chosen, restored)
        await log_back.make_topics(servers.brokers, chosen.main.topics)
        with progress("Messages") as advance:
            await log_back.put_back(servers.brokers, chosen.folder, chosen.main, advance)
        await groups.put_back(servers.brokers, groups.of_topics(chosen.main.groups, chosen.main.topics))
    return restored


async def restore_over_log(servers: Servers, chosen: Chosen) -> Restored:
    """The databases alone, taken past what a log that survived them holds; each group hears again what they did not know."""
    await surviving.ensure_survived(servers, chosen.main)
    async with _on_free_ground(servers, chosen, over_log=True) as mongo:
        restored = await _databases(mongo, chosen)
        with progress("Journal qui a survécu") as advance:
            await surviving.gather(mongo, servers, chosen.main, advance)
        with progress("Événements repris") as advance:
            restored.found = found = await surviving.fold_all(mongo, advance)
        if chosen.main.simulated:
            await surviving.move_clocks(mongo, found.latest)
        restored.erased = await erasures.erase_as_logged(servers, found.erased, simulated=chosen.main.simulated)
        await _erase_again(mongo, servers, chosen, restored)
        places = await groups.over_log(servers.brokers, chosen.main.groups)
        with progress("Parcours repris") as advance:
            await journeys.follow_all(servers, places.get("referral", {}), advance, simulated=chosen.main.simulated)
        await groups.put_back(servers.brokers, places)
    return restored


@asynccontextmanager
async def _on_free_ground(servers: Servers, chosen: Chosen, *, over_log: bool) -> AsyncIterator[Whole]:
    """Servers where no service works, neither before nor after, and which hold nothing but what this restore had begun."""
    async with whole(servers.mongodb, servers.login) as mongo:
        await ground.ensure_stopped(mongo)
        begun = await ground.begin(mongo, servers, chosen.main, over_log=over_log)
        if begun and not over_log:
            await log_back.unmake_topics(servers.brokers)
        yield mongo
        await ground.ensure_stopped(mongo)
        await ground.end(mongo, chosen.main)


async def _databases(mongo: Whole, chosen: Chosen) -> Restored:
    await ground.empty(mongo)
    await mongo.clear(ground.OWN, surviving.TOLD)
    with progress("Bases") as advance:
        await databases.put_back(mongo, chosen.folder, chosen.main.files, advance)
    if chosen.keys and chosen.keys_folder:
        with opened(chosen.keys_folder, erasures.file_in(chosen.keys.files, KEYS)) as bson:
            async for _count in mongo.put_back(database_of(KEYS_OF), KEYS, bson):
                pass
    return Restored()


async def _erase_again(mongo: Whole, servers: Servers, chosen: Chosen, restored: Restored) -> None:
    """Whom the keys know to be erased; once each document has all the numbers that it gave, for this gives the next."""
    if chosen.keys and chosen.keys_folder:
        told = erasures.erased(chosen.keys_folder, chosen.keys.files)
        restored.erased += await erasures.erase_again(servers, told, simulated=chosen.main.simulated)
    restored.without_key = await erasures.settle_keys(mongo)
