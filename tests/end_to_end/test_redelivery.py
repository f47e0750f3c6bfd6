"""Every topic replayed twice in shuffled order leaves both services as they were, and tells tenants and receivers nothing new.

Ours, what agencies said, and what tenants were told, while receivers of an agency and of a school are sent all of it again.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import pytest
from aiokafka import TopicPartition

from deploy.local.servers import Servers
from services.enrolment.main import service as enrolment
from services.referral.inbound.taking import take
from services.referral.main import service as referral
from shared.events import TOPICS
from shared.events.message import ConsumerRecord
from shared.kernel.caller import Caller, Grant
from shared.messaging.kafka import consumer
from shared.messaging.tenant_topic import TenantTopic, Told, bounds_of, page
from shared.messaging.topics import INBOUND, PARTITIONS, inbound, outbound
from shared.messaging.wire.records import record_of
from tests.conftest import Running, Start
from tests.end_to_end.lives import CIO, MLDS, lives, post, settled, speaks
from tests.enrolment.stream import School, told_to
from tests.messaging.by_hand import Put, put
from tests.webhooks.drivers import PLAYGROUND
from tests.webhooks.receivers import Got, Receiver, receiving

PARTITION = [TopicPartition(topic, number) for topic in TOPICS for number in range(PARTITIONS)]
HEAD = Grant.of("school", "redit", "head").held_by("someone")
Ends = Mapping[TopicPartition, int]
TOPICS_OF_TENANTS = [outbound(CIO), outbound(MLDS), outbound("redit")]


def manager(agency: str) -> Caller:
    return Grant.of("agency", agency, "manager").held_by("someone")


async def ends(servers: Servers) -> Ends:
    async with consumer(servers.brokers) as reader:
        return dict(await reader.end_offsets(PARTITION))


async def whole(servers: Servers, topic: str) -> list[ConsumerRecord]:
    """Every record of a partner's topic."""
    at = TenantTopic(topic, "")
    found, after, end = list[ConsumerRecord](), -1, (await bounds_of(servers.brokers, at)).end
    while after + 1 < end:
        records, after = await page(servers.brokers, at, after, end)
        found += records
    return found


async def told_since(servers: Servers, start: Ends) -> list[ConsumerRecord]:
    """Every record of our topics since then."""
    found: list[ConsumerRecord] = []
    async with consumer(servers.brokers, whole=()) as reader:
        reader.assign(PARTITION)
        for at, offset in start.items():
            reader.seek(at, offset)
        until = await reader.end_offsets(PARTITION)
        while any([await reader.position(at) < until[at] for at in PARTITION]):
            for batch in (await reader.getmany(timeout_ms=500)).values():
                found += map(record_of, batch)
    return found


async def told_once(servers: Servers, caller: Caller) -> list[Told]:
    """What a tenant's topic says to who passes over the ids that they know."""
    first = dict[str, Told]()
    for told in await told_to(servers, caller):
        first.setdefault(told.message.id, told)
    return list(first.values())


async def meaning(servers: Servers) -> Any:
    """What each tenant knows who followed its topic, and by which events: the school, by document; agencies, by referral."""
    school, views = School(), dict[str, tuple[int, Any]]()
    copies = await told_once(servers, HEAD)
    for told in copies:
        school.hears(told)
    changes = [told for agency in (CIO, MLDS) for told in await told_once(servers, manager(agency))]
    for told in changes:
        data = orjson.loads(told.message.data)
        if "referral_id" not in data:
            continue
        if told.message.type.endswith("referral.erased.v1"):
            views[data["referral_id"]] = (-1, None)
        elif data["revision"] > views.get(data["referral_id"], (0, None))[0] >= 0:
            views[data["referral_id"]] = (data["revision"], data["view"])
    return school.known, views, {one.message.id for one in copies}, {one.message.id for one in changes}


def understood(receiver: Receiver) -> Mapping[str, Any]:
    """What a receiver that passes over the ids it knows has made of it: each event, in order for each young person."""
    events = {got.id: got.said for got in reversed(receiver.got)}
    order: dict[str, list[str]] = {}
    for id in dict.fromkeys(receiver.ids()):
        order.setdefault(events[id]["data"].get("young_id", ""), []).append(id)
    return {"events": events, "order": order}


async def sent(receiver: Receiver, ids: Iterable[str], times: int) -> None:
    """Once each of these came so often."""
    wanted = set(ids)

    def came() -> bool:
        counts = Counter(receiver.ids())
        return all(counts[id] >= times for id in wanted)

    await receiver.until(came, within=60)


async def hear(services: Sequence[Running], records: Sequence[ConsumerRecord]) -> None:
    for record in records:
        if record.topic.startswith(INBOUND):
            await take(services[0].store, record.topic, [record], limit=1_000_000, max_backoff=0.5)
        for here in services:
            if record.topic in here.runtime.dispatcher.topics:
                await here.runtime.dispatcher.handle(record)


async def tell_again(servers: Servers, chance: random.Random) -> None:
    """All that tenants were told, twice more and shuffled: a relay that was restarted may have."""
    for topic in TOPICS_OF_TENANTS:
        again = [
            Put(one.key, one.value, [(name, said or b"") for name, said in one.headers]) for one in await whole(servers, topic)
        ] * 2
        chance.shuffle(again)
        for first in range(0, len(again), 20):
            await put(servers, topic, again[first : first + 20])


@pytest.mark.slow
async def test_every_topic_replayed_twice_in_shuffled_order_changes_nothing(running: Start, servers: Servers) -> None:
    chance = random.Random(11)

    def now_and_then(_got: Got) -> int:
        return 204 if chance.random() < 0.8 else 503

    async with (
        receiving(now_and_then) as at_agency, receiving(now_and_then) as at_school,
        running(referral, **PLAYGROUND) as agencies, running(enrolment, **PLAYGROUND) as schools,
    ):  # fmt: skip
        services, start = (agencies, schools), await ends(servers)
        hooks = [(agencies, f"agency:{CIO}:manager", at_agency), (schools, "school:redit:head", at_school)]
        webhooks = [(await post(here, scope, "/webhooks", {"url": one.url}))["webhook_id"] for here, scope, one in hooks]
        await lives(*services)
        await speaks(servers, agencies)
        before = await settled(*services)
        known = await meaning(servers)
        assert (len(known[1]), len(known[2]) > 10, len(known[3]) > 12) == (6, True, True)
        received = [{told.message.id for told in await told_once(servers, one)} for one in (manager(CIO), HEAD)]
        for receiver, ids in zip((at_agency, at_school), received, strict=True):
            await sent(receiver, ids, 1)
        were = [understood(at_agency), understood(at_school)]
        assert [one["events"].keys() for one in were] == received

        again = [*await told_since(servers, start), *await whole(servers, inbound(CIO))] * 2
        chance.shuffle(again)
        await hear(services, again)
        await tell_again(servers, chance)
        for (here, scope, _), id in zip(hooks, webhooks, strict=True):
            await post(here, scope, f"/webhooks/{id}/replay", {"since": "2025-09-01"})
        after = await settled(*services)
        assert {name: (before.get(name), after.get(name)) for name in before | after if before.get(name) != after.get(name)} == {}
        assert await meaning(servers) == known
        for receiver, ids in zip((at_agency, at_school), received, strict=True):
            await sent(receiver, ids, 2)
        assert [understood(at_agency), understood(at_school)] == were
        assert [name for name in after if " parked " in name] == []
