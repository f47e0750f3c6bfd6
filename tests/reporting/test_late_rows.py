"""What is kept of now hears of every row that was written, by whomever, however late, and whatever became of them."""

import asyncio
from collections.abc import Sequence

import pytest

from deploy.bench.publisher import an_id
from deploy.local.servers import Servers
from services.reporting.projections import PROJECTIONS
from services.reporting.readings import Readings
from shared.kernel.clock import Clock
from shared.persistence.failures import DuplicateKey
from shared.persistence.mongo import Collection, Database, Where
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Insert, Replace, Row
from shared.projections.tables import Generations
from tests.conftest import DRIVER
from tests.projections.drivers import Sleep
from tests.reporting.now import a_referral, fold, referred


async def test_rows_whose_writer_died_before_it_announced_them_are_read_with_the_next_change(
    generations: Generations, readings: Readings
) -> None:
    before = await referred(readings)
    await fold(generations, [a_referral("unannounced")])
    assert await referred(readings) == before
    await fold(generations, [a_referral("unannounced")])  # told again to its successor, it writes nothing
    await generations.mark()
    assert before is not None
    assert await referred(readings) == before + 1


@pytest.mark.parametrize("after", [False, True])
async def test_a_row_written_by_who_slept_while_others_wrote_and_announced_is_not_missed(
    generations: Generations, readings: Readings, persistence: Persistence, servers: Servers, after: bool
) -> None:
    """Asleep just before MongoDB has the write, or just after: two readers have read past it when it comes."""
    before = await referred(readings)
    sleep = Sleep(lambda collection, verb, _: (collection, verb) == ("rows_1.referrals", "bulk"), after=after)
    late = Generations(Persistence(sleep.over(persistence.database, servers), "test", persistence.clock), PROJECTIONS)
    writing = asyncio.create_task(fold(late, [a_referral("late")]))
    await sleep.asleep.wait()
    for name in ("meanwhile", "and again"):
        await fold(generations, [a_referral(name)])
        await generations.mark()
        await referred(readings)
    sleep.wake.set()
    await writing
    await late.database.close()
    await generations.mark()
    assert before is not None
    assert await referred(readings) == before + 3


class HeldAtWeeks(Database):
    """A database that lets whoever reads it have every other table, then waits before it gives the last: the weeks."""

    reached = asyncio.Event()
    go_on = asyncio.Event()

    def __getitem__(self, name: str) -> Collection:
        return _Held(self, name) if name.endswith(".weeks") else super().__getitem__(name)


class _Held(Collection):
    async def aggregate(self, pipeline: Sequence[Where]) -> list[Row]:
        assert isinstance(self.database, HeldAtWeeks)
        self.database.reached.set()
        await self.database.go_on.wait()
        return await super().aggregate(pipeline)


async def test_a_row_written_while_everything_is_loaded_is_read_at_the_latest_with_the_next_change(
    generations: Generations, persistence: Persistence, servers: Servers, clock: Clock
) -> None:
    held = HeldAtWeeks(servers.mongodb, persistence.database.name, driver=DRIVER)
    readings = Readings(Generations(Persistence(held, "test", persistence.clock), PROJECTIONS), clock)
    loading = asyncio.create_task(readings.read())
    await held.reached.wait()
    await fold(generations, [a_referral("behind its back")])
    held.go_on.set()
    await loading
    await generations.mark()
    assert an_id("referral", "behind its back") in {row.id for row in (await readings.read()).tables.referrals}
    await held.close()


async def test_what_a_bulk_wrote_that_failed_half_way_is_read(generations: Generations, readings: Readings) -> None:
    rows = (await generations.current())["schools"]
    found = await rows.find_one({"_id": "dole"})
    assert found is not None
    instant = found["facts"]["name"][-1][0]
    renamed = {**found, "facts": {**found["facts"], "name": [*found["facts"]["name"], [instant, "Autre nom"]]}}
    with pytest.raises(DuplicateKey):
        await rows.bulk([Replace({"_id": "dole"}, renamed), Insert(found)])
    await generations.mark()
    assert "Autre nom" in {school.name for school in (await readings.read()).tables.schools}


async def test_rows_announced_after_the_head_was_read_and_before_the_journal_hold_nobody_up(
    generations: Generations, readings: Readings, clock: Clock
) -> None:
    before = await referred(readings)
    await fold(generations, [a_referral("one")])
    await generations.mark()
    head = await generations.head()
    await fold(generations, [a_referral("two")])
    await generations.mark()
    now = readings._now
    await now.read(head, clock.today())
    assert before is not None
    assert await referred(readings) == before + 2  # and does not wait for a change that was read already
