"""Every class of error that aiokafka knows is of one kind, by decision."""

import ssl

import pytest
from aiokafka import errors
from aiokafka.errors import KafkaError

from shared.messaging.failures import AWAY, OWN, REFUSED, Kind, kind_of

CLASSES = sorted(
    {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)} - {KafkaError},
    key=lambda one: one.__name__,
)
HEALED_BY_ANOTHER_CLIENT = {
    errors.BrokerNotAvailableError, errors.ReplicaNotAvailableError, errors.StaleControllerEpochError,
    errors.StaleLeaderEpochCodeError, errors.KafkaUnavailableError, errors.KafkaTimeoutError, errors.QuotaViolationError,
    errors.TransactionCoordinatorFenced, errors.ConcurrentTransactions, errors.OperationNotAttempted,
    errors.ReassignmentInProgress, errors.CommitFailedError, errors.IllegalGenerationError, errors.UnknownMemberIdError,
    errors.RebalanceInProgressError, errors.MemberIdRequired, errors.FetchSessionIdNotFound, errors.InvalidFetchSessionEpoch,
    errors.ListenerNotFound, errors.ProducerClosed, errors.OutOfOrderSequenceNumber, errors.DuplicateSequenceNumber,
    errors.UnknownProducerId, errors.InvalidProducerIdMapping,
}  # fmt: skip
"""Away for us, though aiokafka itself does not try them again."""


@pytest.mark.parametrize("error", CLASSES, ids=lambda one: one.__name__)
def test_each_class_of_aiokafka_is_decided_on_in_one_table(error: type[Exception]) -> None:
    assert [error in table for table in (AWAY, REFUSED, OWN)].count(True) == 1
    assert kind_of(error()) is (Kind.AWAY if error in AWAY else Kind.REFUSED if error in REFUSED else Kind.OWN)


def test_what_aiokafka_tries_again_is_away_but_a_topic_that_never_appears() -> None:
    retriable = {error for error in CLASSES if getattr(error, "retriable", False)}
    assert retriable - AWAY == {errors.UnknownTopicOrPartitionError}
    assert {error for error in AWAY - retriable if issubclass(error, KafkaError)} == HEALED_BY_ANOTHER_CLIENT


def test_no_class_stands_in_two_tables_nor_is_unknown_to_aiokafka() -> None:
    assert len(AWAY) + len(REFUSED) + len(OWN) == len(AWAY | REFUSED | OWN)
    assert set(CLASSES) == AWAY | REFUSED | OWN


def test_an_error_that_says_nothing_is_of_the_kind_of_its_cause() -> None:
    bare = KafkaError("Unexpected error during batch delivery")
    assert kind_of(bare) is Kind.AWAY
    bare.__cause__ = errors.ClusterAuthorizationFailedError()
    assert kind_of(bare) is Kind.REFUSED
    bare.__cause__ = errors.NodeNotReadyError()
    assert kind_of(bare) is Kind.AWAY


def test_a_class_of_a_later_aiokafka_is_said_aloud() -> None:
    class Later(KafkaError):
        """One that no table knows."""

    assert kind_of(Later()) is Kind.REFUSED


def test_the_network_is_away_a_certificate_is_refused_and_the_rest_is_no_server_s() -> None:
    assert {kind_of(error) for error in (ConnectionRefusedError(), TimeoutError(), OSError("no route"))} == {Kind.AWAY}
    assert kind_of(ssl.SSLCertVerificationError()) is Kind.REFUSED
    assert {kind_of(error) for error in (ValueError(), KeyError(), UnicodeDecodeError("utf-8", b"", 0, 1, ""))} == {Kind.OWN}
