"""How far a group is behind, in messages that it is to hear."""

import uuid
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.lag import Lag, folded, lags
from deploy.local.servers import Servers

PUBLISHED = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


async def test_lag_counts_what_a_group_has_yet_to_acknowledge(servers: Servers) -> None:
    topic = group = f"lag-{uuid.uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1, topic_configs={"retention.ms": "-1"})])  # that day is long ago
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka) as producer:
        for minute, partition in enumerate((0, 0, 0, 1)):
            at = int((PUBLISHED + timedelta(minutes=minute)).timestamp() * 1000)
            await producer.send_and_wait(topic, b"said", partition=partition, timestamp_ms=at)
    async with AIOKafkaConsumer(bootstrap_servers=servers.kafka, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.commit({TopicPartition(topic, 0): 2})

    assert await lags(servers.brokers, [group, "nobody"]) == [
        Lag(group, topic, messages=2, since=PUBLISHED + timedelta(minutes=2))
    ]


async def test_marks_of_transactions_and_what_was_aborted_are_no_lag(servers: Servers) -> None:
    topic = group = f"lag-{uuid.uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 3, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, transactional_id=topic) as producer:
        for aborted in (False, True):
            await producer.begin_transaction()
            for partition in (0, 1, 2) if not aborted else (0,):
                await (await producer.send(topic, b"said", partition=partition))
            await (producer.abort_transaction() if aborted else producer.commit_transaction())
    async with AIOKafkaConsumer(bootstrap_servers=servers.kafka, group_id=group, enable_auto_commit=False) as consumer:
        partitions = [TopicPartition(topic, partition) for partition in range(3)]
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 1))
        assert await lags(servers.brokers, [group]) == [Lag(group, topic, messages=0)]
        await consumer.commit({partitions[1]: 0})
        assert [row.messages for row in await lags(servers.brokers, [group])] == [2]


def test_agencies_of_which_everything_was_heard_are_one_row() -> None:
    behind, other = Lag("referral-inbound", "etabli.inbound.c", 3, PUBLISHED), Lag("referral", "etabli.referral", 0)
    well = [Lag("referral-inbound", f"etabli.inbound.{name}", 0) for name in "ab"]
    assert folded([*well, behind, other]) == [behind, other, Lag("referral-inbound", "etabli.inbound.*", 0)]
    assert folded([other]) == [other]
