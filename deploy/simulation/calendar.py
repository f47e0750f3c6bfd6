"""Which step on which day: from the opening in January 2021 to the reading of June 2025."""

from collections.abc import Iterator
from datetime import date, timedelta

from deploy.simulation.dates import BEGINS, CAMPAIGNS, ENDS, FIRST, LAST, WAVES, wave_day
from deploy.simulation.days import Day, day
from deploy.simulation.scenario import answering, opening, passing, referring, schooling, working
from deploy.simulation.state import Simulation
from deploy.simulation.story import story

SAMPLED = ((10, 8), (1, 14), (3, 18), (5, 27))
"""The days whose weeks are stated: four a year stand for all."""


def calendar() -> list[Day]:
    """Every step in its order; those of one day in the order in which they are written here."""
    days = [*_opening(), *(one for entry in CAMPAIGNS for one in _campaign(entry)), *_years(), *_months(), *story()]
    return sorted((one for one in days if one.on <= ENDS), key=lambda one: one.on)


def _opening() -> Iterator[Day]:
    yield day(BEGINS, "open", opening.open_the_region)
    for year in CAMPAIGNS:
        yield day(date(year, 1, 10), "grants", opening.award_grants, year)


def _campaign(entry: int) -> Iterator[Day]:
    """From the intakes of January to their closing in October."""
    yield day(date(entry, 1, 10), "intakes", opening.open_intakes, entry)
    for wave in range(WAVES):
        came = wave_day(entry, wave)
        yield day(came, "refer", referring.refer, entry, wave)
        yield day(came + timedelta(days=7), "review", answering.review, entry)
        yield day(came + timedelta(days=18), "meet", answering.meet, entry)
    yield day(date(entry, 6, 10), "withdraw", referring.withdraw, entry)
    yield day(date(entry, 6, 12), "offer", answering.offer, entry, date(entry, 6, 22))
    yield day(date(entry, 6, 20), "answer", answering.answer, entry)
    yield day(date(entry, 6, 24), "promote", answering.promote, entry, date(entry, 7, 4))
    yield day(date(entry, 7, 2), "answer", answering.answer, entry)
    yield day(date(entry, 7, 6), "promote", answering.promote, entry, date(entry, 7, 16))
    yield day(date(entry, 7, 12), "answer", answering.answer, entry)
    yield day(date(entry, 9, 2), "start", schooling.start, entry)
    yield day(date(entry, 9, 8), "miss", schooling.miss, entry)
    yield day(date(entry, 9, 9), "promote", answering.promote, entry, date(entry, 9, 18))
    yield day(date(entry, 9, 10), "reconsider", answering.reconsider, entry, date(entry, 9, 18))
    yield day(date(entry, 9, 14), "answer", answering.answer, entry)
    yield day(date(entry, 9, 16), "start", schooling.start, entry)
    yield day(date(entry, 10, 1), "answer", answering.answer, entry)
    yield day(date(entry, 10, 4), "start", schooling.start, entry)
    yield day(date(entry, 10, 16), "close", answering.close, entry)


def _years() -> Iterator[Day]:
    """The end of each school year but the last one, which is not over when the simulation ends."""
    for year in CAMPAIGNS[1:]:
        yield day(date(year - 1, 11, 12), "exams", passing.register, year)
        yield day(date(year, 6, 11), "councils", schooling.councils, year)
        yield day(date(year, 6, 28), "results", passing.publish, year)
    for year in CAMPAIGNS[1:-1]:
        yield day(date(year, 6, 30), "complete", schooling.complete, year)
        yield day(date(year, 7, 2), "turn", schooling.turn_the_year, year)


def _months() -> Iterator[Day]:
    """What goes on all the time: the weeks sampled, and the rest looked at on each 28th, a day of every month, and at the end."""
    for year in range(FIRST, LAST + 1):
        for number, sampled in SAMPLED:
            yield day(date(year, number, sampled), "week", working.log_week)
        for number in range(1, 13):
            yield day(date(year, number, 28), "month", _month)
    yield day(ENDS, "month", _month)


async def _month(simulation: Simulation) -> str | None:
    await opening.pay_grants(simulation)
    left = await schooling.interrupt(simulation)
    await schooling.resume(simulation)
    known = await passing.declare(simulation)
    await working.work(simulation)
    summary = ", ".join(filter(None, (left, known)))
    return f"{simulation.month} : {summary}" if summary else None
