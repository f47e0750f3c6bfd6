"""Each thing that the driver may raise, told apart: away, clash, twice the same, or a fault that waiting does not heal."""

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    CursorNotFound,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from shared.persistence.failures import Away, Clash, Denied, DuplicateKey, Sessionless, is_transient, translated_errors


def labelled(error: PyMongoError, label: str) -> PyMongoError:
    error._add_error_label(label)
    return error


def bulk(*codes: int, concern: int | None = None) -> BulkWriteError:
    concerns = [{"code": concern, "errmsg": ""}] if concern else []
    return BulkWriteError({"writeErrors": [{"code": code} for code in codes], "writeConcernErrors": concerns})


def failed(code: int, text: str = "") -> OperationFailure:
    return OperationFailure(text, code, {"code": code})


TRANSACTION, WRITE = "TransientTransactionError", "RetryableWriteError"
AWAY: list[PyMongoError] = [
    AutoReconnect("connection closed"), ConnectionFailure("refused"), NetworkTimeout("timed out"), NotPrimaryError("not primary"),
    ServerSelectionTimeoutError("no primary"), WaitQueueTimeoutError("no connection"), CursorNotFound("gone", 43),
    ExecutionTimeout("operation exceeded time limit", 50), WTimeoutError("no majority", 64), WriteConcernError("stops", 91),
    labelled(AutoReconnect("in a transaction"), TRANSACTION), labelled(failed(91), WRITE), labelled(failed(11600), TRANSACTION),
    failed(11600, "interrupted at shutdown"), failed(11602), failed(189), failed(10107), failed(13435), failed(13436),
    failed(211), failed(6), failed(7), failed(89), failed(262), failed(206, "no such session"), failed(237, "cursor killed"),
    bulk(11600), bulk(10107, 11000), bulk(concern=64), bulk(11000, concern=91),
    InvalidOperation("Cannot use MongoClient after close"), InvalidOperation("Cannot use ended session"),
]  # fmt: skip
CLASHES: list[PyMongoError] = [failed(112), labelled(failed(112), TRANSACTION), labelled(failed(251), TRANSACTION), failed(24)]
SESSIONLESS: list[PyMongoError] = [
    ConfigurationError("Sessions are not supported by this MongoDB deployment"),
    failed(20, "Transaction numbers are only allowed on a replica set member or mongos"),
    OperationFailure("This MongoDB deployment does not support retryable writes. Please add retryWrites=false", 20),
]
OURS: list[PyMongoError] = [
    failed(121, "document failed validation"), failed(9, "failed to parse"), failed(2),
    ConfigurationError("bad option"), InvalidOperation("No operations to execute"),
    bulk(121), bulk(11000, 121),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        *((error, Away) for error in AWAY),
        *((error, Clash) for error in CLASHES),
        *((error, Sessionless) for error in SESSIONLESS),
        (failed(13, "unauthorized"), Denied),
        (failed(18), Denied),
        (DuplicateKeyError("twice", 11000), DuplicateKey),
        (bulk(11000, 11000), DuplicateKey),
        (failed(48, "collection already exists"), DuplicateKey),
    ],
    ids=repr,
)
def test_a_failure_of_a_server_or_of_two_who_met_has_our_name(raised: PyMongoError, kind: type[Exception]) -> None:
    with pytest.raises(kind) as raised_error, translated_errors():
        raise raised
    assert type(raised_error.value) is kind
    assert is_transient(raised_error.value) is (kind is not DuplicateKey)


@pytest.mark.parametrize("raised", OURS, ids=repr)
def test_what_would_fail_again_on_a_server_that_is_well_is_left_as_it_is(raised: PyMongoError) -> None:
    with pytest.raises(type(raised)) as raised_error, translated_errors():
        raise raised
    assert raised_error.value is raised
    assert not is_transient(raised)


def test_our_failures_never_repeat_the_driver_s_words() -> None:
    with pytest.raises(DuplicateKey) as raised_error, translated_errors():
        raise DuplicateKeyError('dup key: { name: "Léa Dupont" }', 11000)
    assert "Dupont" not in str(raised_error.value)
