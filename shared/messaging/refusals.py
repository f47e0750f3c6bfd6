"""Topics that the relay finds refused: said when it begins and rarely after, counted, and not tried by each document."""

from collections.abc import Mapping, Sequence

import structlog
from aiokafka import errors

from shared.kernel.retry import Outage
from shared.messaging.failures import is_refused
from shared.messaging.outbox import Sending

log = structlog.get_logger()
OF_A_TOPIC = (errors.TopicAuthorizationFailedError, errors.UnknownTopicOrPartitionError, errors.InvalidTopicError)
"""What is refused to every message of a topic."""
OF_A_PARTITION = (
    errors.LeaderNotAvailableError, errors.NotLeaderForPartitionError, errors.NotEnoughReplicasError,
    errors.NotEnoughReplicasAfterAppendError, errors.ReplicaNotAvailableError, errors.KafkaStorageError,
    errors.OutOfOrderSequenceNumber, errors.DuplicateSequenceNumber, errors.UnknownProducerId, errors.ReassignmentInProgress,
)  # fmt: skip
"""What a cluster that answers says of one partition."""


def is_of_one_topic(error: BaseException) -> bool:
    """Whether Kafka answered, and said this of one topic or of one of its partitions: the others may be well."""
    return isinstance(error, OF_A_TOPIC + OF_A_PARTITION)


class Refusals:
    """The topics that hold documents, as the replica that relays finds them."""

    def __init__(self) -> None:
        self._outages: dict[str, Outage] = {}
        self._closed: set[str] = set()

    def closed(self, topic: str) -> bool:
        """Whether it was refused to every message when last tried: another document need not find that out."""
        return topic in self._closed

    def learn(self, tried: Sequence[Sending]) -> None:
        """What this try says of its topics."""
        for one in tried:
            self._closed -= {entry.get("topic") for entry in one.entries[: one.sent]}
        for one in tried:
            if one.error is not None:
                self._outage(one.topic).failed(one.error)
            if isinstance(one.error, OF_A_TOPIC):
                self._closed.add(one.topic)

    def are(self, counts: Mapping[str, int]) -> None:
        """These topics hold so many documents, and no other holds any."""
        for topic in self._outages.keys() | counts.keys():
            if topic not in counts:
                self._outage(topic).answered()

    def _outage(self, topic: str) -> Outage:
        return self._outages.setdefault(topic, Outage(log, "relay.topic", fields={"topic": topic}, is_refusal=is_refused))
