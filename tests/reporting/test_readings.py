"""What is kept of now is brought up to date by what changed, and shows what everything read and counted anew would."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deploy.bench.publisher import Publisher, an_id
from deploy.bench.region import TODAY
from services.reporting.indicators import Totals
from services.reporting.indicators.perimeter import NETWORK, a_school
from services.reporting.readings import CARRIED, Readings
from shared.kernel.clock import Clock
from shared.projections.tables import Generations
from tests.persistence.drivers import a_lost_point
from tests.reporting.now import REGION, a_referral, a_week, anew, fold, referred, shown


async def test_what_changed_is_counted_as_everything_anew(generations: Generations, readings: Readings, clock: Clock) -> None:
    for message in (a_referral("one"), a_week(300), a_week(500), a_week(200, rank=1)):
        before = await shown(readings)
        await fold(generations, [message])
        await generations.mark()
        assert await shown(readings) == await anew(generations, clock) != before


async def test_nothing_is_read_again_while_nothing_changed(readings: Readings) -> None:
    assert await readings.read() is await readings.read()


async def test_whoever_asks_for_every_school_year_fills_no_memory(readings: Readings) -> None:
    reading = await readings.read()
    for year in range(2000, 2000 + CARRIED + 6):
        reading.figures(NETWORK, f"{year}-{year + 1}")
    assert len(reading._totals) == CARRIED


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


async def test_so_many_writes_that_following_them_would_take_too_long_have_everything_read_anew(
    generations: Generations, clock: Clock
) -> None:
    readings = Readings(generations, clock, most=10)
    await shown(readings)
    now: Any = readings._now
    kept = now._state.kept
    await fold(generations, [a_referral("one")])
    await generations.mark()
    await shown(readings)
    assert now._state.kept is kept
    await fold(generations, [a_referral(str(number)) for number in range(11)])
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
