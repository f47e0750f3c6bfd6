"""Topics of a test's own, made so that Kafka refuses them, and healed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code


@asynccontextmanager
async def asking(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def make(bootstrap: str, topic: str, *, partitions: int = 1, **configs: str) -> None:
    """A topic; `max_message_bytes="300"` is its `max.message.bytes`."""
    options = {name.replace("_", "."): value for name, value in configs.items()}
    async with asking(bootstrap) as admin:
        answer = await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=options)])
        for _topic, code, *_rest in answer.topic_errors:
            if code:
                raise for_code(code)


async def delete(bootstrap: str, topic: str) -> None:
    async with asking(bootstrap) as admin:
        await admin.delete_topics([topic])


async def let_in(bootstrap: str, topic: str, largest: int) -> None:
    """Have a topic of events take messages of so many bytes; its other settings, which go with each change, are as they were."""
    configs = {"retention.ms": "-1", "max.message.bytes": str(largest)}
    async with asking(bootstrap) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=configs)])
