"""Which act on which day: from the opening in January 2021 to the reading of June 2025."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from deploy.demo.acts import answering, opening, passing, referring, schooling, working
from deploy.demo.seasons import BEGINS, CAMPAIGNS, ENDS, FIRST, LAST, WAVES, wave_day
from deploy.demo.stage import Stage

Act = Callable[[Stage], Awaitable[str | None]]
SAMPLED = ((10, 8), (1, 14), (3, 18), (5, 27))
"""The days whose weeks are stated: four a year stand for all."""


@dataclass(frozen=True)
class Day:
    on: date
    name: str
    """What happens and when, for whoever follows the play: `refer 2021-02`."""
    act: Act


def calendar() -> list[Day]:
    """Every act in its order; those of one day in the order in which they are written here."""
    days = [*_opening(), *(day for entry in CAMPAIGNS for day in _campaign(entry)), *_years(), *_months()]
    return sorted((day for day in days if day.on <= ENDS), key=lambda day: day.on)


def _opening() -> Iterator[Day]:
    yield _day(BEGINS, "open", opening.open_the_region)


def _campaign(entry: int) -> Iterator[Day]:
    """From the intakes of January to their closing in October."""

    def on(month: int, day: int, name: str, act: Callable[..., Awaitable[str | None]], *until: date) -> Day:
        when = date(entry, month, day)
        return Day(when, f"{name} {when:%Y-%m}", lambda stage: act(stage, entry, *until))

    yield on(1, 10, "intakes", opening.open_intakes)
    yield on(1, 10, "grants", opening.award_grants)
    for wave in range(WAVES):
        came = wave_day(entry, wave)
        yield _day(came, "refer", partial(_refer, entry=entry, wave=wave))
        yield _day(came + timedelta(days=7), "review", partial(_review, entry=entry))
        yield _day(came + timedelta(days=18), "meet", partial(_meet, entry=entry))
    yield on(6, 10, "withdraw", referring.withdraw)
    yield on(6, 12, "offer", answering.offer, date(entry, 6, 22))
    yield on(6, 20, "answer", answering.answer)
    yield on(6, 24, "promote", answering.promote, date(entry, 7, 4))
    yield on(7, 2, "answer", answering.answer)
    yield on(7, 6, "promote", answering.promote, date(entry, 7, 16))
    yield on(7, 12, "answer", answering.answer)
    yield on(9, 2, "start", schooling.start)
    yield on(9, 8, "miss", schooling.miss)
    yield on(9, 9, "promote", answering.promote, date(entry, 9, 18))
    yield on(9, 10, "reconsider", answering.reconsider, date(entry, 9, 18))
    yield on(9, 14, "answer", answering.answer)
    yield on(9, 16, "start", schooling.start)
    yield on(10, 1, "answer", answering.answer)
    yield on(10, 4, "start", schooling.start)
    yield on(10, 16, "close", answering.close)


def _years() -> Iterator[Day]:
    """The end of each school year."""
    for year in range(FIRST + 1, LAST + 1):
        for month, day, name, act in (
            (5, 15, "exams", passing.register),
            (6, 11, "councils", schooling.councils),
            (6, 28, "results", passing.publish),
            (6, 30, "complete", schooling.complete),
            (7, 2, "turn", schooling.turn_the_year),
        ):
            if (year, month, day) < (LAST, 6, 30):
                yield _day(date(year, month, day), name, partial(_of, act=act, year=year))


def _months() -> Iterator[Day]:
    """What goes on all the time, looked at on the 28th, when a month may be counted back in any month; and on the last day."""
    for year in range(FIRST, LAST + 1):
        for month in range(1, 13):
            on = date(year, month, 28)
            yield _day(on, "month", _month)
        for month, day in SAMPLED:
            yield _day(date(year, month, day), "week", working.log_week)
    yield _day(ENDS, "month", _month)


async def _month(stage: Stage) -> str | None:
    await opening.pay_grants(stage)
    left = await schooling.interrupt(stage)
    await schooling.resume(stage)
    told = await passing.declare(stage)
    await working.work(stage)
    return " ; ".join(filter(None, (left, told))) or None


async def _refer(stage: Stage, *, entry: int, wave: int) -> str:
    return await referring.refer(stage, entry, wave)


async def _review(stage: Stage, *, entry: int) -> None:
    await answering.review(stage, entry)


async def _meet(stage: Stage, *, entry: int) -> None:
    await answering.meet(stage, entry)


async def _of(stage: Stage, *, act: Callable[[Stage, int], Awaitable[str | None]], year: int) -> str | None:
    return await act(stage, year)


def _day(on: date, name: str, act: Act) -> Day:
    return Day(on, f"{name} {on:%Y-%m}", act)
