"""A Kafka that refuses is not away: probe and consumer say so by name, as an error, and go on asking."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import pytest
from aiokafka import errors

from shared.kernel.retry import Outage, stop
from shared.messaging.consumer import consume
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.failures import is_refused
from shared.messaging.parking import Parking
from shared.messaging.probe import KafkaProbe, watch_permission
from shared.persistence.transaction import Persistence
from tests.conftest import Start
from tests.web.builders import toy

REFUSED = errors.SaslAuthenticationFailed()
AWAY = errors.KafkaConnectionError()


def failing(error: Exception) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        raise error

    return ask


async def answers() -> None:
    """Kafka is there."""


@pytest.mark.parametrize(("error", "away", "refuses"), [(REFUSED, False, True), (AWAY, True, False)])
async def test_the_probe_tells_a_kafka_that_refuses_from_one_that_is_away(error: Exception, away: bool, refuses: bool) -> None:
    probe = KafkaProbe(failing(error))
    asking = asyncio.create_task(probe.run())
    await asyncio.sleep(0.05)
    assert (probe.kafka_is_away, probe.kafka_refuses) == (away, refuses)
    assert await stop(asking, grace=1)


async def test_readiness_names_the_cluster_and_the_group_that_refuse(running: Start) -> None:
    async with running(toy) as here:
        here.runtime.probe = KafkaProbe(failing(REFUSED))
        here.runtime.reading.failed(errors.GroupAuthorizationFailedError("toy"))
        asking = asyncio.create_task(here.runtime.probe.run())
        await asyncio.sleep(0.05)
        ready = await here.signed_out().get("/health/ready")
        assert ready.status_code == 200
        group = f"group:{here.runtime.persistence.producer}"
        assert ready.json().items() >= {"status": "degraded", "kafka": "ok", "refusing": ["cluster", group]}.items()
        assert await stop(asking, grace=1)


async def test_whether_a_projector_may_read_is_asked_apart() -> None:
    outage = Outage(is_refusal=is_refused)
    for ask, refused in ((failing(AWAY), False), (failing(errors.TopicAuthorizationFailedError()), True), (answers, False)):
        asking = asyncio.create_task(watch_permission(ask, outage))
        await asyncio.sleep(0.02)
        assert (outage.refused, outage.away) == (refused, False)
        assert await stop(asking, grace=1)


class Lines:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str, Any]] = []

    def warning(self, event: str, **fields: Any) -> None:
        self.written.append(("warning", event, fields["error"]))

    def error(self, event: str, **fields: Any) -> None:
        self.written.append(("error", event, fields["error"]))


def no_app() -> NoReturn:
    raise AssertionError("Faust is not started while Kafka refuses us")


@pytest.mark.parametrize("asked", ["brokers", "to read"])
async def test_a_consumer_that_is_refused_says_so_once_and_asks_again(persistence: Persistence, asked: str) -> None:
    error, lines = errors.GroupAuthorizationFailedError("toy"), Lines()
    outage = Outage(lines, "consumer.kafka", is_refusal=is_refused)
    dispatcher: Dispatcher[Any] = Dispatcher(None, {}, Parking(persistence))
    consuming = asyncio.create_task(
        consume(
            dispatcher, new_app=no_app, max_backoff=0.02, outage=outage,
            ask_brokers=failing(error) if asked == "brokers" else answers,
            ask_to_read=failing(error) if asked == "to read" else answers,
        )
    )  # fmt: skip
    await asyncio.sleep(0.3)
    assert (outage.refused, outage.away) == (True, False)
    assert lines.written == [("error", "consumer.kafka_refused", "GroupAuthorizationFailedError")]
    assert not consuming.done()
    assert await stop(consuming, grace=1)
