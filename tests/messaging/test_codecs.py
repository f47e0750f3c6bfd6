"""What partners compress is read, whichever of Kafka's four codecs they choose."""

import uuid

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.servers import Servers
from shared.messaging.kafka import consumer


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_a_consumer_reads_what_was_compressed(servers: Servers, codec: str) -> None:
    topic, values = f"test.{codec}.{uuid.uuid4()}", [f"{number} ".encode() * 500 for number in range(20)]
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, compression_type=codec, linger_ms=50) as sender:
        for sent in [await sender.send(topic, value) for value in values]:
            await sent
    async with consumer(servers.kafka) as reader:
        reader.assign([TopicPartition(topic, 0)])
        await reader.seek_to_beginning()
        assert [(await reader.getone()).value for _ in values] == values
