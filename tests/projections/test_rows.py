"""Rows written by compare and set: whoever writes between a read and a write is seen, and nothing of either is lost."""

import asyncio
from uuid import UUID

from deploy.local.servers import Servers
from shared.events.message import Message
from shared.persistence.transaction import Persistence
from shared.projections.rows import fold_into
from tests.projections.builders import folded, message_about, messages_of, orders
from tests.projections.drivers import Sleep

ID = UUID(int=1)
FIRST, *REST = messages_of(ID)
ELSEWHERE = [message_about(message.event(), message.sequence, source="/production/others/1") for message in REST]


async def fold(persistence: Persistence, *messages: Message) -> None:
    changes = [change for message in messages for change in orders.changes(message.event(), message)]
    await fold_into(persistence.database["rows"], {str(ID): changes})


async def _between_a_read_and_a_write(persistence: Persistence, servers: Servers, *, before: bool) -> None:
    """Someone writes what another source told after we have read the row, and before we write it."""
    sleep = Sleep(lambda _collection, verb, _: verb == "bulk")
    late = Persistence(sleep.over(persistence.database, servers), "test", persistence.clock)
    if before:
        await fold(persistence, FIRST)
    writing = asyncio.create_task(fold(late, FIRST, *REST))
    await sleep.asleep.wait()
    await fold(persistence, FIRST, *ELSEWHERE)
    sleep.wake.set()
    await writing
    await late.database.close()
    row = await persistence.database["rows"].find_one({"_id": str(ID)})
    assert row is not None
    expected = folded(orders, [FIRST, *ELSEWHERE, *REST])[str(ID)]
    assert (row["inbox"], row["facts"]) == (expected["inbox"], expected["facts"])


async def test_a_row_that_another_replaced_meanwhile_is_folded_again_on_what_it_left(
    persistence: Persistence, servers: Servers
) -> None:
    await _between_a_read_and_a_write(persistence, servers, before=True)


async def test_a_row_that_another_made_meanwhile_is_folded_again_on_what_it_left(
    persistence: Persistence, servers: Servers
) -> None:
    await _between_a_read_and_a_write(persistence, servers, before=False)
