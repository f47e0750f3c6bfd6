"""What the user of each service may not do in Kafka and MongoDB: tell for another, hear what is not for it, see its rows."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    for_code,
)
from pymongo.errors import OperationFailure

from deploy.access import PARTNERS, heard, told
from services import SERVICES
from shared.events.outbound import OUTBOUND
from shared.kernel.retry import until_answered
from shared.messaging.failures import is_away
from shared.messaging.kafka import Brokers, ask_brokers, ask_to_read
from shared.messaging.topics import INBOUND, dead_letters, topics
from shared.persistence.failures import Denied
from shared.persistence.mongo import connect
from tests.access.servers import Guarded
from tests.conftest import DRIVER

pytestmark = pytest.mark.slow
ALL = [topic.name for topic in topics()]


async def writes(brokers: Brokers, names: list[str]) -> set[str]:
    """Those of these topics that this user may write. A message of no bytes is parked nowhere: no service runs here."""
    found = set[str]()
    async with AIOKafkaProducer(**brokers.options()) as sender:
        for name in names:
            with suppress(TopicAuthorizationFailedError):
                await sender.send_and_wait(name, b"", partition=0)
                found.add(name)
    return found


async def reads(brokers: Brokers, group: str, names: list[str]) -> set[str]:
    """Those of these topics that this user may read as this group."""
    found = set[str]()
    for name in names:
        with suppress(TopicAuthorizationFailedError):
            # a new Kafka makes its table of groups when first asked
            asking = partial(ask_to_read, brokers, group, [name], within=20)
            await until_answered(asking, on=is_away, limit=0.5, within=60)
            async with AIOKafkaConsumer(**brokers.options()) as reader:
                reader.assign([TopicPartition(name, 0)])
                await reader.seek_to_beginning()
                async with asyncio.timeout(20):
                    await reader.getmany(timeout_ms=1000)
            found.add(name)
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_what_it_tells_and_reads_what_it_hears_and_nothing_else(guarded: Guarded, service: str) -> None:
    brokers = guarded.brokers(service)
    assert await writes(brokers, ALL) == told(service) | {dead_letters(topic) for topic in heard(service)}
    assert await reads(brokers, service, ALL) == heard(service)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_takes_no_other_s_place(guarded: Guarded, service: str) -> None:
    brokers = guarded.brokers(service)
    for other in set(SERVICES) - {service}:
        with pytest.raises(GroupAuthorizationFailedError):
            await ask_to_read(brokers, other, [sorted(heard(service))[0]], within=20)
        with pytest.raises(SaslAuthenticationFailed):
            await ask_brokers(Brokers(guarded.kafka, other, brokers.password_file), within=20)
        with pytest.raises(Denied):
            await connect(guarded.mongodb, f"etabli_{other}", login=guarded.login(service), driver=DRIVER).names()
    with pytest.raises(TransactionalIdAuthorizationFailed):
        async with AIOKafkaProducer(**brokers.options(), transactional_id="another-offsets"):
            pass
    assert not await _may_make_topics(brokers)


async def test_an_agency_s_messages_and_a_tenant_s_copies_have_writers_and_readers_of_their_own(guarded: Guarded) -> None:
    inbound, outbound = f"{INBOUND}cio-dole", f"{OUTBOUND}dole"
    admin = AIOKafkaAdminClient(**guarded.brokers("ops").options())
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1) for name in (inbound, outbound)])
    for service in SERVICES:
        may = {(operation, name) for operation, name in PARTNERS.get(service, ())}
        brokers = guarded.brokers(service)
        topics = ((INBOUND, inbound), (OUTBOUND, outbound))
        assert await writes(brokers, [inbound, outbound]) == {name for prefix, name in topics if ("Write", prefix) in may}
        assert await reads(brokers, service, [inbound, outbound]) == {name for prefix, name in topics if ("Read", prefix) in may}
        for prefix, name in topics:
            made = await _may_make_topics(brokers, f"{name}-{service}")
            assert made == (("Create", prefix) in may)
            await admin.delete_topics([f"{name}-{service}"] if made else [])
    await admin.delete_topics([inbound, outbound])
    await admin.close()


async def test_nobody_and_a_service_elsewhere_see_no_database(guarded: Guarded) -> None:
    with pytest.raises(Denied):
        await connect(guarded.mongodb, "etabli_referral", driver=DRIVER).names()
    ours = connect(guarded.mongodb, "etabli_enrolment", login=guarded.login("enrolment"), driver=DRIVER)
    assert await ours.names() is not None
    async with ours.verb(20) as client:
        for command in ({"find": "settled"}, {"insert": "settled", "documents": [{}]}, {"dropDatabase": 1}):
            with pytest.raises(OperationFailure, match="not authorized"):
                await client["etabli_referral"].command(command)
    await ours.close()


async def test_the_administrator_may_everything(guarded: Guarded) -> None:
    ops = guarded.brokers("ops")
    assert await writes(ops, ALL) == set(ALL)
    assert await reads(ops, "ops", ALL) == set(ALL)
    for service in SERVICES:
        await connect(guarded.mongodb, f"etabli_{service}", login=guarded.login("ops"), driver=DRIVER).names()


async def _may_make_topics(brokers: Brokers, name: str = "etabli.forged") -> bool:
    admin = AIOKafkaAdminClient(**brokers.options())
    await admin.start()
    try:
        answer: Any = await admin.create_topics([NewTopic(name, 1, 1)])
        error: type[KafkaError] = for_code(answer.topic_errors[0][1])
        return not error.__name__.endswith("AuthorizationFailedError")
    finally:
        await admin.close()
