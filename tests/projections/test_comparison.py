"""A rebuild compares its rows with those that it replaces, and says what differs; rows made by other code are left out."""

import importlib
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from deploy.local.servers import Servers
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Insert
from shared.projections.comparison import differing
from shared.projections.read_model import fingerprint
from tests.projections.builders import messages_of, orders, tallies
from tests.projections.drivers import Sleep, a_projector, publish, rebuild, rebuilt, row_of, running

ROWS = {id: {"_id": id, "version": 1, "inbox": {}, "facts": {"a": [["now", id]]}} for id in "abcdefgh"}
MORE = ["0", "bb", "bc", "bd", "be", "z"]
Kept = dict[str, dict[str, Any]]


async def compared(persistence: Persistence, one: Kept, other: Kept) -> list[str]:
    for name, rows in (("one", one), ("other", other)):
        if rows:
            await persistence.database[name].bulk([Insert(row) for row in rows.values()])
    here, there = persistence.database["one"], persistence.database["other"]
    return [id async for found in differing(here, there, page=3) for id in found]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({id: {**row, "version": 9} for id, row in ROWS.items()}, ""),
        ({**ROWS, "e": {**ROWS["e"], "facts": {}}, "h": {**ROWS["h"], "inbox": {"s": 1}}}, "eh"),
        ({id: row for id, row in ROWS.items() if id not in "abcdg"}, "abcdg"),
        (
            {**ROWS, **{id: {"_id": id, "version": 1} for id in ("0", "bb", "bc", "bd", "be", "z")}},
            ["0", "bb", "bc", "bd", "be", "z"],
        ),
        ({}, "abcdefgh"),
    ],
    ids=["the same, in other writes", "some hold other things", "some are missing", "some are more", "none is there"],
)
async def test_what_differs_is_found_page_by_page(persistence: Persistence, other: Kept, found: str | list[str]) -> None:
    assert await compared(persistence, ROWS, other) == list(found)


async def test_rows_are_compared_from_either_side(persistence: Persistence) -> None:
    assert await compared(persistence, {}, ROWS) == list("abcdefgh")


async def test_a_row_altered_by_hand_is_said_and_mended(persistence: Persistence, servers: Servers) -> None:
    id, missing = uuid.uuid4(), uuid.uuid4()
    async with running(a_projector(persistence, servers)) as projector:
        await publish(servers, [*messages_of(id), *messages_of(missing)])
        for each in (id, missing):
            await row_of(projector, each)
        rows = (await projector.generations.current())["toy_orders"]
        await rows.update({"_id": str(id)}, {"$set": {"facts.accepted_on": [["", "wrong"]]}})
        await rows.delete({"_id": str(missing)})
        with capture_logs() as logs:
            head = await rebuild(projector)
        assert (head.current, head.found.differing, head.found.uncompared) == (2, {"toy_orders": 2}, ())
        said = [entry for entry in logs if entry["event"] == "projector.rows_differ"]
        assert said == [
            {
                "event": "projector.rows_differ", "log_level": "error", "table": "toy_orders", "rows": 2,
                "ids": sorted([str(id), str(missing)]),
            }
        ]  # fmt: skip
        await row_of(projector, id)
        await row_of(projector, missing)
        assert (await rebuild(projector)).found.differing == {}


async def test_rows_made_by_other_code_are_not_compared_but_the_next_time(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    async with running(a_projector(persistence, servers)) as projector:
        await publish(servers, messages_of(id))
        await row_of(projector, id)
    await persistence.database["generations"].update({}, {"$set": {"made_by.1.toy_orders": "before"}})
    async with running(a_projector(persistence, servers)) as projector:
        rows = (await projector.generations.current())["toy_orders"]
        await rows.delete({"_id": str(id)})
        found = (await rebuild(projector)).found
        assert (found.differing, found.uncompared) == ({}, ("toy_orders",))
        await row_of(projector, id)
        assert (await rebuild(projector)).found.uncompared == ()


async def test_a_rebuild_that_other_code_began_is_begun_anew(persistence: Persistence, servers: Servers) -> None:
    sleep = Sleep(lambda collection, verb, _: (collection, verb) == ("rows_2.toy_orders", "bulk"))
    slow = replace(persistence, database=sleep.over(persistence.database, servers))
    await publish(servers, messages_of(uuid.uuid4()))
    async with running(a_projector(slow, servers)) as projector:
        await projector.generations.begin()
        await sleep.asleep.wait()
    await slow.database.close()
    await persistence.database["generations"].update({}, {"$set": {"made_by.2.toy_orders": "before"}})
    async with running(a_projector(persistence, servers)) as projector:
        assert (await rebuilt(projector)).current == 3


def test_a_fingerprint_changes_with_the_code_of_its_projection_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "rows_of_a_test.py"
    code = """
from shared.events.production import OrderReceived
from shared.projections.table import TableRow

class ARow(TableRow, table="rows"):
    id: str

@ARow.on(OrderReceived)
def received(event: OrderReceived) -> ARow:
    return ARow(id=event.school)
"""
    module.write_text(code)
    model = importlib.import_module("rows_of_a_test").ARow.projection
    try:
        assert {"rows_of_a_test", "shared.events.production"} < model.modules
        before, others = fingerprint(model), [fingerprint(one) for one in (orders, tallies)]
        module.write_text(code.replace("event.school", "event.school.upper()"))
        assert fingerprint(model) != before
        assert [fingerprint(one) for one in (orders, tallies)] == others
    finally:
        del sys.modules["rows_of_a_test"]
