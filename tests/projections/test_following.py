"""The rows that were written, as far as the head has announced them: no answer before the journal has come so far."""

import asyncio
from dataclasses import replace
from uuid import UUID

from shared.persistence.journal import present
from shared.persistence.transaction import Persistence
from shared.projections.following import rows_written
from shared.projections.tables import Generations
from tests.projections.builders import messages_of, orders

ONE, OTHER = UUID(int=1), UUID(int=2)


async def fold(generations: Generations, id: UUID, *, into: int = 1) -> None:
    generation = generations.generation(into)
    await generation.fold([change for message in messages_of(id) for change in generation.changes(message.event(), message)])


async def test_rows_are_named_once_the_journal_has_what_the_head_announces(persistence: Persistence) -> None:
    generations = Generations(persistence, [orders])
    await generations.prepare()
    point, head = await present(persistence.database), await generations.head()
    asking = asyncio.create_task(rows_written(generations, point, replace(head, change=head.change + 1)))
    await fold(generations, ONE)
    await fold(generations, ONE, into=2)  # rows that are being built are none of these
    await asyncio.sleep(0.1)
    assert not asking.done()
    await generations.mark()
    ids, point, change = await asking
    assert change == head.change + 1
    assert ids == {"toy_orders": {str(ONE)}}
    await fold(generations, OTHER)
    await generations.mark()
    ids, *_ = await rows_written(generations, point, await generations.head())
    assert ids == {"toy_orders": {str(OTHER)}}


async def test_changes_announced_since_the_head_was_read_are_said(persistence: Persistence) -> None:
    generations = Generations(persistence, [orders])
    await generations.prepare()
    point = await present(persistence.database)
    await generations.mark()
    head = await generations.head()
    await generations.mark()
    _, _, change = await rows_written(generations, point, head)
    assert change == head.change + 1
