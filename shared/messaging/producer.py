"""aiokafka's producer, that waits for no topic nor leader that is not there, and ends when it is told to."""

import asyncio
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import LeaderNotAvailableError, UnknownTopicOrPartitionError

from shared.kernel.retry import stop
from shared.messaging.connecting import saying_why

APPEARS_WITHIN = 2.0
"""Seconds that a topic has to be known to the cluster."""
FLUSH_SECONDS = 2.0
"""Seconds that what it holds has to be acknowledged when it is stopped."""


class PromptProducer(AIOKafkaProducer):
    """Raises at once what aiokafka itself waits for until its time-out: an unknown topic, a partition without a leader.

    What waits within an aiokafka producer slows all its partitions down, and what expires there leaves a gap in the numbers
    of an idempotent one.
    """

    _closed: bool | None

    async def start(self) -> None:
        """Raises what a broker refuses, were it why none takes us."""
        async with saying_why(self.client):
            await super().start()

    async def send(self, topic: str, *args: Any, **options: Any) -> "asyncio.Future[Any]":
        """UnknownTopicOrPartitionError, LeaderNotAvailableError, TopicAuthorizationFailedError: nothing of it was taken."""
        if self.client.cluster.partitions_for_topic(topic) is None:
            await self._wait_for(topic)
        acknowledgement: asyncio.Future[Any] = await super().send(topic, *args, **options)
        return acknowledgement

    async def stop(self) -> None:
        """Flush for a moment, then end: what no broker takes would be tried again for ever, after another has sent it."""
        if self._closed:
            return
        self._closed = True
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self.flush()
        finally:
            if self._sender.sender_task is not None:
                await stop(self._sender.sender_task, grace=FLUSH_SECONDS)
            await self.client.close()

    async def _wait_for(self, topic: str) -> None:
        try:
            async with asyncio.timeout(APPEARS_WITHIN):
                await self.partitions_for(topic)
        except TimeoutError:
            async with asyncio.timeout(APPEARS_WITHIN):
                if not await self.client.force_metadata_update():
                    raise
            raise UnknownTopicOrPartitionError(topic) from None

    def _partition(self, topic: str, *rest: Any) -> int:
        partition: int = super()._partition(topic, *rest)
        if self.client.cluster.leader_for_partition(TopicPartition(topic, partition)) in (None, -1):
            self.client.force_metadata_update()
            raise LeaderNotAvailableError(topic)
        return partition
