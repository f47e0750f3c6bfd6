"""Two replicas of reporting on one database: whichever is asked, the rows are kept by one, and nobody is told less."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest_asyncio

from deploy.bench.publisher import Publisher
from deploy.bench.region import TODAY
from deploy.local.servers import Servers
from services.reporting.main import service
from services.reporting.settings import Settings
from shared.events.catalogue import SchoolRegistered
from shared.events.message import ConsumerRecord, Message
from shared.messaging.kafka import producer
from tests.conftest import Running, Start

Replicas = tuple[Running, Running]


@pytest_asyncio.fixture(loop_scope="session")
async def replicas(running: Start) -> AsyncIterator[Replicas]:
    """The first keeps the rows, the second does not."""
    async with running(service, Settings) as first:
        await first.until(lambda: first.store.projector.generations.head())

        async def keeps() -> bool:
            lease = await first.runtime.persistence.database["leases"].find_one({"_id": "projector"})
            return lease is not None

        await first.until(keeps)
        async with running(service, Settings, fresh=False, instance="1") as second:
            yield first, second


def registered() -> tuple[SchoolRegistered, Message]:
    """A school that nobody knows, and the message that tells it."""
    publisher, school = Publisher(), f"ecole-{uuid4().hex[:8]}"
    event = SchoolRegistered(on=TODAY, school=school, name="École neuve", commune="25056", town="Besançon", department="25")
    publisher.publish(f"/enrolment/schools/{school}", event)
    return event, publisher.messages[0][1]


async def is_known(here: Running, school: str) -> bool:
    answer = await here.as_("admin").get("/indicators", params={"scope": f"school:{school}"})
    return answer.status_code == 200


async def test_what_one_replica_writes_is_read_and_told_by_the_other(replicas: Replicas, servers: Servers) -> None:
    _, second = replicas
    event, message = registered()
    streaming = asyncio.create_task(first_event(second))
    await asyncio.sleep(1.5)  # whatever was told before is behind it
    async with producer(servers.brokers) as kafka:
        await kafka.send_and_wait(event.topic, message.data, message.key.encode(), headers=message.headers())
    async with asyncio.timeout(30):
        assert b"event: changed" in await streaming
    await second.until(lambda: is_known(second, event.school))


async def test_a_rebuild_asked_of_the_replica_that_does_not_keep_the_rows_is_done_and_shown_by_both(replicas: Replicas) -> None:
    first, second = replicas
    before = (await second.store.projector.generations.head()).current
    answer = await second.as_("admin").post("/admin/rebuild")
    assert answer.status_code == 202

    async def ended(here: Running) -> Any:
        shown = (await here.as_("admin").get("/admin/rebuild")).json()
        return shown if not shown["running"] else None

    shown = await second.until(lambda: ended(second))
    assert shown["done"] == shown["total"]
    assert await ended(first) == shown
    assert (await first.store.projector.generations.head()).current == before + 1


async def test_what_is_parked_is_shown_and_unparked_on_the_replica_that_does_not_keep_the_rows(replicas: Replicas) -> None:
    first, second = replicas
    event, message = registered()
    record = ConsumerRecord(event.topic, 3, 10**9, message.key.encode(), message.data, message.headers())
    await (await first.store.projector.generations.current()).parking.park(record, "bug_ValueError")
    admin, shown = second.as_("admin"), {"coordinates": record.coordinates, "type": event.type, "code": "bug_ValueError"}
    rows = {row["coordinates"]: row for row in (await admin.get("/admin/parked")).json()["items"]}  # other tests left some
    assert shown.items() <= rows[record.coordinates].items()
    assert (await admin.post("/admin/unpark")).json()["replayed"] >= 1
    assert record.coordinates not in {row["coordinates"] for row in (await admin.get("/admin/parked")).json()["items"]}
    assert await is_known(second, event.school)
    assert await is_known(first, event.school)


async def first_event(here: Running) -> bytes:
    """What the stream of a replica says first."""
    received, announced = bytearray(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await announced.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        received.extend(message.get("body", b""))
        if b"changed" in received:
            announced.set()

    token = here.as_("region").headers["authorization"]
    request = {
        "type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b"", "http_version": "1.1",
        "scheme": "http", "server": ("etabli", 80), "headers": [(b"authorization", token.encode())],
    }  # fmt: skip
    await here.app(request, receive, send)
    return bytes(received)
