"""A topic that a broker refuses to a reader is said, and the others are heard."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import NotLeaderForPartitionError, TopicAuthorizationFailedError
from structlog.testing import capture_logs

from deploy.local.servers import Servers
from shared.messaging.kafka import consumer
from tests.messaging.by_hand import Put, a_topic, put


@dataclass
class Refusing:
    """A client whose broker answers about one topic that it is not to be read."""

    client: Any
    topic: str
    error: Any
    asked: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    async def send(self, node: int, request: Any) -> Any:
        response = await self.client.send(node, request)
        response.topics = [(topic, [self._of(topic, *one) for one in partitions]) for topic, partitions in response.topics]
        return response

    def _of(self, topic: str, partition: int, code: int, *rest: Any) -> tuple[Any, ...]:
        self.asked += topic == self.topic
        return (partition, self.error.errno if topic == self.topic else code, *rest)


@pytest.mark.parametrize(("error", "said"), [(TopicAuthorizationFailedError, 1), (NotLeaderForPartitionError, 0)])
async def test_a_topic_that_is_refused_is_said_once_and_holds_up_no_other(servers: Servers, error: Any, said: int) -> None:
    refused, other = await a_topic(servers), await a_topic(servers)
    async with consumer(servers.brokers, fetch_max_wait_ms=50) as reader:
        fetcher = reader._fetcher
        fetcher._client = refusing = Refusing(fetcher._client, refused, error)
        reader.assign([TopicPartition(refused, 0), TopicPartition(other, 0)])
        for tp in reader.assignment():
            reader.seek(tp, 0)
        with capture_logs() as lines:
            for number in range(3):
                await put(servers, other, [Put(b"key", str(number).encode())])
                async with asyncio.timeout(10):
                    record = await reader.getone()
                assert record.value == str(number).encode()
                await asyncio.sleep(0.4)
        assert [(line["event"], line["topic"]) for line in lines] == [("reader.refused", refused)] * said
        assert refusing.asked < 20, "it rests in between"
        fetcher._client = refusing.client
        await put(servers, refused, [Put(b"key", b"allowed at last")])
        async with asyncio.timeout(10):
            assert (await reader.getone()).value == b"allowed at last"
