"""What a transaction has aborted is heard by nobody; one that is open holds back what comes after it, and is then heard."""

import asyncio

from deploy.local.servers import Servers
from tests.messaging.by_hand import Listening, Put, a_topic, committed, consuming, heard, put, transaction


async def test_an_aborted_transaction_is_not_heard_and_a_committed_one_is(servers: Servers) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, [Put(b"a", b"plain")])
    async with transaction(servers, committed=False) as sender:
        await sender.send_and_wait(topic, b"aborted")
    async with transaction(servers, committed=True) as sender:
        await sender.send_and_wait(topic, b"committed")
    await put(servers, topic, [Put(b"a", b"last")])
    assert [record.value for record in await heard(servers, topic, 3)] == [b"plain", b"committed", b"last"]

    hearing = Listening([topic])
    async with consuming(servers, hearing, group=topic):
        assert [record.value for record in await hearing.until(3)] == [b"plain", b"committed", b"last"]


async def test_what_a_group_has_heard_is_committed_though_transactions_leave_holes_in_its_offsets(servers: Servers) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, [Put(b"a", b"first, at offset 0")])
    hearing = Listening([topic])
    async with consuming(servers, hearing, group=topic):
        await hearing.until(1)
        await committed(servers, topic, topic, 1)
        async with transaction(servers, committed=False) as sender:
            for _ in range(3):
                await sender.send_and_wait(topic, b"aborted")
        await committed(servers, topic, topic, 5)  # nothing to hear, and no lag
        await put(servers, topic, [Put(b"a", b"second")])
        await hearing.until(2)
        await committed(servers, topic, topic, 6)
    async with consuming(servers, again := Listening([topic]), group=topic):
        await asyncio.sleep(2)
        assert again.records == []


async def test_an_open_transaction_holds_back_its_partition_until_it_ends(servers: Servers) -> None:
    topic = await a_topic(servers)
    hearing = Listening([topic])
    async with consuming(servers, hearing, group=topic):
        async with transaction(servers, committed=True) as sender:
            await sender.send_and_wait(topic, b"open")
            await put(servers, topic, [Put(b"a", b"after it")])
            await asyncio.sleep(2)
            assert hearing.records == []
        assert [record.value for record in await hearing.until(2)] == [b"open", b"after it"]
