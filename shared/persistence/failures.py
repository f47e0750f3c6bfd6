"""Errors of the driver, translated in one place: away (transient), a clash, a duplicate key, a journal too short, or ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

DUPLICATE_KEY = 11000
COLLECTION_EXISTS = 48
CLASHES = frozenset({112, 24, 246, 251})
"""WriteConflict, LockTimeout, SnapshotUnavailable, NoSuchTransaction: another writer was first; the server is well."""
SERVER_CODES = frozenset(
    {
        6, 7, 89, 202, 9001,  # its network: HostUnreachable, HostNotFound, NetworkTimeout, its pool's, SocketException
        91, 11600, 11602,  # it stops, or steps down: ShutdownInProgress, InterruptedAtShutdown, InterruptedDueToReplStateChange
        189, 10107, 10058, 13435, 13436, 133, 94,  # no primary, or not this one; not yet in its replica set
        64, 100, 134, 211,  # no majority answers; the majority's reads, or the keys that sign times, are not there yet
        43, 237, 175, 206, 225, 239, 290,  # what it held for us is gone: cursors, plans, sessions, old snapshots and transactions
        50, 262, 365, 11601,  # it was too slow: MaxTimeMSExpired, ExceededTimeLimit, TemporarilyUnavailable, Interrupted
    }
)  # fmt: skip
"""MongoDB's codes of a server that goes, comes, elects or is too slow. Trying again is all there is to do."""


DENIALS = frozenset({13, 18})
"""Unauthorized, AuthenticationFailed."""
HISTORY_LOST = frozenset({222, 260, 280, 286})
"""CloseChangeStream, InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost."""


class Away(Exception):
    """MongoDB is unreachable, without primary or too slow. Try again: neither the data nor we are at fault."""


class Denied(Away):
    """MongoDB answers, and says no: to our name or password, or to what we ask. Said aloud, and tried again with a new client."""


class Sessionless(Away):
    """The connection was made before its server could hold sessions. It will never have one: drop it, and try again."""


class Clash(Exception):
    """Another writer was first, within a transaction: do all of it again."""


class DuplicateKey(Exception):
    """A document has this id, or this value of a unique index, already; or a collection its name."""


class HistoryLost(Exception):
    """The journal does not reach back to where it was read: read the documents themselves again."""


def is_transient(error: BaseException) -> bool:
    """Whether a failure is a server's or a clash (worth trying for ever) rather than the data's or ours."""
    return isinstance(error, Away | Clash)


def is_denied(error: BaseException) -> bool:
    """Whether MongoDB answered, and said no to who we are or to what we may."""
    return isinstance(error, Denied)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Whatever the driver raises within, as one of ours where it is one. What is left is the data's fault, or ours."""
    try:
        yield
    except PyMongoError as error:
        kind = kind_of(error)
        if kind is None:
            raise
        raise kind(type(error).__name__) from error  # never the driver's own words: they may quote what was sent


def kind_of(error: PyMongoError) -> type[Exception] | None:
    """Which of ours a driver's error is; None for what would fail again on a server that is well."""
    return next((kind for kind, holds in KINDS.items() if holds(error)), None)


def _is_duplicate(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        codes = _codes(error)
        return bool(codes) and codes == {DUPLICATE_KEY} and not error.details.get("writeConcernErrors")
    return isinstance(error, DuplicateKeyError) or COLLECTION_EXISTS in _codes(error)


def _is_clash(error: PyMongoError) -> bool:
    if isinstance(error, ConnectionFailure):
        return False
    of_a_transaction = error.has_error_label("TransientTransactionError")
    return (of_a_transaction and not _codes(error) & SERVER_CODES) or bool(_codes(error) & CLASHES)


def _is_history_lost(error: PyMongoError) -> bool:
    return bool(_codes(error) & HISTORY_LOST)


def _is_sessionless(error: PyMongoError) -> bool:
    """What a connection answers that was opened while its server was starting."""
    text = str(error)
    early = isinstance(error, ConfigurationError) and text.startswith("Sessions are not supported")
    return early or (
        isinstance(error, OperationFailure) and ("retryable writes" in text or text.startswith("Transaction numbers"))
    )


def _is_denied(error: PyMongoError) -> bool:
    return bool(_codes(error) & DENIALS)


def _is_away(error: PyMongoError) -> bool:
    if isinstance(error, ConnectionFailure | WriteConcernError) or error.timeout:
        return True
    if isinstance(error, InvalidOperation):
        return "after close" in str(error) or "ended session" in str(error)
    if isinstance(error, BulkWriteError) and error.details.get("writeConcernErrors"):
        return True
    return bool(_codes(error) & SERVER_CODES) or error.has_error_label("RetryableWriteError")


def _codes(error: PyMongoError) -> set[int]:
    if isinstance(error, BulkWriteError):
        return {one["code"] for one in error.details.get("writeErrors", ())}
    return {error.code} if isinstance(error, OperationFailure) and error.code is not None else set()


KINDS: dict[type[Exception], Callable[[PyMongoError], bool]] = {
    DuplicateKey: _is_duplicate,
    HistoryLost: _is_history_lost,
    Clash: _is_clash,
    Denied: _is_denied,
    Sessionless: _is_sessionless,
    Away: _is_away,
}
