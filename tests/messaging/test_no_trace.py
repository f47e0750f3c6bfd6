"""A service's own stderr, whatever somebody puts into Kafka: no trace of a name, though libraries quote what they cannot read."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest

from shared.events.students import StudentEnrolled
from shared.messaging.kafka import create_topics
from tests.messaging.by_hand import NoText, Put, put
from tests.messaging.drivers import a_process
from tests.production.builders import an_enrolment, on_the_wire
from tests.servers import servers_in

NAME = "Dupont-Lajoie"
TOPIC = StudentEnrolled.topic


def bad_ones() -> list[dict[str, Any]]:
    """A name wherever a record has room for one."""
    good = on_the_wire(an_enrolment(young_id=uuid.uuid4()), 1)
    named, headers = NAME.encode(), good.headers()
    right: dict[str, Any] = {"key": good.key.encode(), "value": good.data, "headers": headers}
    named_headers = [
        [("ce_type" if name == field else name, named if name == field else value) for name, value in headers]
        for field in ("ce_type", "ce_id", "ce_source", "ce_time", "ce_sequence", "ce_specversion")
    ]
    return [
        *({**right, "key": f"{NAME}-{rank}".encode(), "headers": given} for rank, given in enumerate(named_headers)),
        {**right, "key": named}, {**right, "key": named + b"1", "value": b'{"family_name": "' + named},
        {**right, "key": named + b"2", "headers": [*headers, (NAME, named)], "value": named},
        {**right, "key": named + b"3", "headers": [*headers, (NoText(named + b"\xff"), named)]},
    ]  # fmt: skip


@pytest.mark.slow
async def test_a_service_s_stderr_holds_no_trace_of_a_name_that_somebody_put_into_kafka(keys: Path, tmp_path: Path) -> None:
    *readable, unreadable = bad_ones()
    with servers_in(tmp_path / "servers") as own:  # others would have to read it too
        await create_topics(own.brokers)
        async with a_process(own, keys, tmp_path) as (service, _), asyncio.timeout(60):
            for record in readable:
                await put(own, TOPIC, [Put(**record)])
            while parked(tmp_path) < len(readable):
                await asyncio.sleep(0.1)
            await put(own, TOPIC, [Put(**unreadable)])
            while service.returncode is None and parked(tmp_path) == len(readable):
                await asyncio.sleep(0.1)
    assert NAME not in said(tmp_path)
    assert "Lajoie" not in said(tmp_path)


def said(folder: Path) -> str:
    return (folder / "service.log").read_text()


def parked(folder: Path) -> int:
    return said(folder).count('"consumer.parked"')
