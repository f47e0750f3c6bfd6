"""One agency floods with thousands of messages, good ones or bad ones: another's own message is not delayed by two seconds."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.servers import Servers
from shared.kernel.retry import stop
from shared.messaging.topics import inbound
from tests.conftest import Running, Start
from tests.referral.builders import COLLEGE, SOCIAL, referring
from tests.referral.inbound import asked, has_topic, headers, hearing, referrals, rejections, send

pytestmark = pytest.mark.slow
FLOOD, MOST = 2_000, 2.0


async def taking(here: Running, servers: Servers, agency: str) -> float:
    """Seconds from the sending of an agency's first message to its referral."""
    began = time.monotonic()
    await send(servers, asked(), agency=agency)

    async def taken() -> bool:
        return len(await referrals(here, agency)) == 1

    await here.until(taken)
    return time.monotonic() - began


@asynccontextmanager
async def flooded(servers: Servers, agency: str, value: bytes) -> AsyncIterator[None]:
    """Thousands of messages of an agency, and more and more of them until the end of the block."""

    numbers = itertools.count()

    async def say(sender: AIOKafkaProducer, count: int) -> None:
        keys = [f"F-{next(numbers)}".encode() for _ in range(count)]
        await asyncio.gather(*[await sender.send(inbound(agency), value, key=key, headers=headers()) for key in keys])

    async def go_on(sender: AIOKafkaProducer) -> None:
        while True:
            await say(sender, 500)

    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, linger_ms=5) as sender:
        await say(sender, FLOOD)
        more = asyncio.create_task(go_on(sender))
        try:
            yield
        finally:
            await stop(more, grace=10)


@pytest.mark.parametrize(("flooding", "value"), [("cio-flot", asked()), ("cio-illisible", b"{")])
async def test_a_flood_delays_no_other_agency(servers: Servers, running: Start, flooding: str, value: bytes) -> None:
    for agency in (flooding, COLLEGE, SOCIAL):
        await has_topic(servers, agency)
    async with referring(running, hearing) as here:
        body = {"kind": "cio", "name": "Un autre CIO", "department": "39"}
        await here.as_("admin").put(f"/agencies/{flooding}", json=body)
        alone = await taking(here, servers, COLLEGE)

        async def begun() -> bool:
            return bool(await referrals(here, flooding) or await rejections(here, flooding))

        async with flooded(servers, flooding, value):
            await here.until(begun)
            in_the_flood = await taking(here, servers, SOCIAL)
        print(f"seul {alone:.2f} s, dans le flot {in_the_flood:.2f} s")
        assert in_the_flood - alone < MOST
