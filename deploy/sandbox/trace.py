"""What came and went, one line each: types, codes and ids of ours. Nothing of an identity is in what it reads."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

from aiokafka import TopicPartition

from deploy.local.progress import say
from deploy.sandbox.stream import Heard
from shared.messaging.kafka import Brokers, consumer
from shared.messaging.topics import inbound

SHORT = 8
"""Characters of an id: enough to tell the young people of a playground apart."""


async def show_events(who: str, stream: AsyncIterator[Heard]) -> None:
    """Each event that a tenant is told."""
    async for event in stream:
        line(who, "←", event.type, _about(event))


async def show_messages(brokers: Brokers, agency: str) -> None:
    """Each message on the agency's topic, from now on: that one came, and where; its value is about people."""
    async with consumer(brokers) as reader:
        partition = TopicPartition(inbound(agency), 0)
        while partition.topic not in await reader.topics():
            await asyncio.sleep(1)
        reader.assign([partition])
        await reader.seek_to_end(partition)
        async for record in reader:
            line("organisme", "→", inbound(agency), f"message {record.offset}")


def line(who: str, way: str, what: str, about: str) -> None:
    """One line of the trace, by the real clock."""
    say(f"{datetime.now():%H:%M:%S}  {who:<9} {way} {what:<32} {about}".rstrip())


def _about(event: Heard) -> str:
    data = event.data
    if event.type == "referral.rejected":
        return f"message {data['offset']} : {data['code']} {data['field'] or ''}"
    steps = [step for one in data.get("view", {}).get("applications", ()) for step in one["steps"]]
    said = [f"jeune {data['young_id'][:SHORT]}" if "young_id" in data else "", data.get("programme", "")]
    said += [steps[-1]["status"] if steps else "", steps[-1]["code"] or "" if steps else data.get("code") or ""]
    return " ".join(filter(None, said))
