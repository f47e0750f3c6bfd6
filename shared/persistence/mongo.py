"""A service's database and its collections, with the few verbs that we use. Each ends within a time limit.

They raise what `failures` names: Away, Clash, DuplicateKey.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from shared.persistence import driver as native
from shared.persistence.driver import TIME_LIMIT, Client, Driver, Login, NativeCollection, NativeSession
from shared.persistence.failures import Denied, DuplicateKey, Sessionless
from shared.persistence.writes import Row, Write

T = TypeVar("T")
Where = Mapping[str, Any]
Key = str | tuple[str, int]
"""A field and its direction: 1 (which goes without saying) or -1."""
PATIENT = 60.0
"""Seconds, for large reads and bulks that no request waits for, or that one knows to be large."""
MUCH = 600.0
"""Seconds, for what grows with all the data: an index, a drop."""


@dataclass(frozen=True)
class Updated:
    """What an update did: how many documents it found, and whether it made one because it found none."""

    found: int
    made: bool


@dataclass(frozen=True)
class Session:
    """A transaction under way. Hand it to each verb that is part of it."""

    native: NativeSession
    client: Client


class Database:
    """A service's database: majority, journaled writes; UTC-aware times. Connects when first used."""

    def __init__(self, url: str, name: str, *, login: Login | None = None, driver: Driver = "motor") -> None:
        self.name = name
        self._url = url
        self._login = login
        self._driver = driver
        self._client: Client | None = None
        self._named: dict[str, Collection] = {}

    def __getitem__(self, name: str) -> "Collection":
        if name not in self._named:
            self._named[name] = Collection(self, name)
        return self._named[name]

    async def create_collections(self) -> None:
        """Create those that were named so far: transactions that have to, at once, lock one another out."""
        for name in sorted(self._named.keys() - await self.names()):
            with suppress(DuplicateKey):  # another process did
                await self.command({"create": name}, limit=MUCH)

    async def names(self) -> set[str]:
        """The collections that there are."""
        reply = await self.command({"listCollections": 1, "nameOnly": True, "cursor": {"batchSize": 10_000}})
        return {one["name"] for one in reply["cursor"]["firstBatch"]}

    async def command(self, command: Row, *, limit: float = TIME_LIMIT) -> Row:
        """What has no verb: a database command, and its reply."""
        async with self.verb(limit) as client:
            return await client[self.name].command(command)

    async def settle(self) -> None:
        """Return once a majority keeps all that was read here: a write that changes nothing waits for what came before it."""
        await self["settled"].update({"_id": "nothing"}, {"$set": {"nothing": None}})

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do several writes or none, once. Clash when another was first; Away when we do not know how it ended."""
        async with self.verb(TIME_LIMIT) as client:
            session: NativeSession = await native.awaited(client.start_session())
            try:
                return await native.in_transaction(session, work(Session(session, client)))
            finally:
                await session.end_session()

    async def drop(self) -> None:
        """Drop all of it."""
        await self.command({"dropDatabase": 1}, limit=MUCH)

    async def close(self) -> None:
        """Drop every connection. Whoever still uses one is told Away; the next verb connects anew."""
        client, self._client = self._client, None
        if client is not None:
            await native.close(client)

    @asynccontextmanager
    async def verb(self, limit: float, session: Session | None = None) -> AsyncIterator[Client]:
        """A client to ask, within a time limit in seconds, whose failures are ours. Of no use any more, it is dropped."""
        client = session.client if session else self._connected()
        try:
            with native.time_limit(limit):
                yield client
        except (Sessionless, Denied):
            if client is self._client:
                await self.close()
            raise

    def _connected(self) -> Client:
        if self._client is None:
            identity = self._login.options(self.name) if self._login else {}
            self._client = native.new_client(self._url, self._driver, identity)
        return self._client


class Collection:
    """Documents of a kind. Within a transaction each verb is given its session."""

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.name = name
        self._majority = False
        self._limit = TIME_LIMIT

    def majority(self) -> "Collection":
        """The same, read only as a majority keeps it: what is told of it can not be rolled back."""
        bound = copy(self)
        bound._majority = True
        return bound

    def patient(self, seconds: float = PATIENT) -> "Collection":
        """The same, with another time limit: for what reads or writes much at once."""
        bound = copy(self)
        bound._limit = seconds
        return bound

    async def find(
        self, where: Where | None = None, *, fields: Where | None = None, sort: Sequence[Key] = (), skip: int = 0, limit: int = 0,
        session: Session | None = None,
    ) -> list[Row]:  # fmt: skip
        """Every document that matches, with only these fields if they are named."""
        options: Row = {"skip": skip, "limit": limit, "sort": _keys(sort) or None, **_in(session)}
        async with self._verb(session) as rows:
            return await rows.find(where or {}, fields, **options).to_list(None)

    async def find_one(
        self, where: Where | None = None, *, fields: Where | None = None, sort: Sequence[Key] = (), session: Session | None = None
    ) -> Row | None:
        """The first document that matches, or None."""
        found = await self.find(where, fields=fields, sort=sort, limit=1, session=session)
        return found[0] if found else None

    async def count(self, where: Where | None = None, *, limit: int = 0, session: Session | None = None) -> int:
        """How many match, counted up to a limit if there is one."""
        most: Row = {"limit": limit} if limit else {}
        async with self._verb(session) as rows:
            return int(await rows.count_documents(where or {}, **most, **_in(session)))

    async def aggregate(self, pipeline: Sequence[Where]) -> list[Row]:
        """What comes out of a pipeline."""
        async with self._verb() as rows:
            cursor = await native.awaited(rows.aggregate(list(pipeline)))
            return cast(list[Row], await cursor.to_list(None))

    async def insert(self, row: Row, *, session: Session | None = None) -> None:
        """Keep a new document. DuplicateKey where it is there already."""
        async with self._verb(session) as rows:
            await rows.insert_one(row, **_in(session))

    async def update(
        self, where: Where, change: Where | Sequence[Where], *, upsert: bool = False, session: Session | None = None
    ) -> Updated:
        """Change the first document that matches or, with `upsert`, make it where none does."""
        async with self._verb(session) as rows:
            done = await rows.update_one(where, change, upsert=upsert, **_in(session))
            return Updated(done.matched_count, done.upserted_id is not None)

    async def bulk(self, writes: Sequence[Write], *, session: Session | None = None) -> int:
        """Many writes at once, in no order: how many documents they found or made. DuplicateKey if that alone stopped some."""
        async with self._verb(session) as rows:
            done = await rows.bulk_write([native.native_write(write) for write in writes], ordered=False, **_in(session))
            return int(done.inserted_count + done.matched_count + done.upserted_count)

    async def delete(self, where: Where, *, session: Session | None = None) -> int:
        """Delete every document that matches: how many."""
        async with self._verb(session) as rows:
            return int((await rows.delete_many(where, **_in(session))).deleted_count)

    async def drop(self) -> None:
        """Drop it with all its documents, if it is there."""
        async with self.patient(MUCH)._verb() as rows:
            await rows.drop()

    async def index(self, *keys: Key, unique: bool = False, sparse: bool = False) -> None:
        """Create an index where it is missing, however long that takes."""
        async with self.patient(MUCH)._verb() as rows:
            await rows.create_index(_keys(keys), unique=unique, sparse=sparse)

    async def expire(self, field: str) -> None:
        """Have MongoDB delete each document at the instant of this field: of its own clock, which no simulation moves."""
        async with self.patient(MUCH)._verb() as rows:
            await rows.create_index(field, expireAfterSeconds=0)

    async def without_index(self, *keys: Key) -> None:
        """Drop the index that an earlier build had on these keys, if it is there."""
        async with self.patient(MUCH)._verb() as rows:
            there = await rows.index_information()
            for name in (name for name, one in there.items() if one["key"] == _keys(keys)):
                await rows.drop_index(name)

    @asynccontextmanager
    async def _verb(self, session: Session | None = None) -> AsyncIterator[NativeCollection]:
        async with self.database.verb(self._limit, session) as client:
            yield native.collection_of(client, self.database.name, self.name, majority=self._majority)


def connect(url: str, name: str, *, login: Login | None = None, driver: Driver = "motor") -> Database:
    """A service's database, by one driver or the other, as nobody or as whom the login names."""
    return Database(url, name, login=login, driver=driver)


def _in(session: Session | None) -> Row:
    return {"session": session.native} if session else {}


def _keys(keys: Sequence[Key]) -> list[tuple[str, int]]:
    return [(key, 1) if isinstance(key, str) else key for key in keys]
