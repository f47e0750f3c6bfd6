"""Two readers of a tenant's own events, as partners write them: each in a process of its own, which may be killed at any instant.

What they have seen is a file, one line an event: one of SSE goes on after the last id in it, one of the topic where its group
is, and passes over the ids that it has.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import orjson
from aiokafka import AIOKafkaConsumer

from tests.web.sse import Sent, sent_in


def seen_in(file: Path) -> list[Sent]:
    """What a reader has written down, in its order."""
    lines = file.read_bytes().splitlines() if file.exists() else []
    return [Sent(**orjson.loads(line)) for line in lines]


def follow_http(file: Path, url: str, token: str) -> None:
    """Read the stream into the file, for ever; whatever ends it, ask again after the last id."""
    while True:
        seen = seen_in(file)
        headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": seen[-1].id} if seen else {})
        try:
            with httpx.Client(timeout=30) as client, client.stream("GET", f"{url}/stream", headers=headers) as answer:
                for one in sent_in(answer.iter_lines()) if answer.status_code == 200 else ():
                    _write(file, one)
        except httpx.HTTPError:
            pass
        time.sleep(0.2)


async def follow_topic(file: Path, brokers: str, topic: str) -> None:
    """Read the topic into the file, for ever."""
    known = {one.data["id"] for one in seen_in(file)}
    reader = AIOKafkaConsumer(
        topic, bootstrap_servers=brokers, group_id=f"partner-{topic}", enable_auto_commit=False, auto_offset_reset="earliest",
        isolation_level="read_committed", metadata_max_age_ms=3_000, session_timeout_ms=6_000,
    )  # fmt: skip
    async with reader:
        while True:
            for records in (await reader.getmany(timeout_ms=500)).values():
                for record in records:
                    one = _sent(record)
                    if one.data["id"] not in known:
                        known.add(one.data["id"])
                        _write(file, one)
                await reader.commit()


def _sent(record: Any) -> Sent:
    headers = {name: value.decode() for name, value in record.headers}
    return Sent(headers["ce_type"], str(record.offset), {"id": headers["ce_id"], "data": orjson.loads(record.value)})


def _write(file: Path, one: Sent) -> None:
    with file.open("ab", buffering=0) as lines:
        lines.write(orjson.dumps({"event": one.event, "id": one.id, "data": one.data}) + b"\n")


async def until_kafka_answers(file: Path, brokers: str, topic: str) -> None:
    """Follow the topic; its client gives up where Kafka is away when it starts."""
    while True:
        try:
            await follow_topic(file, brokers, topic)
        except Exception as error:
            print(repr(error), file=sys.stderr)
            await asyncio.sleep(0.2)


def main(kind: str, file: str, *where: str) -> None:
    """`http FILE URL` (the token in TOKEN) or `topic FILE BROKERS TOPIC`."""
    if kind == "http":
        follow_http(Path(file), where[0], os.environ["TOKEN"])
    else:
        asyncio.run(until_kafka_answers(Path(file), *where))


if __name__ == "__main__":
    main(*sys.argv[1:])
