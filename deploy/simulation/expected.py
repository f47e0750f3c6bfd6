"""What was observed, as one scope and one cohort should see it.

Written from docs/indicators.md alone. It shares no code with reporting, on purpose: a mistake of both would compare equal.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from deploy.simulation.observations import Application, Declared, Enrolment, Intake, Observations, Order, Payment, Referral, Week
from deploy.simulation.region import Region
from shared.kernel.calendar import months_after, school_year_of

CONTINUING = ("apprenticeship", "further_studies")
PROOFS = ("contract", "certificate", "phone", "none")
"""The strongest first."""


@dataclass(frozen=True)
class Person:
    """A young person and their enrolments in a scope, those that started in the order of their start, after the others."""

    young_id: UUID
    enrolments: tuple[Enrolment, ...]

    @property
    def started(self) -> list[Enrolment]:
        return [one for one in self.enrolments if one.started_on]

    @property
    def last(self) -> Enrolment:
        return self.enrolments[-1]

    @property
    def cohort(self) -> str:
        first = self.started[0].started_on if self.started else None
        return school_year_of(first) if first else self.enrolments[0].years[0].school_year

    @property
    def finisher(self) -> bool:
        return bool(self.started) and any(year.last_year for one in self.enrolments for year in one.years)

    @property
    def interrupted(self) -> bool:
        return bool(self.started) and not self.last.completed_on and gone_since(self.last) is not None

    @property
    def results(self) -> list[str | None]:
        """Of every examination, None where it is not known yet."""
        return [result for one in self.enrolments for result in one.exams.values()]

    def left_on(self, day: date) -> date | None:
        """When they left, if they did for good by that day."""
        if not self.started:
            return None
        if self.last.completed_on:
            return self.last.completed_on
        since = gone_since(self.last)
        return since if since and months_after(since, 3) <= day else None

    def due(self, horizon: int, day: date) -> bool:
        left = self.left_on(day)
        return left is not None and months_after(left, horizon) <= day

    def retained(self, horizon: int) -> Declared | None:
        """Of what was said of the last enrolment at a horizon, the word that counts."""
        left = self.last.left_on  # what was said of a departure that a return ended is no word on the next one
        outcomes = self.last.outcomes.items() if left else ()
        declared = [(source, one) for (when, source), one in outcomes if when == horizon and left and one.on >= left]
        if not declared:
            return None

        def weight(pair: tuple[str, Declared]) -> tuple[bool, int, int, str]:
            source, declaration = pair
            return declaration.situation == "unreachable", PROOFS.index(declaration.proof), -declaration.on.toordinal(), source

        return min(declared, key=weight)[1]

    def situation(self, horizon: int) -> str | None:
        """None where nobody knows."""
        retained = self.retained(horizon)
        return retained.situation if retained and retained.situation != "unreachable" else None


def gone_since(enrolment: Enrolment) -> date | None:
    """The day of the interruption that lasts."""
    return enrolment.absences[-1][0] if enrolment.absences and enrolment.absences[-1][1] else None


def present(enrolment: Enrolment, day: date) -> bool:
    """Gone from the day of an interruption, there again from the day of the return, there on the day of completion."""
    if enrolment.started_on is None or enrolment.started_on > day:
        return False
    if enrolment.completed_on and enrolment.completed_on < day:
        return False
    by_then = [away for since, away in enrolment.absences if since <= day]
    return not (by_then and by_then[-1])


def came_back(enrolment: Enrolment, referred: date) -> bool:
    """Started within 12 months of a referral, and there 3 months after, or at the end already."""
    started, completed = enrolment.started_on, enrolment.completed_on
    if started is None or not referred <= started <= months_after(referred, 12):
        return False
    after = months_after(started, 3)
    return present(enrolment, after) or bool(completed and completed <= after)


@dataclass(frozen=True, eq=False)
class Tally:
    """What one scope holds on the day of reading."""

    observations: Observations
    region: Region
    day: date
    scope: str = "network"
    cohort: str | None = None

    @property
    def kind(self) -> str:
        return self.scope.partition(":")[0]

    @property
    def name(self) -> str:
        return self.scope.partition(":")[2]

    @cached_property
    def referrals(self) -> list[Referral]:
        return [one for one in self.observations.referrals.values() if self._concerned(one)]

    @cached_property
    def applications(self) -> list[Application]:
        return [one for one in self.observations.applications.values() if self._has(one)]

    def applications_of(self, referral: Referral) -> Iterator[Application]:
        """Its applications in the scope."""
        for intake in referral.opened:
            if self._has(one := self.observations.applications[intake, referral.young_id]):
                yield one

    @cached_property
    def enrolments(self) -> list[Enrolment]:
        """Of any cohort."""
        return [one for one in self.observations.enrolments.values() if self._holds(one)]

    @cached_property
    def people(self) -> list[Person]:
        mine: dict[UUID, list[Enrolment]] = defaultdict(list)
        for one in sorted(self.enrolments, key=lambda one: (one.started_on or date.min, one.entry)):
            mine[one.young_id].append(one)
        people = [Person(id, tuple(enrolments)) for id, enrolments in mine.items()]
        return [one for one in people if self.cohort in (None, one.cohort)]

    @cached_property
    def entrants(self) -> list[Person]:
        return [one for one in self.people if one.started]

    @cached_property
    def leavers(self) -> list[Person]:
        return [one for one in self.entrants if one.left_on(self.day)]

    @cached_property
    def weeks(self) -> list[Week]:
        weeks = list(self.observations.weeks.values())
        if self.kind in ("school", "programme"):
            weeks = [one for one in weeks if getattr(one, self.kind) == self.name]
        if self.kind == "agency_kind" or self.cohort:
            theirs = {enrolment.id for person in self.people for enrolment in person.enrolments}
            weeks = [one for one in weeks if one.enrolment_id in theirs]
        return weeks

    @cached_property
    def intakes(self) -> list[Intake]:
        return [one for one in self.observations.intakes.values() if self._is_of(one)]

    @cached_property
    def orders(self) -> list[Order]:
        return [one for one in self.observations.orders.values() if self.scope in ("network", f"school:{one.school}")]

    @cached_property
    def payments(self) -> list[Payment]:
        return [one for one in self.observations.payments.values() if self.scope in ("network", f"school:{one.holder}")]

    @cached_property
    def _referred(self) -> set[UUID]:
        """Whom agencies of the kind referred."""
        return {one.young_id for one in self.observations.referrals.values() if self._sent(one.planned.agency)}

    @cached_property
    def _referred_applications(self) -> set[tuple[UUID, UUID]]:
        """The intake and the young person of each application that agencies of the kind opened or joined."""
        return {(id, one.young_id) for one in self.referrals for id in one.opened}

    def _sent(self, agency: str) -> bool:
        return self.region.kind_of(agency) == self.name

    def _is_of(self, intake: Intake) -> bool:
        return self.kind == "network" or getattr(intake, self.kind) == self.name

    def _has(self, application: Application) -> bool:
        intake = self.observations.intakes[application.intake_id]
        if self.cohort and intake.school_year != self.cohort:
            return False
        if self.kind == "agency_kind":
            return (application.intake_id, application.young_id) in self._referred_applications
        return self._is_of(intake)

    def _holds(self, enrolment: Enrolment) -> bool:
        match self.kind:
            case "school":
                return enrolment.school == self.name
            case "programme":
                return enrolment.now.programme == self.name
            case "agency_kind":
                return enrolment.young_id in self._referred
            case _:
                return True

    def _concerned(self, referral: Referral) -> bool:
        opened = [self.observations.intakes[id] for id in referral.opened]
        if self.cohort and all(intake.school_year != self.cohort for intake in opened):
            return False
        if self.kind == "agency_kind":
            return self._sent(referral.planned.agency)
        wished = any(wish.get(self.kind) == self.name for wish in referral.planned.wishes)
        return self.kind == "network" or wished or any(self._is_of(intake) for intake in opened)
