"""The topics that a Kafka must have for us: events for ever in twelve partitions, dead letters for thirty days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.events import TOPICS

PARTITIONS = 12
"""Fixed for ever: with more, what a key told would be in two of them, and no guard of order would hold."""
FOR_EVER = "-1"
MOST_COPIES = 3


@dataclass(frozen=True)
class Topic:
    """A topic as it must be: its partitions, and the settings that its keeping depends on."""

    name: str
    partitions: int
    configs: Mapping[str, str]


def dead_letters(topic: str) -> str:
    """The topic of coordinates and error codes of what could not be handled from `topic`; never a value."""
    return f"dlq.{topic}"


def topics() -> list[Topic]:
    """Every one that we make, sorted by its name."""
    ours = [Topic(topic, PARTITIONS, _kept(FOR_EVER)) for topic in TOPICS]
    month = _kept(str(int(timedelta(days=30).total_seconds()) * 1000))
    return sorted([*ours, *(Topic(dead_letters(topic), 1, month) for topic in TOPICS)], key=lambda topic: topic.name)


def copies(brokers: int) -> int:
    """How many copies of each partition there are to be, among so many brokers."""
    return min(MOST_COPIES, max(1, brokers))


def _kept(milliseconds: str) -> Mapping[str, str]:
    """For so long, however much that is: neither a size nor a newer value of the same key ever removes a message."""
    return {"retention.ms": milliseconds, "retention.bytes": FOR_EVER, "cleanup.policy": "delete"}
