"""A rebuild ends, its progress with it, where offsets are not counts: deletions, transactions, a topic made again."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from deploy.local.servers import Servers
from shared.events.message import ConsumerRecord
from shared.messaging.kafka import consumer
from shared.persistence.transaction import Persistence
from shared.projections.building import progress
from shared.projections.read_model import fingerprint
from shared.projections.source import Source
from shared.projections.tables import Head
from tests.projections.builders import messages_of, orders
from tests.projections.drivers import Sleep, a_projector, ends, publish, rebuild, rebuilt, row_of, running, until
from tests.projections.own_kafka import TOPIC, configure, delete_before, empty, has_gaps, is_empty, make_again, transaction

Hole = Callable[[Servers], Awaitable[None]]


def is_whole(head: Head) -> bool:
    """Whether a rebuild ended, and its progress says so."""
    return head.building is None and head.done == head.total


async def told(servers: Servers, *ids: uuid.UUID) -> None:
    await publish(servers, [message for id in ids for message in messages_of(id)])


def many() -> list[uuid.UUID]:
    return [uuid.uuid4() for _ in range(40)]


async def nothing_left(servers: Servers) -> None:
    await told(servers, *many())
    await empty(servers)


async def cut_in_the_middle(servers: Servers) -> None:
    await told(servers, *many())
    before = await ends(servers)
    await told(servers, *many())
    after = await ends(servers)
    await delete_before(servers, {name: (before[name] + after[name]) // 2 for name in after if after[name]})


async def committed_at_the_end(servers: Servers) -> None:
    async with transaction(servers, [m for id in many() for m in messages_of(id)]) as sender:
        await sender.commit_transaction()


async def aborted_at_the_end(servers: Servers) -> None:
    async with transaction(servers, [m for id in many() for m in messages_of(id)]) as sender:
        await sender.abort_transaction()


async def only_markers_left(servers: Servers) -> None:
    before = await ends(servers)
    await aborted_at_the_end(servers)
    after = await ends(servers)
    await delete_before(servers, {name: offset - 1 for name, offset in after.items() if offset > before[name]})


async def made_again(servers: Servers) -> None:
    await told(servers, *many(), *many())
    await make_again(servers)
    await told(servers, uuid.uuid4())


async def expired(servers: Servers) -> None:
    await make_again(servers, **{"retention.ms": "100"})
    await told(servers, *many())
    await until(lambda: is_empty(servers))
    await configure(servers, {"retention.ms": "-1"})


async def compacted(servers: Servers) -> None:
    rolling = {"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01"}
    await make_again(servers, **rolling)
    ids = many()
    for _ in range(3):
        await told(servers, *ids)
        await asyncio.sleep(0.2)
    await until(lambda: has_gaps(servers))


QUICK = [nothing_left, cut_in_the_middle, committed_at_the_end, aborted_at_the_end, only_markers_left, made_again]
HOLES = [*QUICK, *(pytest.param(hole, marks=pytest.mark.slow) for hole in (expired, compacted))]  # Kafka takes its time


@pytest.mark.slow
@pytest.mark.parametrize("hole", [*QUICK, expired, compacted])
async def test_a_rebuild_ends_and_rows_go_on_after(persistence: Persistence, kafka_apart: Servers, hole: Hole) -> None:
    """While rows are read, and again while nobody reads: their positions stand before the hole."""
    one, two, three = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    async with running(a_projector(persistence, kafka_apart)) as projector:
        await told(kafka_apart, one)
        await row_of(projector, one)
        await hole(kafka_apart)
        assert is_whole(await rebuild(projector))
        await told(kafka_apart, two)
        await row_of(projector, two)
    await hole(kafka_apart)
    await told(kafka_apart, three)
    async with running(a_projector(persistence, kafka_apart)) as projector:
        assert is_whole(await rebuild(projector))
        await row_of(projector, three)
        assert (await projector.generations.head()).following[3] == await ends(kafka_apart)


@pytest.mark.parametrize("hole", HOLES)
async def test_a_first_rebuild_ends_after(persistence: Persistence, kafka_apart: Servers, hole: Hole) -> None:
    await hole(kafka_apart)
    async with running(a_projector(persistence, kafka_apart)) as projector:
        assert is_whole(await rebuild(projector))


async def test_a_rebuild_ends_beside_an_open_transaction_which_is_heard_once_committed(
    persistence: Persistence, kafka_apart: Servers
) -> None:
    before, within, after = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    await told(kafka_apart, before)
    async with transaction(kafka_apart, messages_of(within)) as sender:
        await told(kafka_apart, after)
        async with running(a_projector(persistence, kafka_apart)) as projector:
            assert is_whole(await rebuild(projector))
            await row_of(projector, before)
            await sender.commit_transaction()
            await row_of(projector, within)
            await row_of(projector, after)
            assert is_whole(await rebuild(projector))


async def test_a_topic_made_again_while_rows_are_built_is_read_from_its_beginning(
    persistence: Persistence, kafka_apart: Servers
) -> None:
    sleep = Sleep(lambda collection, verb, _: (collection, verb) == ("rows_2.toy_orders", "bulk"))
    slow = replace(persistence, database=sleep.over(persistence.database, kafka_apart))
    id = uuid.uuid4()
    await told(kafka_apart, *(id for _ in range(5) for id in many()))  # more in each partition than will be in the new one
    async with running(a_projector(slow, kafka_apart, rows_in_memory=20)) as projector:
        await projector.generations.begin()
        await sleep.asleep.wait()
        await make_again(kafka_apart)
        await told(kafka_apart, id)
        sleep.wake.set()
        assert is_whole(await rebuilt(projector))
        await row_of(projector, id)
    await slow.database.close()


async def test_a_rebuild_that_goes_on_past_the_end_of_a_topic_made_again_reads_it_whole(
    persistence: Persistence, kafka_apart: Servers
) -> None:
    id = uuid.uuid4()
    await told(kafka_apart, id)
    projector = a_projector(persistence, kafka_apart)
    await projector.generations.prepare()
    await projector.generations.begin()
    past = {name.replace(".", "|"): 1_000_000 for name in await ends(kafka_apart)}
    made_by = {"toy_orders": fingerprint(orders)}
    await persistence.database["generations"].update(
        {}, {"$set": {"following": {"1": past, "2": past}, "made_by": {"1": made_by, "2": made_by}}}
    )
    async with running(projector):
        assert is_whole(head := await rebuilt(projector))
        assert head.current == 2
        assert await (projector.generations.generation(2))["toy_orders"].find_one({"_id": str(id)})
        assert head.following[2] == await ends(kafka_apart)


async def test_nothing_at_an_offset_or_past_it_is_read_until_it_is_asked_for(kafka_apart: Servers) -> None:
    source = Source([TOPIC], partial(consumer, kafka_apart.brokers, fetch_max_wait_ms=100))
    before = await ends(kafka_apart)
    ids = many()
    await told(kafka_apart, *ids)
    middle = {name: (before[name] + offset) // 2 for name, offset in (await ends(kafka_apart)).items()}
    async with source.read(before) as reader:
        some = await read_all(partial(reader.batch, 10.0, middle))
        assert len(some) == sum(middle.values()) - sum(before.values())
        assert await reader.positions() == middle
        rest = await read_all(partial(reader.batch, 10.0, await ends(kafka_apart)))
        assert sorted(record.coordinates for record in [*some, *rest]) == sorted({r.coordinates for r in [*some, *rest]})
        assert len(some) + len(rest) == 4 * len(ids)


async def read_all(batch: Callable[[], Awaitable[Sequence[ConsumerRecord]]]) -> list[ConsumerRecord]:
    """All that comes until nothing does."""
    found: list[ConsumerRecord] = []
    while records := await batch():
        found += records
    return found


@pytest.mark.parametrize(
    ("start", "position", "end", "expected"),
    [(0, 5, 10, (5, 10)), (7, 5, 10, (0, 3)), (10, 0, 10, (0, 0)), (0, 12, 10, (10, 10)), (300, 10, 10, (0, 0))],
    ids=["on its way", "before the log's start", "in an emptied partition", "past the end", "in a topic made again"],
)
def test_progress_counts_offsets_that_can_be_passed(start: int, position: int, end: int, expected: tuple[int, int]) -> None:
    done, total = progress({"a": start, "b": 0}, {"a": position, "b": 2}, {"a": end, "b": 2})
    assert (done - 2, total - 2) == expected
