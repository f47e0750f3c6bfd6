"""Whole databases, read as they all stood at one instant, and put back: what backups are made of."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from itertools import islice
from typing import IO, Any

from shared.persistence import driver as native
from shared.persistence.driver import Client, Login, NativeSession
from shared.persistence.failures import Away, Denied, translated_errors
from shared.persistence.mongo import PATIENT, Where
from shared.persistence.writes import Row

WINDOW = "minSnapshotHistoryWindowInSeconds"
AT_ONCE = 2_000
"""Documents put back in one write."""


class Whole:
    """A MongoDB as a whole, for whoever may read all of it. `at` sees one instant of it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def command(self, database: str, command: Row, *, within: float = PATIENT) -> Row:
        """A command to one database, and its reply."""
        with native.time_limit(within):
            return await self._client[database].command(command)

    async def collections(self, database: str) -> dict[str, str]:
        """The collections that a database has now; by name, the id that one of the same name made later would not have."""
        reply = await self.command(database, {"listCollections": 1, "cursor": {"batchSize": 10_000}})
        found = [one for one in reply["cursor"]["firstBatch"] if one["type"] == "collection"]
        return {one["name"]: str(one["info"]["uuid"]) for one in found if not one["name"].startswith("system.")}

    async def rows(self, database: str, name: str, where: Where | None = None, **options: Any) -> list[Row]:
        """Documents, as they are now. `options` are the driver's: `limit`, `sort`, `projection`."""
        with native.time_limit(PATIENT):
            return await self._collection(database, name).find(where or {}, **options).to_list(None)

    async def is_empty(self, database: str, name: str) -> bool:
        """Whether a collection holds nothing."""
        return not await self.rows(database, name, limit=1, projection={"_id": 1})

    async def put_back(self, database: str, name: str, file: IO[bytes]) -> AsyncIterator[int]:
        """Insert every document of a file of BSON, as it is; tells how many, as they come. On a majority, journaled."""
        documents = native.raw_in(file)
        while some := list(islice(documents, AT_ONCE)):
            with native.time_limit(PATIENT):
                await self._collection(database, name).insert_many(some, ordered=False)
            yield len(some)

    async def insert(self, database: str, name: str, rows: Sequence[Row]) -> None:
        """Insert these."""
        with native.time_limit(PATIENT):
            await self._collection(database, name).insert_many(list(rows), ordered=False)

    async def put(self, database: str, name: str, row: Row) -> None:
        """Keep a document, in the place of the one of its id."""
        with native.time_limit(PATIENT):
            await self._collection(database, name).replace_one({"_id": row["_id"]}, row, upsert=True)

    async def change(self, database: str, name: str, where: Where, change: Where, *, upsert: bool = False) -> int:
        """Change every document that matches: how many."""
        with native.time_limit(PATIENT):
            done = await self._collection(database, name).update_many(where, change, upsert=upsert)
            return int(done.matched_count)

    async def delete(self, database: str, name: str, where: Where) -> int:
        """Delete every document that matches: how many."""
        with native.time_limit(PATIENT):
            return int((await self._collection(database, name).delete_many(where)).deleted_count)

    async def clear(self, database: str, name: str) -> None:
        """Drop a collection, if it is there."""
        with native.time_limit(600):
            await self._collection(database, name).drop()

    async def drop(self, database: str) -> None:
        """Drop a whole database."""
        await self.command(database, {"dropDatabase": 1}, within=600)

    @asynccontextmanager
    async def at_one_instant(self, history: int) -> AsyncIterator["Instant"]:
        """Reads of one instant, for as many seconds as MongoDB is asked to keep it (five minutes where we may not ask)."""
        async with AsyncExitStack() as ending:
            with suppress(Denied):
                before = (await self.command("admin", {"getParameter": 1, WINDOW: 1}))[WINDOW]
                await self.command("admin", {"setParameter": 1, WINDOW: max(before, history)})
                ending.push_async_callback(self._keep_history, before)
            yield Instant(self._client, await ending.enter_async_context(native.snapshot(self._client)))

    async def _keep_history(self, seconds: int) -> None:
        with suppress(Away, Denied):
            await self.command("admin", {"setParameter": 1, WINDOW: seconds})

    def _collection(self, database: str, name: str) -> native.NativeCollection:
        return native.collection_of(self._client, database, name, majority=False)


class Instant:
    """What every database held at one instant, that of the first read."""

    def __init__(self, client: Client, session: NativeSession) -> None:
        self._client = client
        self._session = session

    @property
    def at(self) -> datetime:
        """When that is, by MongoDB's own clock, to the second."""
        return native.instant_of(self._session)

    async def rows(self, database: str, name: str, where: Where, **options: Any) -> list[Row]:
        """Some documents."""
        with native.time_limit(PATIENT):
            return await self._collection(database, name).find(where, session=self._session, **options).to_list(None)

    async def batches(self, database: str, name: str, where: Where | None = None) -> AsyncGenerator[tuple[bytes, int]]:
        """All documents of a collection, or those that match: as BSON, in parts, each with how many there are in it."""
        batches = aiter(native.raw_batches(self._collection(database, name), self._session, dict(where or {})))
        while True:
            with translated_errors():
                try:
                    batch = await asyncio.wait_for(anext(batches), PATIENT)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise Away("a part of a snapshot") from None
            yield batch, native.count_in(batch)

    def _collection(self, database: str, name: str) -> native.NativeCollection:
        return self._client[database].get_collection(name, native.NATIVE_OPTIONS)


@asynccontextmanager
async def whole(url: str, login: Login | None = None) -> AsyncIterator[Whole]:
    """All of a MongoDB, as an administrator who is to it whom the login names."""
    client = native.new_client(url, "pymongo", login.options("admin") if login else {})
    try:
        yield Whole(client)
    finally:
        await native.close(client)


def documents(file: IO[bytes]) -> Iterator[Row]:
    """The documents of a file of BSON."""
    return native.decoded(file)


def as_bson(row: Row) -> bytes:
    """A document, as it stands in such a file."""
    return native.encoded(row)
