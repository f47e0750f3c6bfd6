"""What Kafka and its client raise, told apart in one place: away (wait), refused (waiting heals nothing), or no server's."""

import ssl
from enum import StrEnum

from aiokafka import errors
from aiokafka.errors import KafkaError

from shared.kernel.secrets import Unreadable

KAFKA_ERRORS = (KafkaError, errors.ConsumerStoppedError, OSError, TimeoutError)
"""What a client may raise because of its server, of whatever kind: `kind_of` says which."""


class Kind(StrEnum):
    AWAY = "away"
    """Unreachable, electing, too slow, or it wants us to begin anew: try again, for ever."""
    REFUSED = "refused"
    """It answers, and says no: trying again heals nothing. Say which, and go on with the rest."""
    OWN = "own"
    """No server's: the message's, or ours. It would fail again wherever it is tried."""


AWAY = frozenset(
    {
        # unreachable, or its connection broke
        errors.NoBrokersAvailable, errors.NodeNotReadyError, errors.KafkaProtocolError, errors.CorrelationIdError,
        errors.Cancelled, errors.TooManyInFlightRequests, errors.StaleMetadata, errors.MetadataEmptyBrokerList,
        errors.KafkaUnavailableError, errors.KafkaConnectionError, errors.BrokerNotAvailableError, errors.ListenerNotFound,
        # too slow, or it asks us to be slower
        errors.KafkaTimeoutError, errors.RequestTimedOutError, errors.QuotaViolationError,
        # electing, moving, short of replicas or of a disk
        errors.LeaderNotAvailableError, errors.NotLeaderForPartitionError, errors.ReplicaNotAvailableError,
        errors.StaleControllerEpochError, errors.StaleLeaderEpochCodeError, errors.NotControllerError,
        errors.NotEnoughReplicasError, errors.NotEnoughReplicasAfterAppendError, errors.ReassignmentInProgress,
        errors.KafkaStorageError, errors.GroupLoadInProgressError, errors.GroupCoordinatorNotAvailableError,
        errors.NotCoordinatorForGroupError, errors.TransactionCoordinatorFenced, errors.ConcurrentTransactions,
        errors.OperationNotAttempted,
        # a group that changes: who joins again is taken
        errors.CommitFailedError, errors.IllegalGenerationError, errors.UnknownMemberIdError, errors.RebalanceInProgressError,
        errors.MemberIdRequired, errors.FetchSessionIdNotFound, errors.InvalidFetchSessionEpoch,
        # a client that is of no more use: each try has a new one
        errors.ConsumerStoppedError, errors.ProducerClosed, errors.OutOfOrderSequenceNumber, errors.DuplicateSequenceNumber,
        errors.UnknownProducerId, errors.InvalidProducerIdMapping,
    }
)  # fmt: skip
REFUSED = frozenset(
    {
        # who we are, and what we may
        errors.AuthenticationMethodNotSupported, errors.AuthenticationFailedError, errors.UnsupportedSaslMechanismError,
        errors.IllegalSaslStateError, errors.SaslAuthenticationFailed, errors.SecurityDisabled, errors.InvalidPrincipalType,
        errors.TopicAuthorizationFailedError, errors.GroupAuthorizationFailedError, errors.ClusterAuthorizationFailedError,
        errors.TransactionalIdAuthorizationFailed, errors.DelegationTokenAuthDisabled, errors.DelegationTokenNotFound,
        errors.DelegationTokenOwnerMismatch, errors.DelegationTokenRequestNotAllowed,
        errors.DelegationTokenAuthorizationFailed, errors.DelegationTokenExpired,
        # what it is and how it is set up
        errors.UnrecognizedBrokerVersion, errors.IncompatibleBrokerVersion, errors.UnsupportedVersionError,
        errors.UnsupportedCodecError, errors.UnsupportedForMessageFormatError, errors.KafkaConfigurationError,
        errors.LogDirNotFound, errors.InvalidRequiredAcksError, errors.InvalidSessionTimeoutError,
        errors.InvalidTransactionTimeout, errors.InvalidRequestError, errors.UnknownError, errors.BrokerResponseError,
        # topics: one that never appeared (the client waits before it says so), one it will not make
        errors.UnknownTopicOrPartitionError, errors.InvalidTopicError, errors.TopicAlreadyExistsError,
        errors.InvalidPartitionsError, errors.InvalidReplicationFactorError, errors.InvalidReplicationAssignmentError,
        errors.InvalidConfigurationError, errors.PolicyViolationError,
        # what is sent or read: its size, its bytes, its place
        errors.MessageSizeTooLargeError, errors.RecordListTooLargeError, errors.RecordTooLargeError,
        errors.CorruptRecordException, errors.InvalidTimestampError, errors.InvalidFetchRequestError,
        errors.OffsetOutOfRangeError, errors.NoOffsetForPartitionError, errors.OffsetMetadataTooLargeError,
        errors.InvalidCommitOffsetSizeError,
        # groups and transactions: another has our name, or ours has no sense
        errors.InconsistentGroupProtocolError, errors.InvalidGroupIdError, errors.NonEmptyGroup, errors.GroupIdNotFound,
        errors.ProducerFenced, errors.InvalidProducerEpoch, errors.InvalidTxnState,
    }
)  # fmt: skip
OWN = frozenset({errors.NoError, errors.IllegalStateError, errors.IllegalArgumentError, errors.IllegalOperation})


def kind_of(error: BaseException) -> Kind:
    """Whose failure this is. A KafkaError that says nothing by itself is of the kind of what caused it; away, if nothing did."""
    if type(error) is KafkaError:
        return kind_of(error.__cause__) if isinstance(error.__cause__, KAFKA_ERRORS) else Kind.AWAY
    for table, kind in ((AWAY, Kind.AWAY), (OWN, Kind.OWN), (REFUSED, Kind.REFUSED)):
        if type(error) in table:
            return kind
    if isinstance(error, KafkaError | ssl.SSLCertVerificationError | Unreadable):
        return Kind.REFUSED  # a class that these tables do not know is said aloud, rather than waited for in silence
    return Kind.AWAY if isinstance(error, OSError | TimeoutError) else Kind.OWN


def is_away(error: BaseException) -> bool:
    """Whether waiting may heal this."""
    return kind_of(error) is Kind.AWAY


def is_refused(error: BaseException) -> bool:
    """Whether a server answered, and said no."""
    return kind_of(error) is Kind.REFUSED


def is_a_server_s(error: BaseException) -> bool:
    """Whether Kafka is at fault, or says that we are: what is worth another try, for ever."""
    return kind_of(error) is not Kind.OWN
