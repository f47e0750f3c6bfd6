"""One agency floods with thousands of messages, good ones or bad ones: another's own message is not delayed by seconds."""

import asyncio
import time

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.servers import Servers
from shared.messaging.topics import inbound
from tests.conftest import Running, Start
from tests.referral.builders import COLLEGE, SOCIAL, referring
from tests.referral.inbound import asked, has_topic, headers, hearing, referrals, rejections, send

pytestmark = pytest.mark.slow
FLOOD, MOST = 6_000, 5.0


async def taking(here: Running, servers: Servers, agency: str) -> float:
    """Seconds from the sending of an agency's first message to its referral."""
    began = time.monotonic()
    await send(servers, asked(), agency=agency)

    async def taken() -> bool:
        return len(await referrals(here, agency)) == 1

    await here.until(taken)
    return time.monotonic() - began


@pytest.mark.parametrize(("flooding", "value"), [("cio-flot", asked()), ("cio-illisible", b"{")])
async def test_a_flood_delays_no_other_agency(servers: Servers, running: Start, flooding: str, value: bytes) -> None:
    for agency in (flooding, COLLEGE, SOCIAL):
        await has_topic(servers, agency)
    async with referring(running, hearing) as here:
        body = {"kind": "cio", "name": "Un autre CIO", "department": "39"}
        await here.as_("admin").put(f"/agencies/{flooding}", json=body)
        alone = await taking(here, servers, COLLEGE)
        async with AIOKafkaProducer(bootstrap_servers=servers.kafka, linger_ms=5) as sender:
            sent = [await sender.send(inbound(flooding), value, key=f"F-{n}".encode(), headers=headers()) for n in range(FLOOD)]
            await asyncio.gather(*sent)

        async def begun() -> bool:
            return bool(await referrals(here, flooding) or await rejections(here, flooding))

        await here.until(begun)
        in_the_flood = await taking(here, servers, SOCIAL)
        names = ("referrals", {"state.agency": flooding}), ("rejections", {"agency": flooding})
        left = FLOOD - sum([await here.store.database[name].count(where) for name, where in names])
        print(f"seul {alone:.2f} s, dans le flot {in_the_flood:.2f} s, reste {left}")
        assert left > 0
        assert in_the_flood - alone < MOST
