"""What a service measures of itself, whoever asks: servers, outboxes, lag; and decisions by their verb and code."""

import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from aiokafka.errors import GroupCoordinatorNotAvailableError

from shared.events.catalogue import SchoolRegistered
from shared.events.production import OrderReceived
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import Refused
from shared.messaging.kafka import brokers_of
from shared.messaging.lag import acknowledged, behind
from shared.metrics import HELD
from shared.persistence.failures import Away
from shared.persistence.mongo import Database
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.web.measuring import measure_once, show
from tests.conftest import Start
from tests.persistence.builders import TOYS, accept, receive
from tests.web.builders import toy
from tests.web.scrapes import rise, shown

NOBODY = "127.0.0.1:1"


class Unanswering(Database):
    """A database whose server is away."""

    async def command(self, *_: Any, **__: Any) -> Any:
        raise Away("nobody")


async def test_what_waits_for_kafka_is_measured_though_nobody_asks(running: Start) -> None:
    began = time.time()
    async with running(toy, kafka=NOBODY) as here:
        await here.until(lambda: holds(lambda: shown("etabli_measured_timestamp_seconds") > began))
        head = here.as_("school:dole:head")
        for _ in range(2):
            assert (await head.put(f"/toys/{uuid.uuid4()}")).status_code == 200
        await here.until(lambda: holds(lambda: here.runtime.kafka_is_away))
        await measure_once(here.runtime)
        assert [shown(f"etabli_{name}") for name in ("ready", "degraded", "mongodb_up", "kafka_up")] == [1, 1, 1, 0]
        assert (shown("etabli_outbox_documents"), shown("etabli_outbox_limit_documents")) == (2, 20_000)
        assert 0 < shown("etabli_outbox_oldest_age_seconds") < 60  # by the real clock: the service's own stands in 2025
        assert (shown("etabli_clock_simulated"), here.runtime.relay.active) == (1, False)  # who cannot publish takes no lease


async def holds(true: Callable[[], bool]) -> bool:
    return true()


async def test_that_mongodb_is_away_is_a_measure(running: Start) -> None:
    async with running(toy) as here:
        await here.until(lambda: holds(lambda: here.runtime.relay.active))
        await measure_once(here.runtime)
        assert (shown("etabli_ready"), shown("etabli_mongodb_up")) == (1, 1)
        nowhere = replace(
            here.runtime, persistence=Persistence(Unanswering("", "nowhere"), "toy", here.runtime.persistence.clock)
        )
        with pytest.raises(Away):
            await measure_once(nowhere)
        assert (shown("etabli_ready"), shown("etabli_mongodb_up")) == (0, 0)


async def test_lag_is_what_a_group_has_not_acknowledged_of_what_is_there(running: Start) -> None:
    topics = [OrderReceived.topic, SchoolRegistered.topic]
    async with running(toy) as here:
        brokers = brokers_of(here.settings)

        async def lag() -> Mapping[str, int]:
            with suppress(GroupCoordinatorNotAvailableError):  # a new Kafka makes its table of groups when first asked
                return await behind(brokers, topics, lambda: acknowledged(brokers, "nobody"))
            return {}

        before = await here.until(lag)
        assert (await here.as_("school:dole:head").put(f"/toys/{uuid.uuid4()}")).status_code == 200

        async def one_more() -> bool:
            return await lag() == {**before, OrderReceived.topic: before[OrderReceived.topic] + 1}

        await here.until(one_more)


async def test_decisions_are_counted_by_their_verb_and_refusals_by_their_code(persistence: Persistence) -> None:
    toys, id, verb = Repository(persistence, TOYS).acting(SYSTEM), uuid.uuid4(), {"aggregate": "toys", "decision": "accept"}
    decisions = "etabli_decisions_total"
    with rise(decisions, aggregate="toys", decision="receive", outcome="made") as made:
        await toys.create(id, receive, id=id, school="dole")
    with rise(decisions, aggregate="toys", decision="receive", outcome="nothing") as nothing:
        await toys.create(id, receive, id=id, school="dole")
    with (
        rise(decisions, **verb, outcome="refused") as refused,
        rise("etabli_refusals_total", **verb, code="enough") as enough,
        pytest.raises(Refused),
    ):
        await toys.decide(id, accept, at_most=0)
    assert (made.by, nothing.by, refused.by, enough.by) == (1, 1, 1, 1)


def test_what_is_no_longer_so_is_no_longer_shown() -> None:
    show(HELD, {"one": 1, "other": 2})
    show(HELD, {"other": 1})
    assert [shown("etabli_outbox_held_documents", topic=topic) for topic in ("one", "other")] == [0, 1]
    show(HELD, {})
