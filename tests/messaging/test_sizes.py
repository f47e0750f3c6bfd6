"""A batch of a few kilobytes that holds more than a service has memory for is set aside unopened."""

import pytest

from deploy.local.servers import Servers
from shared.events.message import UNREADABLE
from shared.messaging.wire.sizes import LARGEST
from tests.messaging.by_hand import CODECS, Put, a_topic, heard, put


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "snappy"])
async def test_what_would_fill_memory_is_set_aside_and_its_neighbours_are_heard(servers: Servers, codec: str) -> None:
    topic = await a_topic(servers)
    for puts in ([Put(b"a", b"1")], [Put(b"b", b"2"), Put(b"b", bytes(LARGEST))], [Put(b"c", bytes(LARGEST // 2))]):
        await put(servers, topic, puts, codec=codec)
    found = await heard(servers, topic, 3)
    assert [(one.offset, one.key, one.count, one.fault) for one in found] == [
        (0, b"a", 1, ""), (1, None, 2, UNREADABLE), (3, b"c", 1, ""),
    ]  # fmt: skip
