"""The databases in a backup: which collections it has, and what is left out since it is made anew."""

from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from deploy.backup.files import opened, writer
from deploy.backup.manifest import File
from deploy.local.errors import CannotRun
from deploy.local.progress import Advance
from services import SERVICES
from shared.persistence.dump import Instant, Whole
from shared.persistence.restoring import RESTORING

KEYS = "identity_keys"
KEYS_OF = "referral"
"""The service that has them."""
OF_NOBODY = frozenset({"leases", "settled", "generations", "sessions", "imports", "import_rows", RESTORING})
"""Who works now and is signed in, and which rows are read: a stack that starts makes them anew. Who had signed out stays so.
Files that were being taken in are sent again by whoever has them: nothing of them is accepted twice."""
ROWS = "rows_"
"""Reporting's rows: they are what the log says, and are made of it again."""
BESIDE_ROWS = {"generation": None}
"""What is parked beside rows is parked again as they are made; the rest is kept."""
Collections = Mapping[str, Mapping[str, str]]
"""By service, the collections that are kept: their names, and their ids."""


def database_of(service: str) -> str:
    """The name of its database."""
    return f"etabli_{service}"


def file_of(service: str, name: str) -> str:
    """Where a collection is kept."""
    return f"databases/{service}/{name}.bson.gz"


def collection_in(file: str) -> tuple[str, str] | None:
    """The service and the collection that a file of a backup keeps; None for one of the log."""
    kind, service, name = file.removesuffix(".bson.gz").split("/", 2)
    return (service, name) if kind == "databases" else None


async def kept(mongo: Whole) -> Collections:
    """Every collection that a backup has, of each service."""
    found: dict[str, Mapping[str, str]] = {}
    for service in SERVICES:
        there = await mongo.collections(database_of(service))
        found[service] = {name: id for name, id in there.items() if name not in OF_NOBODY and not name.startswith(ROWS)}
    return found


async def ensure_same(mongo: Whole, before: Collections) -> None:
    """Raise CannotRun where a collection was dropped or made again meanwhile: of that one an instant shows nothing."""
    now = await kept(mongo)
    gone = [f"{service}.{name}" for service, of in before.items() for name, id in of.items() if now[service].get(name) != id]
    if gone:
        raise CannotRun(f"Des collections ont été refaites pendant la sauvegarde ({', '.join(gone)}) : recommencez-la.")


async def save(instant: Instant, collections: Collections, folder: Path, advance: Advance) -> dict[str, File]:
    """Every collection as it stood at that instant but the keys, each into a file."""
    files: dict[str, File] = {}
    for service, names in collections.items():
        for name in sorted(names):
            if name != KEYS:
                where = BESIDE_ROWS if name == "parked" else {}
                files[file_of(service, name)] = await save_one(instant, service, name, folder, file_of(service, name), where)
                advance(sum(file.documents for file in files.values()), None)
    return files


async def save_one(instant: Instant, service: str, name: str, folder: Path, file: str, where: Mapping[str, Any]) -> File:
    """One collection into one file."""
    into = writer(folder, file)
    async with aclosing(instant.batches(database_of(service), name, where)) as batches:
        async for bson, documents in batches:
            into.put(bson, documents)
    return into.close()


async def put_back(mongo: Whole, folder: Path, files: Mapping[str, File], advance: Advance) -> None:
    """Every document of these files into its collection."""
    done, total = 0, sum(file.documents for name, file in files.items() if collection_in(name))
    for file in files:
        if found := collection_in(file):
            service, name = found
            with opened(folder, file) as bson:
                async for count in mongo.put_back(database_of(service), name, bson):
                    done += count
                    advance(done, total)
