"""The rows on which figures rest, and of which a correction corrects them."""

from collections.abc import Callable, Iterable, Iterator

from services.reporting.indicators.figure import Correctable
from services.reporting.indicators.selection import Selection
from shared.events.catalogue import GrantPurpose

Rows = Callable[[Selection], Iterable[Correctable]]


def enrolments(selection: Selection) -> Iterator[Correctable]:
    """Those of the people who are counted."""
    for person in selection.people:
        yield from person.enrolments


def exams(selection: Selection) -> Iterator[Correctable]:
    """Their enrolments and examinations, with those that were taken back."""
    yield from enrolments(selection)
    for person in selection.people:
        for enrolment in person.enrolments:
            yield from selection.tables.registered_of.get(enrolment.id, ())


def outcomes(horizon: int) -> Rows:
    """Their enrolments, and what was declared of the last one at a horizon, retained or not."""

    def rows(selection: Selection) -> Iterator[Correctable]:
        yield from enrolments(selection)
        for person in selection.people:
            declared = selection.tables.declared_of.get(person.last.id, ())
            yield from (one for one in declared if one.horizon == horizon)

    return rows


def every_enrolment(selection: Selection) -> Iterable[Correctable]:
    """Those of the perimeter, whatever their cohort."""
    return selection.enrolments


def orders(selection: Selection) -> Iterable[Correctable]:
    return selection.orders


def money(selection: Selection) -> Iterator[Correctable]:
    """The grants of the perimeter, their payments, and the enrolments that they paid for."""
    yield from selection.enrolments
    for purpose in GrantPurpose:
        yield from selection.grants(purpose)
        yield from selection.payments(purpose)


def referrals(selection: Selection) -> Iterator[Correctable]:
    """What agencies said of those whom they referred, and the enrolments of the perimeter."""
    yield from selection.referrals
    yield from selection.enrolments
