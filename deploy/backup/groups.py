"""How far each consumer group has heard, kept and put back: what was heard before a barrier is not heard again after it."""

from collections import defaultdict
from collections.abc import Container, Mapping
from functools import partial
from typing import Any

from aiokafka.errors import KafkaError, UnknownMemberIdError, for_code
from aiokafka.protocol.commit import OffsetCommitRequest

from deploy.backup import log
from deploy.backup.log import HEARD, Ends, administering
from services import GROUPS
from shared.kernel.retry import until_answered
from shared.messaging.kafka import Brokers

LIMIT, PATIENCE = 1.0, 60.0
"""Seconds between two tries, and for all of them."""

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
            own = {f"{at.topic}/{at.partition}": said.offset for at, said in offsets.items() if HEARD.fullmatch(at.topic)}
            if own := {name: offset for name, offset in own.items() if offset >= 0}:
                found[group] = own
    return found


def of_topics(groups: Groups, topics: Container[str]) -> Groups:
    """The places in these topics alone: others (what agencies say to us) begin anew, with nothing in them."""
    kept = {group: {name: at for name, at in own.items() if name.rsplit("/", 1)[0] in topics} for group, own in groups.items()}
    return {group: own for group, own in kept.items() if own}


async def over_log(brokers: Brokers, groups: Groups) -> Groups:
    """Where each service goes on over a log that survived: a partition of which it had acknowledged nothing yet begins it."""
    known = {name: partitions for name, (partitions, _) in (await log.topics(brokers, HEARD)).items()}
    return from_barrier(groups, await heard(brokers), await log.ends(brokers, known))


def from_barrier(then: Groups, now: Groups, ends: Ends) -> Groups:
    """By service, the place that it had at the barrier of each partition that it has one of. Others' groups lost nothing."""
    starts = {f"{at.topic}/{at.partition}": start for at, start in ends.starts.items()}
    return {
        group: {**{name: starts.get(name, 0) for name in now.get(group, {})}, **then.get(group, {})}
        for group in sorted((then.keys() | now.keys()) & set(GROUPS))
    }


async def put_back(brokers: Brokers, groups: Groups) -> None:
    """Have each group go on where it was. A member that was stopped is one until its session ends: that is waited for."""
    async with administering(brokers) as admin:
        for group, offsets in groups.items():
            placing = partial(_place, admin, group, offsets)
            await until_answered(placing, on=_may_pass, limit=LIMIT, within=PATIENCE)


async def _place(admin: Any, group: str, offsets: Mapping[str, int]) -> None:
    """Commit as no member of it: refused while it has some."""
    by_topic: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for name, offset in offsets.items():
        topic, number = name.rsplit("/", 1)
        by_topic[topic].append((int(number), offset, ""))
    coordinator = await admin.find_coordinator(group)
    answer = await admin._send_request(OffsetCommitRequest(group, -1, "", -1, list(by_topic.items())), coordinator)
    for topic, partitions in answer.topics:
        for number, code in partitions:
            if code:
                raise for_code(code)(f"{group} {topic}/{number}")


def _may_pass(error: Exception) -> bool:
    return isinstance(error, KafkaError) and (bool(error.retriable) or isinstance(error, UnknownMemberIdError))
