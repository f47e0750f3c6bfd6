"""`etabli partners`: a user that reads its own topic and no other, and what it is given is no stranger to `etabli topics`."""

import asyncio
import operator
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from deploy.access import Rule, partner_user
from deploy.brokers.asking import administering
from deploy.brokers.change import Kind
from deploy.brokers.plan import planned
from deploy.brokers.rules import add
from deploy.brokers.tenants import Tenants, known_tenants
from deploy.cli_partners import _give, _listed, _revoke
from deploy.cli_topics import _apply
from deploy.local.errors import CannotRun
from deploy.stacks.addresses import Addresses
from shared.messaging.kafka import Brokers, ask_to_read
from shared.messaging.topics import inbound, outbound
from shared.persistence.mongo import connect
from tests.access.servers import Guarded
from tests.access.test_refused import reads, writes
from tests.waiting import soon

pytestmark = pytest.mark.slow
AGENCY, OTHER, SCHOOL = "cio-dole", "cio-dole-2", "besancon"
TENANTS = Tenants(frozenset({AGENCY, OTHER}), frozenset({SCHOOL}))
EVERY = [topic.name for topic in TENANTS.topics()] + ["etabli.referral", "etabli.enrolment", "dlq.etabli.referral"]


def stack(guarded: Guarded) -> Addresses:
    return Addresses({}, guarded.kafka, guarded.mongodb, {}, guarded.brokers("ops"), guarded.login("ops"))


async def register(guarded: Guarded) -> None:
    for name, collection, ids in (("referral", "agencies", TENANTS.agencies), ("enrolment", "schools", TENANTS.schools)):
        database = connect(guarded.mongodb, f"etabli_{name}", login=guarded.login("ops"), driver="pymongo")
        for id in ids:
            await database[collection].update({"_id": id}, {"$set": {"_id": id}}, upsert=True)
        await database.close()


@pytest.fixture(scope="module")
def here(guarded: Guarded) -> Iterator[Guarded]:
    """With three partners, and their topics as « etabli topics apply » makes them."""
    asyncio.run(_prepare(guarded))
    yield guarded
    asyncio.run(_leave(guarded))


async def _prepare(guarded: Guarded) -> None:
    await register(guarded)
    assert await known_tenants(stack(guarded)) == TENANTS
    await _apply(guarded.brokers("ops"), TENANTS, yes=False)


async def _leave(guarded: Guarded) -> None:
    """As the other tests of this folder expect the servers."""
    for tenant in TENANTS.all:
        await _revoke(stack(guarded), tenant)
    admin = AIOKafkaAdminClient(**guarded.brokers("ops").options())
    await admin.start()
    await admin.delete_topics([topic.name for topic in TENANTS.topics()])
    await admin.close()
    for name, collection in (("referral", "agencies"), ("enrolment", "schools")):
        database = connect(guarded.mongodb, f"etabli_{name}", login=guarded.login("ops"), driver="pymongo")
        await database[collection].delete({"state": None})  # those that are an id and nothing else
        await database.close()


async def given(guarded: Guarded, tenant: str, folder: Path) -> Brokers:
    file = folder / tenant
    await _give(stack(guarded), tenant, file)
    assert file.stat().st_mode & 0o077 == 0
    partner = Brokers(guarded.kafka, partner_user(tenant), file)
    assert await soon(lambda: may_join(partner, partner_user(tenant), outbound(tenant)), bool)
    return partner


async def plan_of(ops: Brokers) -> list[tuple[Kind, str]]:
    async with planned(ops, TENANTS) as changes:
        return [(one.kind, one.subject) for one in changes]


async def may_join(brokers: Brokers, group: str, topic: str) -> bool:
    with suppress(KafkaError):
        await ask_to_read(brokers, group, [topic], within=20)
        return True
    return False


@pytest.mark.parametrize(("tenant", "is_agency"), [(AGENCY, True), (SCHOOL, False)])
async def test_a_partner_reads_what_it_is_told_and_an_agency_says_what_it_has_and_nothing_else(
    here: Guarded, tmp_path: Path, tenant: str, is_agency: bool
) -> None:
    partner = await given(here, tenant, tmp_path)
    own, user = outbound(tenant), partner_user(tenant)
    assert await writes(partner, EVERY) == ({inbound(tenant)} if is_agency else set())
    assert await reads(partner, user, EVERY) == {own}
    for group, may in ((user, True), (f"{user}.two", True), (f"{user}-2", False), ("referral", False), ("x", False)):
        assert await may_join(partner, group, own) == may, group
    async with AIOKafkaProducer(**here.brokers("ops").options()) as ops:
        await ops.send_and_wait(own, b"hello", key=b"k")
    options: dict[str, Any] = {"auto_offset_reset": "earliest", "group_id": f"{user}.reader", "isolation_level": "read_committed"}
    async with AIOKafkaConsumer(own, **partner.options(), **options) as reader:
        assert (await asyncio.wait_for(reader.getone(), 30)).value == b"hello"
    admin = AIOKafkaAdminClient(**partner.options())
    await admin.start()
    assert set(await admin.list_topics()) == {own, *([inbound(tenant)] if is_agency else [])}
    await admin.close()


async def test_an_agency_says_what_it_has_with_an_idempotent_producer(here: Guarded, tmp_path: Path) -> None:
    partner = await given(here, AGENCY, tmp_path)
    async with AIOKafkaProducer(**partner.options(), enable_idempotence=True, acks="all") as sender:
        await sender.send_and_wait(inbound(AGENCY), b"{}", key=b"k")
        with pytest.raises(TopicAuthorizationFailedError):
            await sender.send_and_wait(inbound(OTHER), b"{}", key=b"k")


async def test_what_partners_are_given_is_no_stranger_and_more_than_that_is_taken_back(here: Guarded, tmp_path: Path) -> None:
    ops = here.brokers("ops")
    await given(here, AGENCY, tmp_path)
    assert await soon(lambda: plan_of(ops), operator.not_) == []
    forged = Rule(partner_user(AGENCY), "Read", "topic", "literal", outbound(SCHOOL))
    async with administering(ops) as admin:
        await add(admin, [forged])
    assert await soon(lambda: plan_of(ops), bool) == [(Kind.DESTRUCTIVE, f"règle {forged}")]
    await _give(stack(here), AGENCY, tmp_path / AGENCY)
    assert await soon(lambda: plan_of(ops), operator.not_) == []


async def test_one_that_is_taken_back_is_let_in_no_more_and_a_stranger_is_given_nothing(here: Guarded, tmp_path: Path) -> None:
    partner = await given(here, SCHOOL, tmp_path)
    assert [one["user"] for one in await _listed(stack(here)) if one["tenant"] == SCHOOL] == [partner_user(SCHOOL)]
    await _revoke(stack(here), SCHOOL)
    await _revoke(stack(here), SCHOOL)
    assert not await soon(lambda: may_join(partner, partner_user(SCHOOL), outbound(SCHOOL)), operator.not_)
    assert [one["user"] for one in await _listed(stack(here)) if one["tenant"] == SCHOOL] == [None]
    with pytest.raises(CannotRun, match="ni un organisme ni une école"):
        await _give(stack(here), "personne", tmp_path / "personne")
    assert not (tmp_path / "personne").exists()
