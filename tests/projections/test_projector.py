"""Rows from real topics: in batches, resumed where they stopped, each message once or parked."""

import asyncio
import uuid
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.servers import Servers
from shared.persistence.transaction import Persistence
from tests.projections.builders import messages_of
from tests.projections.drivers import Sleep, a_projector, publish, rebuilt, row_of, running, until

ACCEPTED = ["2025-09-01", "2025-09-02", "2025-09-03"]


async def parked_of(persistence: Persistence, key: uuid.UUID, count: int) -> list[dict[str, Any]]:
    async def parked() -> list[dict[str, Any]]:
        found = await persistence.database["parked"].find({"key": str(key).encode()})
        return found if len(found) == count else []

    return await until(parked)


async def test_rows_go_on_where_they_stopped_and_hear_nothing_twice(persistence: Persistence, servers: Servers) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    async with running(a_projector(persistence, servers)) as projector:
        await publish(servers, messages_of(one))
        before = await row_of(projector, one)
    await publish(servers, [*messages_of(two), *messages_of(one)])
    async with running(a_projector(persistence, servers)) as projector:
        assert len((await row_of(projector, two))["facts"]["accepted_on"]) == 3
        assert await row_of(projector, one) == before
        async with asyncio.timeout(60):
            assert await projector.changes.wait(0) > 0


async def test_rows_written_but_whose_offsets_were_lost_are_not_doubled(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    async with running(a_projector(persistence, servers)) as projector:
        await publish(servers, messages_of(id))
        before = await row_of(projector, id)
        change = (await until(lambda: _changed(projector))).change
    await persistence.database["generations"].update({}, {"$set": {"following": {}}})
    async with running(a_projector(persistence, servers)) as projector:
        async with asyncio.timeout(60):
            await projector.changes.wait(change)
        assert await row_of(projector, id) == before


async def _changed(projector: Any) -> Any:
    head = await projector.generations.head()
    return head if head.change else None


async def test_a_message_that_a_projection_cannot_take_is_parked_with_its_key_alone(
    persistence: Persistence, servers: Servers
) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    async with running(a_projector(persistence, servers)) as projector:
        await publish(servers, [*messages_of(bad, school="broken"), *messages_of(good)])
        await row_of(projector, good)
        parked = await parked_of(persistence, bad, 3)
        row = await (await projector.generations.current())["toy_orders"].find_one({"_id": str(bad)})
    assert sorted(row["code"] for row in parked) == ["behind_a_parked_message", "behind_a_parked_message", "bug_ValueError"]
    assert row is not None
    assert "accepted_on" not in row["facts"]


async def test_a_fact_that_cannot_be_written_is_parked_and_its_batch_goes_on(
    persistence: Persistence, kafka_apart: Servers
) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    async with running(a_projector(persistence, kafka_apart)) as projector:
        await publish(kafka_apart, [*messages_of(bad, school="too-large"), *messages_of(good)])
        await row_of(projector, good)
        parked = await parked_of(persistence, bad, 3)
    assert sorted({row["code"] for row in parked}) == ["behind_a_parked_message", "bug_OverflowError"]


@pytest.mark.parametrize("number", [1, 2], ids=["in use", "being built"])
async def test_a_projector_that_is_killed_before_its_rows_are_written_reads_them_again(
    persistence: Persistence, servers: Servers, number: int
) -> None:
    sleep = Sleep(lambda collection, verb, _: (collection, verb) == (f"rows_{number}.toy_orders", "bulk"))
    killed = replace(persistence, database=sleep.over(persistence.database, servers))
    id = uuid.uuid4()
    await publish(servers, messages_of(id))
    async with running(a_projector(killed, servers)) as projector, asyncio.timeout(60):
        if number == 2:
            await projector.generations.begin()
        await sleep.asleep.wait()
    await killed.database.close()
    async with running(a_projector(persistence, servers)) as projector:
        assert (await rebuilt(projector)).current == number
        assert [day for _, day in (await row_of(projector, id))["facts"]["accepted_on"]] == ACCEPTED
