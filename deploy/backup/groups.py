"""How far each consumer group has heard, kept and put back: what was heard before a barrier is not heard again after it."""

from collections import defaultdict
from collections.abc import Mapping

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from deploy.backup.log import OURS, administering
from shared.messaging.kafka import Brokers, consumer

SHOWN_ALONE = "reporting"
"""Reporting keeps its place beside its rows, which are made anew: what its group says is for tools."""
Groups = Mapping[str, Mapping[str, int]]
"""By group, the next offset that it hears, by `topic/partition`."""


async def heard(brokers: Brokers) -> Groups:
    """What each group has acknowledged of our topics."""
    found: dict[str, Mapping[str, int]] = {}
    async with administering(brokers) as admin:
        for group in sorted(group for group, _kind in await admin.list_consumer_groups() if group != SHOWN_ALONE):
            offsets = await admin.list_consumer_group_offsets(group)
            own = {f"{at.topic}/{at.partition}": said.offset for at, said in offsets.items() if OURS.fullmatch(at.topic)}
            if own := {name: offset for name, offset in own.items() if offset >= 0}:
                found[group] = own
    return found


async def put_back(brokers: Brokers, groups: Groups) -> None:
    """Have each group go on where it was, which nobody may be a member of."""
    for group, offsets in groups.items():
        placed = {_partition(name): OffsetAndMetadata(offset, "") for name, offset in offsets.items()}
        async with consumer(brokers, group_id=group) as reader:
            reader.assign(list(placed))
            await reader.commit(placed)


def by_topic(offsets: Mapping[str, int]) -> Mapping[str, Mapping[int, int]]:
    """The same, by topic and partition."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for name, offset in offsets.items():
        at = _partition(name)
        found[at.topic][at.partition] = offset
    return found


def _partition(name: str) -> TopicPartition:
    topic, number = name.rsplit("/", 1)
    return TopicPartition(topic, int(number))
