"""Over a log that survived: what this build cannot read takes its number too, and makes no document."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio

from deploy.backup import surviving
from deploy.backup.ground import OWN
from deploy.backup.log import OURS
from deploy.local.servers import Servers
from services.enrolment.domain import outbound
from shared.events.applications import PlaceOffered
from shared.events.event import Event
from shared.events.message import ConsumerRecord, message_of
from shared.events.production import ClientKind, OrderAccepted, OrderReceived
from shared.persistence.dump import Whole, whole

PRODUCTION, ENROLMENT = "etabli_production", "etabli_enrolment"


@pytest_asyncio.fixture(loop_scope="session")
async def mongo(servers: Servers) -> AsyncIterator[Whole]:
    """A MongoDB on which nothing was restored."""
    async with whole(servers.mongodb) as mongo:
        yield mongo
        for name in (OWN, PRODUCTION, ENROLMENT):
            await mongo.drop(name)


def received(order_id: UUID) -> Event:
    return OrderReceived(order_id=order_id, client_id=uuid4(), client_kind=ClientKind.COMPANY, school="dole", on=date(2025, 9, 1))


def a_record(order_id: UUID, sequence: int, event: Event, offset: int, **said: bytes) -> ConsumerRecord:
    message = message_of(event, source=f"/production/orders/{order_id}", sequence=sequence, time=datetime(2025, 9, 1, tzinfo=UTC))
    headers = tuple({**dict(message.headers()), **said}.items())
    return ConsumerRecord("etabli.production", 0, offset, message.key.encode(), message.data, headers, timestamp=0)


async def folded(mongo: Whole, *records: ConsumerRecord) -> surviving.Found:
    for record in records:  # as they come, a batch each
        await surviving._keep(mongo, [row for row in [surviving._row(record)] if row])
    return await surviving.fold_all(mongo, lambda done, total: None)


async def order(mongo: Whole, order_id: UUID) -> dict[str, Any] | None:
    found = await mongo.rows(PRODUCTION, "orders", {"_id": str(order_id)})
    return found[0] if found else None


async def test_the_number_of_an_event_that_this_build_does_not_know_is_not_given_again(mongo: Whole) -> None:
    id = uuid4()
    unknown = a_record(id, 2, received(id), 1, ce_type=b"production.order.engraved.v9")
    found = await folded(mongo, a_record(id, 1, received(id), 0), unknown)
    kept = await order(mongo, id)
    assert kept
    assert (kept["sequence"], kept["state"]["status"]) == (2, "received")
    assert (found.wrong, found.events) == (["etabli.production/0/1"], 2)
    assert [row["sequence"] for row in await mongo.rows(PRODUCTION, "history", {"document": str(id)})] == [1]


async def test_what_cannot_be_read_never_stands_before_what_can(mongo: Whole) -> None:
    id = uuid4()
    accepted = OrderAccepted(order_id=id, school="dole", on=date(2025, 9, 2))
    unknown = {"ce_type": b"production.order.engraved.v9"}
    told = [a_record(id, 2, accepted, 1, **unknown), a_record(id, 2, accepted, 2), a_record(id, 2, accepted, 3, **unknown)]
    found = await folded(mongo, a_record(id, 1, received(id), 0), *told)
    kept = await order(mongo, id)
    assert kept
    assert (kept["sequence"], kept["state"]["status"]) == (2, "accepted")
    assert found.wrong == []


async def test_what_a_school_was_told_after_the_backup_is_neither_told_again_nor_under_a_number_of_before(mongo: Whole) -> None:
    young_id = uuid4()
    fields = {"intake_id": uuid4(), "young_id": young_id, "school": "dole", "programme": "cap", "on": date(2025, 9, 1)}
    offered = PlaceOffered.model_validate({**fields, "until": date(2025, 9, 9)})
    [copy] = outbound.tell(None, event=offered, document="/enrolment/intakes/x", revision=7)
    id = outbound.outbound_id("dole", young_id)
    message = message_of(copy, source=f"/enrolment/outbound_persons/{id}", sequence=4, time=datetime(2025, 9, 1, tzinfo=UTC))
    for topic in ("etabli.outbound.dole", "etabli.outbound.another"):
        record = ConsumerRecord(topic, 0, 0, message.key.encode(), message.data, tuple(message.headers()), timestamp=0)
        await surviving._keep(mongo, [row for row in [surviving._row(record)] if row])
    found = await surviving.fold_all(mongo, lambda done, total: None)
    [kept] = await mongo.rows(ENROLMENT, "outbound_persons", {"_id": id})
    known = outbound.OutboundPerson.model_validate(kept["state"])
    assert (kept["sequence"], found.events, found.untold) == (4, 1, [])
    assert await mongo.rows(ENROLMENT, "history", {"document": id}) == []
    assert outbound.tell(known, event=offered, document="/enrolment/intakes/x", revision=7) == []
    assert len(outbound.tell(known, event=offered, document="/enrolment/intakes/x", revision=8)) == 1


def test_what_agencies_say_is_in_no_backup_and_what_tenants_are_told_is() -> None:
    names = ("etabli.referral", "dlq.etabli.referral", "etabli.outbound.cio-dole", "etabli.inbound.cio-dole", "etabli.inbound.x")
    assert [bool(OURS.fullmatch(name)) for name in names] == [True, True, True, False, False]


async def test_no_document_is_made_of_what_it_alone_could_not_take(mongo: Whole) -> None:
    id = uuid4()
    written_by_hand = OrderAccepted(order_id=id, school="dole", on=date(2025, 9, 2))
    nobody_s = a_record(id, 20_000, written_by_hand, 2, ce_time=b"now")
    beyond = a_record(id, 1, received(id), 1, ce_sequence=str(2**63).encode())
    found = await folded(mongo, a_record(id, 10_000, written_by_hand, 0), nobody_s, beyond)
    assert await order(mongo, id) is None
    assert len(found.wrong) == 1
