"""What the story tells beside the years that go by: the days of the cast, of mistakes and of their corrections."""

from collections.abc import Iterator
from datetime import date, timedelta

from deploy.simulation.cast import ENTRY
from deploy.simulation.dates import CAMPAIGNS, wave_day
from deploy.simulation.days import Day, day
from deploy.simulation.scenario import answering, correcting, joining, mandates, mending, opening, schooling


def story() -> Iterator[Day]:
    """Its days, in no order."""
    yield from _before_the_start()
    yield from _in_the_year()
    yield from _around_the_diploma()
    for year in (2021, 2023):
        yield day(date(year, 9, 2), "titles", opening.check_titles)
    yield day(date(2024, 10, 5), "mend", mending.mend_grants)
    yield day(date(2025, 5, 28), "mend", mending.mend_orders)


def _before_the_start() -> Iterator[Day]:
    yield day(wave_day(ENTRY, 1) + timedelta(days=3), "amend", mandates.amend)
    yield day(date(ENTRY, 6, 11), "room", mandates.make_room)
    yield day(date(ENTRY, 6, 16), "file", mandates.complete_file)
    yield day(date(ENTRY, 8, 20), "give-up", mandates.give_up)
    yield day(date(ENTRY, 8, 26), "answer", answering.answer, ENTRY)


def _in_the_year() -> Iterator[Day]:
    yield day(date(ENTRY, 10, 5), "correct-start", correcting.correct_start)
    yield day(date(ENTRY, 11, 8), "interrupt", correcting.interrupt_by_mistake)
    yield day(date(ENTRY, 11, 15), "void-interruption", correcting.void_interruption)
    yield day(date(ENTRY, 11, 22), "restate-weeks", correcting.restate_weeks)
    yield day(date(ENTRY + 1, 1, 3), "refer-late", joining.refer_late)
    yield day(date(ENTRY + 1, 1, 5), "admit-late", joining.admit_late)
    yield day(date(ENTRY + 1, 1, 16), "start", schooling.start, ENTRY)


def _around_the_diploma() -> Iterator[Day]:
    yield day(date(joining.BEFORE, 10, 20), "take-over", joining.take_over)
    yield day(date(ENTRY, 6, 29), "correct-result", correcting.correct_result)
    yield day(date(ENTRY, 7, 8), "correct-completion", correcting.correct_completion)
    yield day(date(ENTRY + 1, 2, 2), "correct-outcome", correcting.correct_outcome)
    for year in CAMPAIGNS[1:-1]:
        yield day(date(year, 7, 5), "go-on", joining.go_on, year)
