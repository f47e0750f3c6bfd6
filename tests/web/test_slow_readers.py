"""Who follows events and reads nothing is cut off, whatever waits for them, and goes on after the last one that they read."""

import asyncio
import socket

import pytest

from deploy.local.ports import HOST
from tests.messaging.tenants import tell, told
from tests.web.sse import reading
from tests.web.test_tenant_stream import Begin, begun

__all__ = ["begun"]
MANY = 300
LARGE = "x" * 40_000


@pytest.mark.slow
async def test_a_reader_who_reads_nothing_is_cut_off_and_resumes(begun: Begin) -> None:
    async with begun(read_within=0.5) as at:
        puts = [told(number, said=LARGE) for number in range(1, MANY + 1)]
        for first in range(0, MANY, 2):
            await tell(at.servers, at.topic, *puts[first : first + 2])
        slow = socket.create_connection((HOST, at.port))
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.sendall(f"GET /stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {at.token}\r\n\r\n".encode())
        async with asyncio.timeout(20):
            while not at.running.runtime.tenant_topics.feeds:
                await asyncio.sleep(0.02)
            while at.running.runtime.tenant_topics.feeds:
                await asyncio.sleep(0.05)
        slow.close()
        async with reading(at.port, at.token, last="40") as stream:
            assert await stream.until(MANY - 41) == [f"a{number}" for number in range(42, MANY + 1)]
