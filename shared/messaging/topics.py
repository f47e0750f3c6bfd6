"""The topics that a Kafka must have for us: events for ever in twelve partitions, dead letters for thirty days.

And those of the partners, one partition each: what an agency says to us, seven days; what a tenant is told, thirty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.events import TOPICS
from shared.events.outbound import OUTBOUND

PARTITIONS = 12
"""Fixed for ever: with more, what a key told would be in two of them, and no guard of order would hold."""
FOR_EVER = "-1"
MOST_COPIES = 3
INBOUND = "etabli.inbound."
"""How the topics begin on which an agency says what it has for us."""


@dataclass(frozen=True)
class Topic:
    """A topic as it must be: its partitions, and the settings that its keeping depends on."""

    name: str
    partitions: int
    configs: Mapping[str, str]


def dead_letters(topic: str) -> str:
    """The topic of coordinates and error codes of what could not be handled from `topic`; never a value."""
    return f"dlq.{topic}"


def inbound(agency: str) -> str:
    """The topic of what an agency says to us: its name, and no message, says who speaks."""
    return f"{INBOUND}{agency}"


def outbound(tenant: str) -> str:
    """The topic of what an agency or a school is told, which it alone may read."""
    return f"{OUTBOUND}{tenant}"


def topics() -> list[Topic]:
    """Every one that there must be whoever the partners are, sorted by its name."""
    ours = [Topic(topic, PARTITIONS, _kept(FOR_EVER)) for topic in TOPICS]
    return sorted([*ours, *(Topic(dead_letters(topic), 1, _kept(_days(30))) for topic in TOPICS)], key=lambda topic: topic.name)


def inbound_topic(agency: str) -> Topic:
    """What an agency's own topic must be. One partition: what it says stays in the order in which it said it."""
    return Topic(inbound(agency), 1, _kept(_days(7)))


def outbound_topic(tenant: str) -> Topic:
    """What a tenant's topic must be. One partition, so that an offset is a place in all that it is told."""
    return Topic(outbound(tenant), 1, _kept(_days(30)))


def copies(brokers: int) -> int:
    """How many copies of each partition there are to be, among so many brokers."""
    return min(MOST_COPIES, max(1, brokers))


def _days(number: int) -> str:
    return str(int(timedelta(days=number).total_seconds()) * 1000)


def _kept(milliseconds: str) -> Mapping[str, str]:
    """For so long, however much that is: neither a size nor a newer value of the same key ever removes a message."""
    return {"retention.ms": milliseconds, "retention.bytes": FOR_EVER, "cleanup.policy": "delete"}
