"""Somebody with rights on the topics, who writes into them by hand while the region lives."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from aiokafka import TopicPartition

from deploy.local.servers import Servers
from shared.events.message import ConsumerRecord, Message, message_of
from shared.events.production import OrderReceived
from shared.events.referral import AgencyRegistered
from shared.events.students import DiplomaObtained
from shared.messaging.kafka import Brokers, consumer
from shared.messaging.topics import PARTITIONS
from shared.messaging.wire.records import record_of
from tests.messaging.by_hand import CODECS, NOT_UTF8, Put, put, transaction

READABLE, UNREADABLE, ELSEWHERE = DiplomaObtained.topic, AgencyRegistered.topic, OrderReceived.topic
"""The topics of what is told again, of what cannot be read, and of a diploma that production cannot tell."""


async def write_by_hand(kafka: str) -> None:
    """Four records told again, one in each codec; then one unreadable, one on a wrong topic, and aborted ones."""
    servers = Servers(kafka, "", None, None)
    published = await _published(kafka)
    for codec, record in zip(CODECS, published[-len(CODECS) :], strict=True):
        await put(
            servers,
            READABLE,
            [Put(record.key, record.value, [(name, value or b"") for name, value in record.headers])],
            codec=codec,
            partition=record.partition,
        )
    nobody_s = _a_diploma(uuid4())
    await put(servers, UNREADABLE, [Put(nobody_s.key.encode(), nobody_s.data, NOT_UTF8)])
    await put(servers, ELSEWHERE, [_put(nobody_s)])
    async with transaction(servers, committed=False) as producer:
        for record in published[-len(CODECS) :]:
            assert record.key is not None
            forged = _put(_a_diploma(UUID(record.key.decode())))
            await producer.send_and_wait(READABLE, forged.value, key=forged.key, headers=forged.headers)


async def _published(kafka: str) -> list[ConsumerRecord]:
    """What enrolment has published so far, by key as it came."""
    found: list[ConsumerRecord] = []
    async with consumer(Brokers(kafka)) as reader:
        reader.assign([TopicPartition(READABLE, partition) for partition in range(PARTITIONS)])
        await reader.seek_to_beginning()
        while batches := await reader.getmany(timeout_ms=500 if found else 30_000):
            found += [record_of(record) for batch in batches.values() for record in batch]
    return found


def _a_diploma(young_id: UUID) -> Message:
    event = DiplomaObtained(
        on=date(2021, 6, 30), young_id=young_id, enrolment_id=uuid4(), exam_id=uuid4(),
        school="dole", programme="cap-serrurerie-metallerie",
    )  # fmt: skip
    return message_of(event, source=f"/enrolment/pupils/{young_id}", sequence=10_000, time=datetime(2021, 6, 30, tzinfo=UTC))


def _put(message: Message) -> Put:
    return Put(message.key.encode(), message.data, message.headers())
