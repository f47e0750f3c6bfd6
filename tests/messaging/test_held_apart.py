"""What one topic fails with holds up its own documents, whatever it is, and while Kafka answers; with producers handed in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import errors

from shared.kernel.retry import stop
from shared.messaging.relay import Relay
from shared.persistence.transaction import Persistence
from tests.messaging.outboxes import a_toy, left, toys

BAD, GOOD = "etabli.enrolment", "etabli.catalogue"


@dataclass(frozen=True)
class Failure:
    """What a topic fails with: as a message is handed over, or as it is acknowledged; without an error, it never is."""

    error: Exception | None
    late: bool = True


@dataclass
class Choosy:
    """Takes everything but what is for a topic that fails."""

    failing: dict[str, Failure]
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    asked: int = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]) -> Awaitable[object]:
        acknowledged: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        failure = self.failing.get(topic)
        self.asked += 1
        if failure is None:
            self.sent.append((topic, key))
            acknowledged.set_result(None)
        elif failure.error and not failure.late:
            raise failure.error
        elif failure.error:
            acknowledged.set_exception(failure.error)
        return acknowledged


async def answers() -> None:
    """Kafka is there."""


async def is_away() -> None:
    raise errors.KafkaConnectionError


@asynccontextmanager
async def relaying(
    persistence: Persistence, kafka: Choosy, ask_brokers: Callable[[], Awaitable[None]] = answers
) -> AsyncIterator[Relay]:
    relay = Relay(persistence, producer=lambda: kafka, holder="one", max_backoff=0.2, ask_brokers=ask_brokers)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        assert await stop(task, grace=5)


async def until(true: Callable[[], Awaitable[Any]], *, within: float = 15) -> None:
    async with asyncio.timeout(within):
        while not await true():
            await asyncio.sleep(0.02)


FAILURES = [
    errors.TopicAuthorizationFailedError(BAD), errors.ClusterAuthorizationFailedError(), errors.MessageSizeTooLargeError(),
    errors.RecordListTooLargeError(), errors.CorruptRecordException(), errors.InvalidTopicError(), errors.InvalidTimestampError(),
    errors.UnknownTopicOrPartitionError(), errors.UnsupportedForMessageFormatError(), errors.PolicyViolationError(),
    errors.LeaderNotAvailableError(), errors.NotLeaderForPartitionError(), errors.NotEnoughReplicasError(),
    errors.KafkaStorageError(), errors.OutOfOrderSequenceNumber(), errors.UnknownProducerId(), errors.UnknownError(),
    errors.KafkaTimeoutError(), errors.RequestTimedOutError(), errors.KafkaError("unexpected"), ValueError("not a name"), None,
]  # fmt: skip


async def test_what_topics_fail_with_holds_up_their_own_documents_only(persistence: Persistence) -> None:
    failures = [Failure(error, late) for error in FAILURES for late in ((False, True) if error else (True,))]
    kafka = Choosy({f"{BAD}.{rank}": failure for rank, failure in enumerate(failures)})
    bad = sorted(kafka.failing)
    held = [await a_toy(persistence, topic) for topic in bad]
    went = await toys(persistence, GOOD, 3)

    async def others_went() -> bool:
        return not await left(persistence, *went)

    async def are_named() -> bool:
        return await relay.refusing() == bad

    async with relaying(persistence, kafka) as relay:
        await until(others_went)
        await until(are_named)
        went = await toys(persistence, GOOD, 1)
        await until(others_went, within=5)
        assert await left(persistence, *held) == [1, 2] * len(bad)
        kafka.failing.clear()

        async def all_went() -> bool:
            return not await left(persistence, *held) and not await relay.refusing()

        await until(all_went)
        assert not relay.kafka_is_away
    assert len(kafka.sent) == 2 * (3 + 1 + len(bad))
    assert await persistence.database["toys"].count({"held": {"$exists": True}}) == 0


async def test_a_document_that_tells_on_two_topics_stops_at_the_one_that_refuses_and_keeps_its_order(
    persistence: Persistence,
) -> None:
    kafka = Choosy({BAD: Failure(errors.TopicAuthorizationFailedError(BAD))})
    id = await a_toy(persistence, GOOD, events=3)
    await persistence.database["toys"].update({"_id": id}, {"$set": {"outbox.1.topic": BAD}})

    async def first_went() -> bool:
        return await left(persistence, id) == [2, 3]

    async def all_went() -> bool:
        return await left(persistence, id) == []

    async with relaying(persistence, kafka) as relay:
        await until(first_went)
        assert await relay.refusing() == [BAD]
        kafka.failing.clear()
        await until(all_went)
    assert [topic for topic, _ in kafka.sent] == [GOOD, BAD, GOOD]


@pytest.mark.parametrize(
    "error", [errors.KafkaTimeoutError(), errors.KafkaConnectionError(), None], ids=lambda one: type(one).__name__
)
async def test_while_kafka_is_away_nothing_is_held_nor_refused(persistence: Persistence, error: Exception | None) -> None:
    kafka = Choosy({BAD: Failure(error)})
    id = await a_toy(persistence, BAD)
    async with relaying(persistence, kafka, is_away) as relay:

        async def away() -> bool:
            return relay.kafka_is_away

        await until(away)
        assert await relay.refusing() == []
        toy = await persistence.database["toys"].find_one({"_id": id})
        assert toy is not None
        assert "held" not in toy
        assert await left(persistence, id) == [1, 2]


async def test_a_producer_that_kafka_refuses_is_refused_and_not_away(persistence: Persistence) -> None:
    class Unknown(Choosy):
        async def start(self) -> None:
            raise errors.ClusterAuthorizationFailedError

    await a_toy(persistence, GOOD)
    async with relaying(persistence, Unknown({})) as relay:

        async def refused() -> bool:
            return relay.kafka_refuses

        await until(refused)
        assert not relay.kafka_is_away


async def test_after_a_message_was_taken_and_refused_another_producer_goes_on(persistence: Persistence) -> None:
    """An idempotent one has numbered it: its next to that partition would be refused too."""
    failing, made = {BAD: Failure(errors.MessageSizeTooLargeError())}, list[Choosy]()

    def producer() -> Choosy:
        made.append(Choosy(failing))
        return made[-1]

    relay = Relay(
        persistence, producer=producer, one_by_one=lambda: Choosy(failing), holder="one", max_backoff=0.2, ask_brokers=answers
    )
    relaying = asyncio.create_task(relay.run())
    await a_toy(persistence, BAD)
    await until(relay.refusing)
    id = await a_toy(persistence, GOOD)

    async def went() -> bool:
        return not await left(persistence, id)

    await until(went)
    assert await stop(relaying, grace=5)
    assert [len(one.sent) for one in made] == [0, 2]


async def test_a_topic_that_refuses_every_message_is_not_asked_by_each_document(persistence: Persistence) -> None:
    kafka = Choosy({BAD: Failure(errors.TopicAuthorizationFailedError(BAD))})
    ids = await toys(persistence, BAD, 1)
    async with relaying(persistence, kafka) as relay:

        async def held() -> bool:
            return await persistence.database["toys"].count({"held.topic": BAD}) == len(ids)

        await until(held)
        ids += await toys(persistence, BAD, 2_000)
        await until(held)
        assert await relay.pending(5_000) == 2_001
        assert await relay.pending(5_000, held=False) == 0
    assert kafka.asked < len(ids)
