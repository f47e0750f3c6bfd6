"""What is compressed is heard, whichever of Kafka's four codecs its teller or its topic chooses."""

import uuid

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.servers import Servers
from shared.messaging.kafka import consumer
from tests.conftest import Start
from tests.messaging.by_hand import CODECS, Put, compressing, put
from tests.messaging.test_consumer import TOPIC, received, toy, until_handled

pytestmark = pytest.mark.usefixtures("toy_caught_up")


@pytest.mark.parametrize("codec", CODECS)
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
    async with consumer(servers.brokers) as reader:
        reader.assign([TopicPartition(topic, 0)])
        await reader.seek_to_beginning()
        assert [(await reader.getone()).value for _ in values] == values


async def test_a_service_hears_every_codec_alone_in_batches_and_by_the_topic(running: Start, servers: Servers) -> None:
    keys = [uuid.uuid4() for _ in CODECS]
    async with running(toy) as here:
        for key, codec in zip(keys, CODECS, strict=True):
            one, two, three, four = (received(key, sequence) for sequence in (1, 2, 3, 4))
            puts = [Put(message.key.encode(), message.data, message.headers()) for message in (one, two, three, four)]
            await put(servers, TOPIC, puts[:1], codec=codec)
            await put(servers, TOPIC, puts[1:3], codec=codec)
            async with compressing(servers, TOPIC, codec):
                await put(servers, TOPIC, puts[3:])
        for key in keys:
            await until_handled(here, key, [1, 2, 3, 4])
