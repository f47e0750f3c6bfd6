"""A backup is taken: ends of the log, then one instant of every database, then the log up to it; the manifest last."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.backup import databases, erasures, groups, log, manifest
from deploy.backup.databases import Collections, database_of
from deploy.backup.folder import drop_all_but, filling
from deploy.backup.log import Barrier, Ends, Saving
from deploy.backup.manifest import File, Manifest, Topic
from deploy.backup.servers import Servers
from deploy.local.private import private, private_files
from deploy.local.progress import progress
from services import SERVICES
from shared.persistence.dump import Instant, Whole, whole

HISTORY = 24 * 3600
"""Seconds that MongoDB is asked to keep the instant for."""
Known = Mapping[str, tuple[int, Mapping[str, str]]]
"""Topics, each with its partitions and its own settings."""


@dataclass
class Log:
    """What is kept of the log."""

    files: dict[str, File] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


async def back_up(servers: Servers, folder: Path, keys: Path | None) -> Manifest:
    """Everything into an empty folder; the keys of identities into another, of the same instant, where one is given."""
    with filling(folder):
        async with whole(servers.mongodb, servers.login) as mongo:
            known, heard = await log.topics(servers.brokers), await groups.heard(servers.brokers)
            before = await _ends(servers, known)
            async with _instant(mongo) as (instant, collections):
                simulated = await _is_simulated(instant, collections)
                after = await _ends(servers, known)
                if keys:
                    await _keep_keys(instant, keys)
                with progress("Bases") as advance:
                    files = await databases.save(instant, collections, folder, advance)
                kept = await _log(servers, known, before, after, Barrier(instant, collections), folder)
        made = Manifest(
            kind="main", build=manifest.build(), at=instant.at, simulated=simulated, files={**files, **kept.files},
            topics=kept.topics, groups=heard, unreadable=kept.unreadable, secret=servers.secret,
        )  # fmt: skip
        manifest.write(folder, made)
    return made


async def back_up_keys(servers: Servers, folder: Path) -> Manifest:
    """The keys of identities alone, instead of those that the folder holds."""
    async with whole(servers.mongodb, servers.login) as mongo, _instant(mongo) as (instant, _collections):
        return await _keep_keys(instant, folder)


@asynccontextmanager
async def _instant(mongo: Whole) -> AsyncIterator[tuple[Instant, Collections]]:
    """One instant of all the collections that there were at it, and that stay what they are meanwhile."""
    while True:
        collections = await databases.kept(mongo)
        async with mongo.at_one_instant(HISTORY) as instant:
            await _fix(instant, collections)
            if collections == await databases.kept(mongo):
                yield instant, collections
                break
    await databases.ensure_same(mongo, collections)


async def _fix(instant: Instant, collections: Collections) -> None:
    """Have the instant be this one: it is that of the first read, but of one of a collection that is not there."""
    for service, names in collections.items():
        for name in sorted(names)[:1]:
            await instant.rows(database_of(service), name, {}, limit=1, projection={"_id": 1})


async def _ends(servers: Servers, known: Known) -> Ends:
    return await log.ends(servers.brokers, {name: partitions for name, (partitions, _) in known.items()})


async def _is_simulated(instant: Instant, collections: Collections) -> bool:
    """Whether some service's clock stands where it was put, or its database says so."""
    found = [await instant.rows(database_of(service), "clock", {"simulated": {"$ne": False}}) for service in SERVICES]
    return any(found)


async def _log(servers: Servers, known: Known, before: Ends, after: Ends, barrier: Barrier, folder: Path) -> Log:
    kept = Log()
    for name, (_, settings) in known.items():
        saving = Saving(name, before, after, barrier, folder)
        with progress(f"Messages de {name}") as advance:
            await saving.run(servers.brokers, advance)
        kept.files |= saving.close()
        kept.topics[name] = Topic(settings=settings, partitions=saving.said)
        kept.unreadable += saving.unreadable
    return kept


async def _keep_keys(instant: Instant, folder: Path) -> Manifest:
    """New files beside those of before; then the manifest that names them, at once; then those of before go."""
    with private_files():
        private(folder)
        files = await erasures.save(instant, folder, secrets.token_hex(4))
        made = Manifest(kind="keys", build=manifest.build(), at=instant.at, files=files)
        manifest.write(folder, made)
        drop_all_but(folder, files)
    return made
