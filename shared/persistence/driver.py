"""The one file that knows MongoDB's drivers: Motor, which is past its end of life, or PyMongo's own asynchronous client.

Their methods are the same; what one awaits and the other does not is behind `awaited`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import isawaitable
from pathlib import Path
from typing import IO, Any, Literal, TypeVar, cast

import bson
import pymongo
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.kernel.secrets import PasswordFile, Unreadable
from shared.persistence.failures import Away, Denied, translated_errors
from shared.persistence.writes import Insert, Replace, Row, Update, Write

T = TypeVar("T")
Driver = Literal["motor", "pymongo"]
Client = pymongo.AsyncMongoClient[Row]
NativeSession = AsyncClientSession
NativeCollection = AsyncCollection[Row]
NATIVE_OPTIONS: CodecOptions[Row] = CodecOptions(
    tz_aware=True, tzinfo=UTC, datetime_conversion=DatetimeConversion.DATETIME, uuid_representation=UuidRepresentation.STANDARD
)
RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
RAW_BATCH = 2_000
"""Documents."""
CLOSE_LIMIT = 1.0
TIME_LIMIT = 3.5
"""Seconds, within which a verb ends unless it says otherwise: a request is told within 5 that a server does not answer."""


@dataclass(frozen=True)
class Login:
    """Who we are to MongoDB: a user of our own database, unless `source` names another that knows it."""

    user: str
    password_file: Path
    source: str | None = None

    def options(self, database: str) -> Row:
        """What a driver is told; the password is read now. Denied where its file cannot be."""
        try:
            password = PasswordFile(self.password_file).read()
        except Unreadable:
            raise Denied("unreadable password") from None
        return {"username": self.user, "password": password, "authSource": self.source or database}


def new_client(url: str, driver: Driver, identity: Row) -> Client:
    """Majority, journaled writes. Connects when first used. `identity` is what a Login has to say."""
    options: Row = {"w": "majority", "journal": True, "serverSelectionTimeoutMS": int(TIME_LIMIT * 1000), **identity}
    if driver == "pymongo":
        return pymongo.AsyncMongoClient(url, **options)
    return cast(Client, AsyncIOMotorClient(url, **options))


def collection_of(client: Client, database: str, name: str, *, majority: bool) -> NativeCollection:
    """A collection, read as a majority keeps it or as it is."""
    return client[database].get_collection(name, NATIVE_OPTIONS, read_concern=ReadConcern("majority") if majority else None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End what is asked of the server within so many seconds, and raise what `failures` names."""
    with translated_errors(), pymongo.timeout(seconds):
        yield


async def close(client: Client) -> None:
    """Drop its connections, without waiting for long for a server that does not answer to our leaving."""
    with suppress(Away), time_limit(CLOSE_LIMIT):
        await awaited(await asyncio.to_thread(client.close))  # Motor's own would hold the loop


async def awaited(given: Any) -> Any:
    """What one driver gives and the other lets one await."""
    return await given if isawaitable(given) else given


async def in_transaction(session: NativeSession, work: Awaitable[T]) -> T:
    """Do the work and commit it, or none of it."""
    await awaited(session.start_transaction())
    try:
        done = await work
    except BaseException:
        with suppress(PyMongoError):  # the server aborts it by itself, were it away now
            await session.abort_transaction()
        raise
    await _commit(session)
    return done


async def _commit(session: NativeSession) -> None:
    """Commit, asked again as long as the answer is not known, until the time limit."""
    while True:
        try:
            return await session.commit_transaction()
        except (ConnectionFailure, OperationFailure) as error:
            if error.timeout or not error.has_error_label("UnknownTransactionCommitResult"):
                raise


def native_write(write: Write) -> "pymongo.InsertOne[Row] | pymongo.ReplaceOne[Row] | pymongo.UpdateOne":
    """One write of a bulk, as the driver has it."""
    match write:
        case Insert(row):
            return pymongo.InsertOne(row)
        case Replace(where, row, upsert):
            return pymongo.ReplaceOne(where, row, upsert=upsert)
        case Update(where, change, upsert):
            return pymongo.UpdateOne(where, change, upsert=upsert)


def ask(host: str, port: int, command: Row, *, database: str = "admin") -> Row:
    """One command to one server, whatever its state, for code that has no event loop (the embedded stack).

    Away where it gives no answer or says no: it may still be starting.
    """
    options: Row = {"directConnection": True, "serverSelectionTimeoutMS": 2000}
    try:
        with pymongo.MongoClient[Row](host, port, **options) as client:
            return client[database].command(command)
    except PyMongoError as error:
        raise Away(type(error).__name__) from error


@asynccontextmanager
async def snapshot(client: Client) -> AsyncIterator[NativeSession]:
    """A session whose reads are all of one instant, the first one's, as a majority keeps it then. PyMongo's own client alone."""
    async with client.start_session(snapshot=True) as session:
        yield session


def instant_of(session: NativeSession) -> datetime:
    """The instant of a snapshot that was read."""
    at: datetime = session._snapshot_time.as_datetime()  # type: ignore[attr-defined]  # it says it nowhere else
    return at


async def raw_batches(collection: NativeCollection, session: NativeSession, where: Row) -> AsyncIterator[bytes]:
    """Documents as BSON, one after the other, in parts of some megabytes."""
    cursor = collection.find_raw_batches(where, session=session, batch_size=RAW_BATCH)
    async for batch in cursor:
        yield cast(bytes, batch)


def encoded(row: Row) -> bytes:
    """A document as BSON."""
    return bson.encode(row, codec_options=NATIVE_OPTIONS)


def decoded(data: IO[bytes]) -> Iterator[Row]:
    """The documents of a file of BSON, one by one."""
    return bson.decode_file_iter(data, NATIVE_OPTIONS)


def raw_in(data: IO[bytes]) -> Iterator[RawBSONDocument]:
    """The same, as they are written: what is put back of them is the same to the byte."""
    return bson.decode_file_iter(data, RAW)


def count_in(batch: bytes) -> int:
    """How many documents stand in some BSON."""
    count = place = 0
    while place < len(batch):
        place += int.from_bytes(batch[place : place + 4], "little")
        count += 1
    return count
