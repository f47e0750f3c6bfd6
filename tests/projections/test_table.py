"""Rows as models: what an event tells of one, and what is read of it."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, ValidationError

from shared.events.production import CancellationCode, ClientKind, OrderAccepted, OrderCancelled, OrderReceived
from shared.persistence.transaction import Persistence
from shared.projections.projection import Row
from shared.projections.table import REQUIRED, History, TableRow, read
from tests.conftest import A_MORNING
from tests.persistence.builders import A_DAY


class Client(BaseModel):
    id: UUID
    kind: ClientKind = ClientKind.COMPANY


class Stage(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"


class OrderRow(TableRow, table="typed_orders"):
    id: UUID
    school: str = REQUIRED
    client: Client = REQUIRED
    stage: Stage = Stage.RECEIVED
    accepted_on: History[date] = ()
    code: CancellationCode | None = None


@OrderRow.on(OrderReceived)
def received(event: OrderReceived) -> OrderRow:
    return OrderRow(id=event.order_id, school=event.school, client=Client(id=event.client_id))


@OrderRow.on(OrderAccepted)
def accepted(event: OrderAccepted) -> OrderRow:
    return OrderRow(id=event.order_id, stage=Stage.ACCEPTED, accepted_on=(event.on,), code=None)


@OrderRow.on(OrderCancelled)
def cancelled(event: OrderCancelled) -> OrderRow:
    return OrderRow(id=event.order_id, code=event.code)


ORDER, CLIENT = uuid4(), uuid4()
RECEIVED = OrderReceived(order_id=ORDER, school="dole", client_id=CLIENT, client_kind=ClientKind.COMPANY, on=A_DAY)
ACCEPTED = OrderAccepted(order_id=ORDER, school="dole", on=A_DAY)


def instant(hours: int) -> str:
    return (A_MORNING + timedelta(hours=hours)).isoformat(timespec="microseconds")


STORED: dict[str, Any] = {
    "_id": str(ORDER),
    "facts": {
        "school": [[instant(0), "dole"]],
        "client": [[instant(0), {"id": str(CLIENT), "kind": "company"}]],
        "stage": [[instant(1), "accepted"]],
        "accepted_on": [[instant(1), "2025-09-01"], [instant(2), "2025-09-02"]],
        "code": [[instant(2), "client"], [instant(3), None]],
    },
}
WHOLE = OrderRow(
    id=ORDER, school="dole", client=Client(id=CLIENT), stage=Stage.ACCEPTED, accepted_on=(date(2025, 9, 1), date(2025, 9, 2))
)


def test_what_an_event_tells_is_what_its_row_was_given_and_no_default() -> None:
    client = {"id": str(CLIENT), "kind": "company"}
    assert OrderRow.projection.rows(RECEIVED, A_MORNING) == (Row(ORDER, school="dole", client=client),)


def test_a_history_is_told_one_value_at_a_time_and_nothing_is_a_value_too() -> None:
    published = Row(ORDER, stage="accepted", accepted_on=A_DAY.isoformat(), code=None)
    assert OrderRow.projection.rows(ACCEPTED, A_MORNING) == (published,)


def test_a_row_is_read_with_every_value_of_a_history_and_the_last_of_the_rest() -> None:
    assert OrderRow.as_known(STORED) == WHOLE


def test_a_row_is_read_as_known_at_an_instant() -> None:
    then = OrderRow.as_known(STORED, A_MORNING + timedelta(hours=2))
    assert then == WHOLE.model_copy(update={"code": CancellationCode.CLIENT})
    before = OrderRow.as_known(STORED, A_MORNING)
    assert before == OrderRow(id=ORDER, school="dole", client=Client(id=CLIENT))


@pytest.mark.parametrize("field", ["school", "client"])
def test_a_row_is_not_read_without_what_it_requires(field: str) -> None:
    facts = {name: history for name, history in STORED["facts"].items() if name != field}
    assert OrderRow.as_known({**STORED, "facts": facts}) is None
    assert OrderRow.as_known(STORED, A_MORNING - timedelta(hours=1)) is None


def test_a_field_that_a_row_has_not_or_of_another_type_is_refused() -> None:
    for wrong in ({"shool": "dole"}, {"stage": "burnt"}, {"accepted_on": A_DAY}):
        with pytest.raises(ValidationError):
            OrderRow.model_validate({"id": ORDER, **wrong})


@pytest.mark.parametrize("hours", [None, 0, 2])
async def test_a_table_is_read_as_its_rows_are(persistence: Persistence, hours: int | None) -> None:
    await persistence.database["typed_orders"].insert(STORED)
    at = None if hours is None else A_MORNING + timedelta(hours=hours)
    assert await read(persistence.database, OrderRow, at) == [OrderRow.as_known(STORED, at)]
