"""The people whom the indicators count, defined once: entrants, finishers, leavers, who is due, who is present.

A person counts once per scope: they are the sum of their enrolments in it, and what became of them is read from the last
one that started.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.kernel.calendar import months_after, school_year_of

AWAY_FOR_GOOD = 3
"""Months without resuming, after which an interruption makes a leaver."""
PROOFS = ("contract", "certificate", "phone", "none")
"""From the strongest to none."""


def day_of(text: str | None) -> date | None:
    """A stored day."""
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Enrolment:
    """One enrolment of one person, as known at the instant that is read."""

    id: str
    young_id: str
    school: str
    programme: str
    entry_year: str
    school_years: frozenset[str]
    in_last_year: bool
    started_on: date | None
    did_not_start: bool
    absences: tuple[tuple[date, bool], ...]
    completed_on: date | None

    @property
    def interrupted_on(self) -> date | None:
        """The day of an interruption that no return ended."""
        return self.absences[-1][0] if self.absences and self.absences[-1][1] else None

    @property
    def holds_a_seat(self) -> bool:
        return not (self.did_not_start or self.completed_on or self.interrupted_on)

    def present_on(self, day: date) -> bool:
        """There on a day: from the start to the completion, both included; gone from an interruption until the return."""
        if self.started_on is None or day < self.started_on or (self.completed_on is not None and day > self.completed_on):
            return False
        away = False
        for since, is_transient in self.absences:
            if since <= day:
                away = is_transient
        return not away


def enrolment_of(row: Mapping[str, Any]) -> Enrolment:
    """An enrolment from its row. Its programme is that of its last year."""
    years: Sequence[Mapping[str, Any]] = row["year"]
    return Enrolment(
        id=row["id"],
        young_id=row["young_id"],
        school=row["school"],
        programme=years[-1]["programme"],
        entry_year=years[0]["school_year"],
        school_years=frozenset(year["school_year"] for year in years),
        in_last_year=any(year["last_year"] for year in years),
        started_on=day_of(row.get("started_on")),
        did_not_start="did_not_start_on" in row,
        absences=tuple((date.fromisoformat(since), is_transient) for since, is_transient, _code in row["absence"]),
        completed_on=day_of(row.get("completed_on")),
    )


@dataclass(frozen=True)
class Person:
    """A young person in one scope, with their enrolments there by day of start (those that did not start come first)."""

    young_id: str
    enrolments: tuple[Enrolment, ...]
    exams: tuple[Mapping[str, Any], ...] = ()
    outcomes: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """What is retained at each horizon for the last enrolment that started."""

    @property
    def started_on(self) -> date | None:
        """The first start."""
        return min((e.started_on for e in self.enrolments if e.started_on), default=None)

    @property
    def last(self) -> Enrolment:
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

    def situation(self, horizon: int) -> str | None:
        """What became of them at a horizon: None when nobody knows (undeclared, or unreachable)."""
        said = self.outcomes.get(horizon)
        return None if said is None or said["situation"] == "unreachable" else said["situation"]

    @property
    def presented(self) -> bool:
        return bool(self.exams)

    @property
    def obtained(self) -> bool:
        return any(exam.get("result") == "obtained" for exam in self.exams)

    @property
    def awaits_result(self) -> bool:
        return not self.obtained and any("result" not in exam for exam in self.exams)


def by_enrolment(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Rows that name an enrolment, by it."""
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["enrolment_id"]].append(row)
    return dict(grouped)


def retained(said: Iterable[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """At each horizon, among what several sources say of one enrolment, the word that counts.

    Any situation before « unreachable », then the strongest proof (contract, certificate, phone, none), then the last
    day of declaration, then the source's name in alphabetical order.
    """

    def weight(one: Mapping[str, Any]) -> tuple[bool, int, int, str]:
        day = date.fromisoformat(one["declared_on"]).toordinal()
        return (one["situation"] == "unreachable", PROOFS.index(one["proof"]), -day, one["source"])

    return {one["horizon"]: one for one in sorted(said, key=weight, reverse=True)}


def people_of(
    enrolments: Iterable[Enrolment],
    exams_of: Mapping[str, Sequence[Mapping[str, Any]]],
    outcomes_of: Mapping[str, Mapping[int, Mapping[str, Any]]],
) -> list[Person]:
    """The people of these enrolments, each once, with the examinations and the retained outcomes of each enrolment."""
    by_person: dict[str, list[Enrolment]] = defaultdict(list)
    for enrolment in enrolments:
        by_person[enrolment.young_id].append(enrolment)
    people = []
    for young_id, theirs in by_person.items():
        in_order = tuple(sorted(theirs, key=lambda e: (e.started_on or date.min, e.entry_year, e.id)))
        exams = tuple(exam for e in in_order for exam in exams_of.get(e.id, ()))
        people.append(Person(young_id, in_order, exams, outcomes_of.get(in_order[-1].id, {})))
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
