"""The consumer client: aiokafka's, with a fetcher of ours."""

from collections.abc import Container
from typing import Any

from aiokafka import AIOKafkaConsumer

from shared.events import TOPICS
from shared.messaging.connecting import saying_why
from shared.messaging.wire.fetcher import Fetcher


class Client(AIOKafkaConsumer):
    """Hears all that is committed and nothing else. What it cannot read, and what is no longer there, are records with a `Fault`.

    It is subscribed or assigned after its start: `start` itself makes a fetcher, which this one takes the place of.
    """

    def __init__(self, *, whole: Container[str] = frozenset(TOPICS), **options: Any) -> None:
        """`whole`: topics that keep their full history, so that what a group that is new does not find there was lost to it."""
        super().__init__(**options)
        self._whole = whole

    async def start(self) -> None:
        assert self._subscription.subscription is None
        async with saying_why(self._client):
            await super().start()
        await self._fetcher.close()
        self._fetcher: Any = Fetcher(
            self._client, self._subscription,
            whole=self._whole,
            key_deserializer=self._key_deserializer,
            value_deserializer=self._value_deserializer,
            fetch_min_bytes=self._fetch_min_bytes,
            fetch_max_bytes=self._fetch_max_bytes,
            fetch_max_wait_ms=self._fetch_max_wait_ms,
            max_partition_fetch_bytes=self._max_partition_fetch_bytes,
            fetcher_timeout=self._consumer_timeout,
            retry_backoff_ms=self._retry_backoff_ms,
            isolation_level=self._isolation_level,
        )  # fmt: skip
