"""While mongod is frozen, everybody who asks for figures is told so within seconds, however many they are."""

import asyncio
from time import perf_counter

from services.reporting.readings import Readings
from shared.persistence.failures import Away
from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations
from tests.own_mongod import Mongod


async def test_whoever_reads_figures_of_a_frozen_mongod_is_told_within_seconds(own: Mongod, own_persistence: Persistence) -> None:
    generations = Generations(own_persistence, ())
    await generations.prepare()
    readings = Readings(generations, own_persistence.clock)
    with own.frozen():
        began = perf_counter()
        answers = await asyncio.gather(*(readings.read() for _ in range(10)), return_exceptions=True)
        seconds = perf_counter() - began
    print(f"\n10 readings of a frozen mongod, all told after {seconds:.1f} s")
    assert {type(answer) for answer in answers} == {Away}
    assert seconds < 12  # 4 to 5 here; a minute where each would find out in turn
