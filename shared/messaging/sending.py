"""Outboxes to a producer: each document's entries one after the other, all documents at once, none waited for without end."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from aiokafka.errors import KafkaTimeoutError

from shared.events.message import Message
from shared.kernel.tracing import continuing
from shared.messaging.outbox import Sending

FIELDS = ("id", "source", "type", "sequence", "time", "key", "data", "trace")
"""Those of `Message` that an outbox has kept ever since."""
STALLED_SECONDS = 3.0
"""After so long without one acknowledgement, what is still under way is given up: the rest has not to wait for it."""


class Producer(Protocol):
    """What the relay needs of aiokafka's producer. `send` gives a future of the broker's acknowledgement."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def send(self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]) -> Awaitable[object]: ...


async def send_all(producer: Producer, sendings: Sequence[Sending]) -> bool:
    """Send these outboxes, and say in each how far it came and what stopped it. None of one is sent before its predecessor
    is acknowledged.

    False if the producer is of no more use: it has given up something that it had taken, or still holds something. An
    idempotent one numbers what it sends to a partition, and after a gap the broker takes nothing more of it there.
    """
    sound: list[bool] = []
    tasks = {asyncio.create_task(_send(producer, one, sound)) for one in sendings}
    try:
        await _while_something_is_acknowledged(tasks, sendings)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for one in sendings:
        if one.sent < len(one.entries) and one.error is None:
            one.error = KafkaTimeoutError("not acknowledged")
    return len(sound) == len(sendings)


async def _while_something_is_acknowledged(tasks: "set[asyncio.Task[None]]", sendings: Sequence[Sending]) -> None:
    under_way, before = tasks, -1
    while under_way and before < (before := sum(one.sent for one in sendings)):
        _done, under_way = await asyncio.wait(under_way, timeout=STALLED_SECONDS)


async def _send(producer: Producer, one: Sending, sound: list[bool]) -> None:
    """Send one document's entries until one fails. `sound` gets an item where that leaves the producer as it was."""
    taken = False
    try:
        for entry in one.entries:
            taken = False
            acknowledgement = await _hand_over(producer, entry)
            taken = True
            await acknowledgement
            one.sent += 1
    except Exception as error:
        one.error = error
        if taken:
            return
    sound.append(True)


async def _hand_over(producer: Producer, entry: dict[str, Any]) -> Awaitable[object]:
    message = Message(**{field: entry[field] for field in FIELDS}, cause=entry.get("cause", ""))
    with continuing(message.trace):
        return await producer.send(entry["topic"], message.data, key=message.key.encode(), headers=message.headers())
