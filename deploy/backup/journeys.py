"""Over a log that survived: whom referral follows stand where the log leaves them before it hears again, for it answers by that.

Heard again step by step, an answer that another replaced since would be told once more, and would stay.
"""

from collections.abc import Mapping
from typing import get_args

from deploy.backup import erasures, log
from deploy.backup.servers import Servers
from deploy.local.progress import Advance
from services.referral.domain.journey import JourneyEvent
from services.referral.store import Store
from shared.events.message import ConsumerRecord, Undecodable, read
from shared.messaging.kafka import consumer
from shared.messaging.wire.records import record_of

TOPICS = frozenset(event.topic for event in get_args(JourneyEvent))
AT_ONCE = 1_000
WAIT_MS = 1_000


async def follow_all(servers: Servers, heard: Mapping[str, int], advance: Advance, *, simulated: bool) -> None:
    """Follow everybody from where referral had heard of them, by `topic/partition`, to the end."""
    known = {name: partitions for name, (partitions, _) in (await log.topics(servers.brokers)).items() if name in TOPICS}
    found, count = await log.ends(servers.brokers, known), 0
    async with (
        erasures.referral_store(servers, simulated=simulated) as store,
        consumer(servers.brokers, whole=(), max_poll_records=AT_ONCE) as reader,
    ):
        reader.assign(list(found.ends))
        for at in found.ends:
            reader.seek(at, heard.get(f"{at.topic}/{at.partition}", found.starts[at]))
        while left := [at for at in found.ends if await reader.position(at) < found.ends[at]]:
            for batch in (await reader.getmany(*left, timeout_ms=WAIT_MS)).values():
                for record in map(record_of, batch):
                    await follow(store, record)
                advance(count := count + len(batch), None)


async def follow(store: Store, record: ConsumerRecord) -> None:
    """One step further, where a record is one."""
    try:
        message = read(record)
        event = message.event()
    except Undecodable:
        return
    if isinstance(event, get_args(JourneyEvent)):
        await store.journeys.follow(message)
