"""What is asked of Kafka before it is read, of one that has only just started: it answers, and knows of no broker yet."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.errors import BrokerNotAvailableError

from shared.messaging.failures import is_away
from shared.messaging.kafka import Brokers, ask_brokers, ask_to_read

HEAD = struct.Struct(">ihhi")
"""Of a request: length, kind, version, number."""
VERSIONS = 18
ITS_OWN = struct.pack(">hihhhhhh", 0, 2, VERSIONS, 0, 0, 3, 0, 0)
"""No error; of versions and of metadata it knows the oldest."""
NOTHING = struct.pack(">ii", 0, 0)
"""No brokers, no topics."""


@asynccontextmanager
async def a_kafka_that_just_started() -> AsyncIterator[Brokers]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length, kind, _, number = HEAD.unpack(await reader.readexactly(HEAD.size))
                await reader.readexactly(length - HEAD.size + 4)
                body = ITS_OWN if kind == VERSIONS else NOTHING
                writer.write(struct.pack(">ii", 4 + len(body), number) + body)
        except asyncio.IncompleteReadError:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        yield Brokers(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def test_a_kafka_that_knows_of_no_broker_yet_is_away() -> None:
    async with a_kafka_that_just_started() as brokers:
        for asking in (ask_brokers(brokers), ask_to_read(brokers, "production", ["etabli.enrolment"])):
            with pytest.raises(BrokerNotAvailableError) as failure:
                await asking
            assert is_away(failure.value)
