"""What a parser cannot read is set aside by its coordinates, and everything around it is heard, in order."""

import pytest

from deploy.local.servers import Servers
from shared.events.message import UNREADABLE
from tests.messaging.by_hand import CODECS, NOT_UTF8, Put, a_topic, heard, put


@pytest.mark.parametrize("codec", [None, *CODECS])
async def test_a_header_name_that_is_no_text_sets_its_own_record_aside_and_no_other(servers: Servers, codec: str | None) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, [Put(b"a", b"1", [("h", b"x")]), Put(b"b", b"2", NOT_UTF8), Put(b"c", b"3")], codec=codec)
    await put(servers, topic, [Put(b"d", b"4", NOT_UTF8)], codec=codec)
    await put(servers, topic, [Put(b"e", b"5")], codec=codec)
    found = await heard(servers, topic, 5)
    assert [(r.offset, r.key, r.value, r.fault) for r in found] == [
        (0, b"a", b"1", ""), (1, b"b", b"2", UNREADABLE), (2, b"c", b"3", ""), (3, b"d", b"4", UNREADABLE), (4, b"e", b"5", ""),
    ]  # fmt: skip
    assert found[0].headers == {"h": b"x"}
    assert not found[1].headers, "its other headers are dropped with the name"
