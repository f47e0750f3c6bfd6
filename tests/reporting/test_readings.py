"""What is kept of now hears of every row that was written, by whomever, however late, and whatever became of them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from deploy.bench.publisher import Published, Publisher, an_id
from deploy.bench.region import TODAY, a_region
from deploy.local.servers import Servers
from services.reporting.indicators import Totals
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.perimeter import NETWORK, a_school
from services.reporting.projections import PROJECTIONS
from services.reporting.readings import Readings
from shared.events.production import Hours, WorkLogged
from shared.events.referral import ReferralSubmitted, Situation, Wish
from shared.kernel.calendar import week_of
from shared.kernel.clock import Clock
from shared.persistence.failures import DuplicateKey
from shared.persistence.mongo import Collection, Database, Where
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Insert, Replace, Row
from shared.projections.tables import Generations
from tests.conftest import DRIVER
from tests.persistence.drivers import a_lost_point
from tests.projections.drivers import Sleep

REGION = a_region(cohorts=2, pupils=2, weeks=3, today=TODAY).messages


@pytest_asyncio.fixture(loop_scope="session")
async def generations(persistence: Persistence) -> Generations:
    """With a small region in the rows."""
    found = Generations(persistence, PROJECTIONS)
    await found.prepare()
    await fold(found, REGION)
    await found.mark()
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock(Publisher.noon(TODAY))


@pytest_asyncio.fixture(loop_scope="session")
async def readings(generations: Generations, clock: Clock) -> Readings:
    """That have read once, and counted."""
    found = Readings(generations, clock)
    await shown(found)
    return found


async def fold(generations: Generations, messages: list[Published], *, into: int | None = None) -> None:
    """Write rows, and announce nothing."""
    generation = generations.generation(into) if into else await generations.current()
    await generation.fold([change for event, message in messages for change in generation.changes(event, message)])


async def shown(readings: Readings) -> list[list[Figure]]:
    reading = await readings.read()
    return [reading.figures(where, None) for where in (NETWORK, a_school("dole"))]


async def referred(readings: Readings) -> int | None:
    return next(figure.denominator for figure in (await shown(readings))[0] if figure.indicator.name == "answer_rate")


async def anew(generations: Generations, clock: Clock) -> list[list[Figure]]:
    return await shown(Readings(generations, clock))


def a_referral(name: str) -> Published:
    publisher, id = Publisher(), an_id("referral", name)
    event = ReferralSubmitted(
        on=TODAY, referral_id=id, young_id=id, agency="cio-demo", birth_month="2009-05", situation=Situation.OUT_OF_SCHOOL,
        department="25", wishes=(Wish(school="dole", programme="dole-metier"),),
    )  # fmt: skip
    publisher.publish(f"/referral/referrals/{id}", event)
    return publisher.messages[0]


def a_week(minutes: int, rank: int = 0) -> Published:
    """A week of a pupil of Dole, stated again each time."""
    publisher, young = Publisher(first=100 + minutes), an_id("young", "dole", 2024, 0)
    event = WorkLogged(
        on=TODAY, young_id=young, enrolment_id=an_id("enrolment", "dole", 2024, 0), school="dole", programme="dole-metier",
        week=week_of(TODAY - timedelta(days=7 * rank)), minutes=Hours(production=minutes),
    )  # fmt: skip
    publisher.publish(f"/production/weeks/dole/{event.week}/{young}", event)
    return publisher.messages[0]


async def test_what_changed_is_counted_as_everything_anew(generations: Generations, readings: Readings, clock: Clock) -> None:
    for message in (a_referral("one"), a_week(300), a_week(500), a_week(200, rank=1)):
        before = await shown(readings)
        await fold(generations, [message])
        await generations.mark()
        assert await shown(readings) == await anew(generations, clock) != before


async def test_nothing_is_read_again_while_nothing_changed(readings: Readings) -> None:
    assert await readings.read() is await readings.read()


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


async def test_each_replica_learns_of_it_by_itself(generations: Generations, readings: Readings, clock: Clock) -> None:
    other = Readings(generations, clock)
    before = await shown(other)
    await fold(generations, [a_referral("one")])
    await generations.mark()
    assert await shown(readings) == await shown(other) != before


async def test_another_generation_is_read_whole_from_then_on(generations: Generations, readings: Readings, clock: Clock) -> None:
    await generations.claim(1)
    await generations.begin()
    await fold(generations, [a_referral("old rows only")])
    await fold(generations, [*REGION[:50], a_referral("new rows only")], into=2)
    await generations.switch(2, 1)
    read = await readings.read()
    assert an_id("referral", "new rows only") in {row.id for row in read.tables.referrals}
    assert an_id("referral", "old rows only") not in {row.id for row in read.tables.referrals}
    assert await shown(readings) == await anew(generations, clock)
    await fold(generations, REGION[50:])
    await generations.mark()
    assert await shown(readings) == await anew(generations, clock)


async def test_a_journal_that_does_not_reach_back_has_everything_read_anew(
    generations: Generations, readings: Readings, clock: Clock
) -> None:
    now: Any = readings._now
    kept, now._state = now._state.kept, replace(now._state, point=await a_lost_point(generations.database))
    await fold(generations, [a_referral("one")])
    await generations.mark()
    assert await shown(readings) == await anew(generations, clock)
    assert now._state.kept is not kept


class Uncountable(Totals):
    def changed(self, before: Totals, after: Totals) -> Totals:
        raise ValueError("a bug")


async def test_what_follows_a_reading_that_failed_half_way_misses_nothing(
    generations: Generations, readings: Readings, clock: Clock
) -> None:
    (await readings.read())._totals[a_school("besancon"), None] = Uncountable({}, Counter())
    await fold(generations, [a_referral("one"), a_week(100)])
    await generations.mark()
    with pytest.raises(ValueError, match="a bug"):
        await readings.read()
    assert await shown(readings) == await anew(generations, clock)


async def test_another_day_is_counted_anew_for_everybody(generations: Generations, readings: Readings, clock: Clock) -> None:
    before = await shown(readings)
    clock.advance(Publisher.noon(TODAY + timedelta(days=400)))
    assert await shown(readings) == await anew(generations, clock) != before


async def test_rows_are_read_page_by_page_and_all_of_them(generations: Generations, clock: Clock) -> None:
    many = [a_referral(str(number)) for number in range(1_050)]
    readings = Readings(generations, clock)
    before = await referred(readings)
    await fold(generations, many)
    await generations.mark()
    assert await shown(readings) == await anew(generations, clock)
    assert before is not None
    assert await referred(readings) == before + 1_050
