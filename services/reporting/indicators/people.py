"""The people whom the indicators count, defined once: entrants, finishers, leavers, who is due.

A person counts once per perimeter: they are the sum of their enrolments in it, and what became of them is read from the
last one that started.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.exams import ExamRow
from services.reporting.projections.outcomes import OutcomeRow
from services.reporting.tables import Tables
from shared.events.students import OutcomeSituation, Result
from shared.kernel.calendar import months_after, school_year_of

AWAY_FOR_GOOD = 3
"""Months without resuming, after which an interruption makes a leaver."""


@dataclass(frozen=True)
class Person:
    """A young person in one perimeter, with their enrolments there by day of start (those that did not start come first)."""

    young_id: UUID
    enrolments: tuple[EnrolmentRow, ...]
    exams: tuple[ExamRow, ...] = ()
    outcomes: Mapping[int, OutcomeRow] = field(default_factory=dict)
    """What is retained at each horizon for the last enrolment that started."""

    @property
    def started_on(self) -> date | None:
        """The first start."""
        return min((e.started_on for e in self.enrolments if e.started_on), default=None)

    @property
    def last(self) -> EnrolmentRow:
        return self.enrolments[-1]

    @property
    def cohort(self) -> str:
        """The school year of the first start; for those who never started, the one they were enrolled for."""
        return school_year_of(self.started_on) if self.started_on else self.enrolments[0].entry_year

    @property
    def interrupted(self) -> bool:
        return self.started_on is not None and self.last.completed_on is None and self.last.interrupted_on is not None

    def left_on(self, day: date) -> date | None:
        """When a leaver left: the completion, or an interruption that three months have not seen end."""
        last = self.last
        if last.started_on is None or last.completed_on:
            return last.completed_on
        since = last.interrupted_on
        return since if since and months_after(since, AWAY_FOR_GOOD) <= day else None

    def due(self, horizon: int, day: date) -> bool:
        """Whether they left so many months ago or more."""
        left = self.left_on(day)
        return left is not None and months_after(left, horizon) <= day

    def situation(self, horizon: int) -> OutcomeSituation | None:
        """What became of them at a horizon: None when nobody knows (undeclared, or unreachable)."""
        outcome = self.outcomes.get(horizon)
        return None if outcome is None or outcome.situation is OutcomeSituation.UNREACHABLE else outcome.situation

    @property
    def presented(self) -> bool:
        return bool(self.exams)

    @property
    def obtained(self) -> bool:
        return any(exam.result is Result.OBTAINED for exam in self.exams)

    @property
    def awaits_result(self) -> bool:
        return not self.obtained and any(exam.result is None for exam in self.exams)


def people_of(enrolments: Iterable[EnrolmentRow], tables: Tables) -> list[Person]:
    """The people of these enrolments, each once, with the examinations and the retained outcomes of each enrolment."""
    by_person: dict[UUID, list[EnrolmentRow]] = defaultdict(list)
    for enrolment in enrolments:
        by_person[tables.person(enrolment.young_id)].append(enrolment)
    people = []
    for young_id, theirs in by_person.items():
        in_order = tuple(sorted(theirs, key=lambda e: (e.started_on or date.min, e.entry_year, str(e.id))))
        exams = tuple(exam for e in in_order for exam in tables.exams_of.get(e.id, ()))
        people.append(Person(young_id, in_order, exams, tables.outcomes_of.get(in_order[-1].id, {})))
    return people


def entrants(people: Iterable[Person]) -> list[Person]:
    """All who started."""
    return [person for person in people if person.started_on]


def finishers(people: Iterable[Person]) -> list[Person]:
    """The entrants who were enrolled in a last year of study."""
    return [person for person in entrants(people) if any(e.in_last_year for e in person.enrolments)]


def leavers(people: Iterable[Person], day: date) -> list[Person]:
    """The entrants who completed, or interrupted and did not resume within three months."""
    return [person for person in entrants(people) if person.left_on(day)]
