"""Tables to figures: what is known now is kept, and only what changed is read and counted; a past day is read whole."""

import gc
from asyncio import to_thread
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Any

from services.reporting.indicators import Totals, count
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.funnel import Step, funnel
from services.reporting.indicators.perimeter import Perimeter
from services.reporting.indicators.selection import Selection
from services.reporting.kept import Kept
from services.reporting.projections import ROWS
from services.reporting.projections.weeks import WeekRow
from services.reporting.tables import Tables, load, week_pages
from shared.kernel.calendar import PARIS
from shared.kernel.clock import Clock
from shared.persistence.failures import HistoryLost
from shared.persistence.journal import Point, present
from shared.persistence.mongo import PATIENT
from shared.persistence.queues import Queues
from shared.projections.following import MANY, TooMany, rows_written
from shared.projections.table import read_pages, read_some
from shared.projections.tables import Generations, Head

CACHE_SIZE = 4
A_PART = 100
"""People who may be counted twice, before and after, for each of these totals."""
CARRIED = 64
"""Perimeters and cohorts whose totals are kept, and follow what changes; of others they are counted anew when asked for."""
BUT_WEEKS = tuple(row for row in ROWS if row is not WeekRow)
Of = tuple[Perimeter, str | None]


@dataclass(eq=False)
class Reading:
    """The tables as known at an instant, and what was counted from them, once for everybody who asks. Safe in any thread."""

    tables: Tables
    _totals: dict[Of, Totals] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def figures(self, perimeter: Perimeter, cohort: str | None) -> list[Figure]:
        """Every indicator of a perimeter, unmasked."""
        return self._counted((perimeter, cohort)).figures(self.tables.day)

    def funnel(self, perimeter: Perimeter, cohort: str | None) -> list[Step]:
        """The steps from referral to insertion, unmasked."""
        return funnel(self._counted((perimeter, cohort)).reached, cohort)

    def changed(self, tables: Tables, before: Tables, after: Tables) -> "Reading":
        """The reading of other tables, which differ from these in one part. What was asked for last is counted already.

        Where the part is large it is left to be counted anew, for whoever asks.
        """
        if max(len(after.referrals), len(after.enrolments)) > A_PART:
            return Reading(tables)
        with self._one_at_a_time:
            last = [*self._totals.items()]
        return Reading(tables, {of: totals.changed(_count(before, of), _count(after, of)) for of, totals in last})

    def _counted(self, of: Of) -> Totals:
        with self._one_at_a_time:
            totals = self._totals.pop(of, None) or _count(self.tables, of)
            self._totals[of] = totals  # the last asked for stand last
            while len(self._totals) > CARRIED:
                del self._totals[next(iter(self._totals))]
            return totals


def _count(tables: Tables, of: Of) -> Totals:
    return count(Selection(tables, *of))


@dataclass(frozen=True, eq=False)
class State:
    """What is kept: which rows, as changed how often and as far as which point of the journal, and their reading."""

    generation: int
    change: int
    point: Point
    kept: Kept
    reading: Reading


class Now:
    """The reading of what is known now, kept, and brought up to date by the rows that were written since.

    Whatever goes wrong on the way, everything is loaded anew next time.
    """

    def __init__(self, generations: Generations, most: int) -> None:
        self._generations = generations
        self._most = most
        self._state: State | None = None

    async def read(self, head: Head, day: date) -> Reading:
        """The reading of a day, of what the head says or of what came later."""
        state, self._state = self._state, None
        if state is None or state.generation != head.current or state.change > head.change:
            state = await self._load(day)
        elif state.change != head.change:
            state = await self._follow(state, head)
        if state.reading.tables.day != day:  # which days are over, and who is due, changed for everybody
            state = replace(state, reading=Reading(state.kept.whole(day)))
        self._state = state
        return state.reading

    async def _load(self, day: date) -> State:
        point = await present(self._generations.database)  # before the head, so that what it does not know comes after
        head = await self._generations.head()
        kept, rows = Kept(), self._generations.generation(head.current)
        for row in BUT_WEEKS:
            async for page in read_pages(rows, row):
                kept.put(_to_stay(page))
        async for weeks in week_pages(rows):
            kept.put(_to_stay(weeks))
        return State(head.current, head.change, point, kept, Reading(kept.whole(day)))

    async def _follow(self, state: State, head: Head) -> State:
        day = state.reading.tables.day
        try:
            ids, point, change = await rows_written(self._generations, state.point, head, most=self._most)
        except (HistoryLost, TooMany):
            return await self._load(day)
        rows = self._generations.generation(head.current)
        changed: dict[str, Sequence[Any]] = {
            row.projection.name: await read_some(rows, row, ids[row.projection.name])
            for row in BUT_WEEKS
            if row.projection.name in ids
        }
        changed["weeks"] = [week async for page in week_pages(rows, ids.get("weeks", ())) for week in page]
        before, after = state.kept.change(changed, day)
        reading = await to_thread(state.reading.changed, state.kept.whole(day), before, after)
        return State(head.current, change, point, state.kept, reading)


class Readings:
    """Readings of the tables, shared by everyone who asks for the same. `most`: writes of rows that are followed one by one."""

    def __init__(self, generations: Generations, clock: Clock, *, most: int = MANY) -> None:
        self._generations = generations
        self._clock = clock
        self._now = Now(generations, most)
        self._past: dict[tuple[int, date], Reading] = {}
        self._in_line = Queues(max_wait=PATIENT)

    async def read(self, as_known_on: date | None = None) -> Reading:
        """The tables as known now, or at the end of a day in France."""
        async with self._in_line.turn("past" if as_known_on else "now"):
            head = await self._generations.head()  # says in seconds that the database is away; what follows may be large
            return await self._read_past(head, as_known_on) if as_known_on else await self._now.read(head, self._clock.today())

    async def _read_past(self, head: Head, day: date) -> Reading:
        if (head.change, day) not in self._past:
            while len(self._past) >= CACHE_SIZE:
                self._past.pop(next(iter(self._past)))
            rows = self._generations.generation(head.current)
            self._past[head.change, day] = Reading(await load(rows, day, _end_of(day)))
        return self._past[head.change, day]


def _to_stay(page: Iterable[Any]) -> Iterable[Any]:
    """A page of what is kept for long: the garbage collector need not look through it time and again, holding the loop."""
    yield from page
    gc.collect(0)
    gc.freeze()


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), PARIS).astimezone(UTC) - timedelta(microseconds=1)
