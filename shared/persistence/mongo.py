"""The only module that knows Motor, which is past its end of life: connect, transact, and tell a server's failure from ours."""

from collections.abc import Callable, Coroutine
from datetime import UTC
from typing import Any, TypeVar

from bson.codec_options import CodecOptions, DatetimeConversion
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    CursorNotFound,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    WaitQueueTimeoutError,
    WriteConcernError,
)
from pymongo.read_concern import ReadConcern

T = TypeVar("T")
type_of_document = dict[str, Any]
Database = AsyncIOMotorDatabase[type_of_document]
Collection = AsyncIOMotorCollection[type_of_document]
Session = AsyncIOMotorClientSession

TRANSIENT = (ConnectionFailure, CursorNotFound, ExecutionTimeout, WaitQueueTimeoutError, WriteConcernError)
"""What a server that is unreachable, without primary or too slow makes pymongo raise. Try again; the data is not at fault."""

CLASH = (DuplicateKeyError,)
__all__ = [
    "CLASH",
    "TRANSIENT",
    "BulkWriteError",
    "Collection",
    "Database",
    "Session",
    "connect",
    "in_transaction",
    "is_transient",
    "majority",
]


def connect(url: str, name: str) -> Database:
    """A service's database: majority, journaled writes; UTC-aware times. Connects when first used."""
    client: AsyncIOMotorClient[type_of_document] = AsyncIOMotorClient(
        url, w="majority", journal=True, serverSelectionTimeoutMS=4000, socketTimeoutMS=20_000, uuidRepresentation="standard"
    )
    options: CodecOptions[type_of_document] = CodecOptions(
        tz_aware=True, tzinfo=UTC, datetime_conversion=DatetimeConversion.DATETIME
    )
    return client.get_database(name, codec_options=options)


def majority(collection: Collection) -> Collection:
    """The same collection, read only as a majority keeps it: what is told of it can not be rolled back."""
    return collection.with_options(read_concern=ReadConcern("majority"))


def is_transient(error: BaseException) -> bool:
    """Whether a failure is a server's (worth trying for ever) rather than the data's or ours."""
    if isinstance(error, TRANSIENT):
        return True
    return isinstance(error, OperationFailure) and bool(
        error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError")
    )


async def in_transaction(database: Database, work: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
    """Do several writes or none. `work` may run more than once: MongoDB asks for it again when it met another's."""
    async with await database.client.start_session() as session:
        result: T = await session.with_transaction(work)
        return result
