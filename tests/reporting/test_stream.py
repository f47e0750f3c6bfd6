"""GET /events: who hears of which change, and when."""

import asyncio
from contextlib import aclosing
from time import monotonic
from typing import Any

import pytest

from services.reporting.api import indicators
from shared.projections.notifier import Changes
from tests.conftest import Running


async def test_readers_hear_a_change_at_most_once_a_second() -> None:
    changes = Changes()
    async with aclosing(indicators.changes(changes, None)) as stream:
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        await changes.reach(1)
        assert await first == 1
        for number in range(2, 7):
            await changes.reach(number)
        since = monotonic()
        assert await anext(stream) == 6
        assert monotonic() - since > 0.9


@pytest.mark.parametrize("last_seen", [2, 99])
async def test_who_comes_back_late_or_after_a_restart_hears_at_once(last_seen: int) -> None:
    changes = Changes(4)
    async with aclosing(indicators.changes(changes, last_seen)) as stream, asyncio.timeout(5):
        assert await anext(stream) == 4


async def first_event(reporting: Running, last_event_id: bytes) -> bytes:
    """What the stream has sent a browser that names this event, once it has told a change."""
    received = bytearray()
    changed = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await changed.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        received.extend(message.get("body", b"") if message.get("status", 200) == 200 else b"changed")
        if b"changed" in received:
            changed.set()

    headers = [(b"authorization", reporting.as_("region").headers["authorization"].encode()), (b"last-event-id", last_event_id)]
    request = {
        "type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b"", "http_version": "1.1",
        "scheme": "http", "server": ("etabli", 80), "headers": headers,
    }  # fmt: skip
    async with asyncio.timeout(5):
        await reporting.app(request, receive, send)
    return bytes(received)


async def test_the_stream_tells_a_change_as_an_event_with_its_number(reporting: Running) -> None:
    assert b"event: changed\ndata: 1\nid: 1\n\n" in await first_event(reporting, b"0")


NEVER_GIVEN = (b"abc", b"", b"-1", b"1.0", b"9" * 18, b"9" * 400, "٣".encode(), b"\xe9", b"1 1", b"+1", b"0x1")


@pytest.mark.parametrize("last_event_id", NEVER_GIVEN)
async def test_an_event_id_that_we_never_gave_gets_the_present_state(reporting: Running, last_event_id: bytes) -> None:
    await reporting.until(lambda: asyncio.sleep(0, reporting.store.projector.changes.number))
    assert b"event: changed\ndata: 1\nid: 1\n\n" in await first_event(reporting, last_event_id)
