"""A broker that answers when it is asked, and is gone by the time that Faust's consumer connects."""

import asyncio
import threading

import faust
import pytest

from deploy.local.servers import Servers
from shared.messaging.consumer import consume, new_faust_app
from shared.messaging.kafka import Brokers
from shared.messaging.wire.transport import Transport
from shared.persistence.transaction import Persistence
from tests.messaging.parked import Here

NOBODY = Brokers("127.0.0.1:1")


async def answers() -> None:
    """It was there a moment ago."""


async def test_faust_is_started_again_and_its_thread_raises_nothing_that_was_told(
    servers: Servers, persistence: Persistence, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised, started, again = list[threading.ExceptHookArgs](), list[faust.App](), asyncio.Event()
    monkeypatch.setattr(threading, "excepthook", raised.append)

    def new_app() -> faust.App:
        app = new_faust_app("toy", "0", servers.brokers, session_timeout=6)
        app.transport = Transport(app, NOBODY)
        started.append(app)
        if len(started) == 3:
            again.set()
        return app

    work = asyncio.create_task(consume(Here(persistence).dispatcher, ask_brokers=answers, new_app=new_app, max_backoff=0.05))
    async with asyncio.timeout(60):
        await again.wait()
    work.cancel()
    await asyncio.wait([work])
    assert [args.exc_type for args in raised] == []
