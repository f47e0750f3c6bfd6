"""Rows as known at an instant, and the part of them that one scope and one cohort see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from services.reporting.indicators.people import Enrolment, Person, by_enrolment, enrolment_of, people_of, retained
from shared.events.referral import AgencyKind
from shared.kernel.errors import NotFound

Rows = Sequence[Mapping[str, Any]]
PerimeterKind = Literal["network", "school", "programme", "agency_kind"]


@dataclass(frozen=True)
class Perimeter:
    """The network, a school, a programme (wherever it is taught), or the young people whom agencies of a kind referred."""

    kind: PerimeterKind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


NETWORK = Perimeter("network")


@dataclass(frozen=True, eq=False)
class Known:
    """Every row that the indicators read, as known at an instant of the day `day`."""

    day: date
    agencies: Rows = ()
    schools: Rows = ()
    programmes: Rows = ()
    intakes: Rows = ()
    referrals: Rows = ()
    applications: Rows = ()
    enrolments: Rows = ()
    exams: Rows = ()
    outcomes: Rows = ()
    orders: Rows = ()
    hours: Rows = ()
    """Minutes by kind, summed by (school, programme, enrolment_id)."""
    grants: Rows = ()
    payments: Rows = ()

    @cached_property
    def intake(self) -> dict[str, Mapping[str, Any]]:
        return {row["id"]: row for row in self.intakes}

    @cached_property
    def all_enrolments(self) -> list[Enrolment]:
        return [enrolment_of(row) for row in self.enrolments if "young_id" in row]

    @cached_property
    def exams_of(self) -> dict[str, list[Mapping[str, Any]]]:
        """The examinations of each enrolment."""
        return by_enrolment(self.exams)

    @cached_property
    def outcomes_of(self) -> dict[str, dict[int, Mapping[str, Any]]]:
        """What is retained for each enrolment, at each horizon."""
        return {id: retained(said) for id, said in by_enrolment(self.outcomes).items()}

    @cached_property
    def kind_of_agency(self) -> dict[str, str]:
        return {row["id"]: row["kind"] for row in self.agencies}

    def scope(self, text: str) -> Perimeter:
        """A scope from `network`, `school:dole`, `programme:...` or `agency_kind:cio`. Raises NotFound when there is none."""
        kind, _, id = text.partition(":")
        known: Mapping[str, Callable[[], bool]] = {
            "network": lambda: not id,
            "school": lambda: any(row["id"] == id for row in self.schools),
            "programme": lambda: any(row["programme"] == id for row in self.programmes),
            "agency_kind": lambda: id in list(AgencyKind),
        }
        if kind not in known or (kind != "network" and not id) or not known[kind]():
            raise NotFound("Ce périmètre")
        return Perimeter(kind, id)  # type: ignore[arg-type]


class Scoped:
    """The rows of one scope, and of one cohort where one is asked for. Each part is selected when first read."""

    def __init__(self, known: Known, scope: Perimeter = NETWORK, cohort: str | None = None) -> None:
        self.known = known
        self.day = known.day
        self.scope = scope
        self.cohort = cohort

    @cached_property
    def referrals(self) -> Rows:
        """Those that wish for the scope or opened an application there; of a cohort, those with one for that school year."""
        return [row for row in self.known.referrals if "submitted_on" in row and self._concerns(row) and self._for_cohort(row)]

    @cached_property
    def applications(self) -> Rows:
        """Those of the scope; of a kind of agency, those that its referrals opened or joined, whoever else did."""
        kept = [row for row in self.known.applications if "school" in row and self.cohort in (None, row["school_year"])]
        if self.scope.kind == "agency_kind":
            return [row for row in kept if row["id"] in self._opened]
        return [row for row in kept if self._in_scope(row)]

    @cached_property
    def enrolments(self) -> list[Enrolment]:
        """Those of the scope, whatever their cohort."""
        match self.scope.kind:
            case "school":
                return [e for e in self.known.all_enrolments if e.school == self.scope.id]
            case "programme":
                return [e for e in self.known.all_enrolments if e.programme == self.scope.id]
            case "agency_kind":
                return [e for e in self.known.all_enrolments if e.young_id in self._referred_by_kind]
            case _:
                return self.known.all_enrolments

    @cached_property
    def people(self) -> list[Person]:
        """The pupils of the scope, of the cohort where one is asked for."""
        people = people_of(self.enrolments, self.known.exams_of, self.known.outcomes_of)
        return people if self.cohort is None else [person for person in people if person.cohort == self.cohort]

    @cached_property
    def hours(self) -> Rows:
        """The hours logged in the scope, by the pupils of the cohort where one is asked for."""
        rows = self.known.hours
        if self.scope.kind in ("school", "programme"):
            rows = [row for row in rows if row[self.scope.kind] == self.scope.id]
        if self.scope.kind == "agency_kind" or self.cohort is not None:
            theirs = {e.id for person in self.people for e in person.enrolments}
            rows = [row for row in rows if row["enrolment_id"] in theirs]
        return rows

    @cached_property
    def intakes(self) -> Rows:
        return [row for row in self.known.intakes if "school" in row and self._in_scope(row)]

    @cached_property
    def orders(self) -> Rows:
        return [row for row in self.known.orders if "school" in row and self._in_scope(row)]

    @cached_property
    def payments(self) -> Rows:
        """The payments of the Région's grants, each with its grant's `purpose`: those that a school holds, or all."""
        of_region = [row for row in self.known.grants if row["funder"].partition("-")[0] == "region"]
        held = {row["id"]: row for row in of_region if self.scope.kind == "network" or row["holder"] == self.scope.id}
        return [{**row, "purpose": held[row["grant_id"]]["purpose"]} for row in self.known.payments if row["grant_id"] in held]

    @cached_property
    def _referred_by_kind(self) -> set[str]:
        kinds = self.known.kind_of_agency
        return {row["young_id"] for row in self.known.referrals if "agency" in row and kinds.get(row["agency"]) == self.scope.id}

    @cached_property
    def _opened(self) -> set[str]:
        return {f"{row['young_id']}/{intake}" for row in self.referrals for intake in row.get("opened", ())}

    def _in_scope(self, row: Mapping[str, Any]) -> bool:
        match self.scope.kind:
            case "school" | "programme":
                return bool(row[self.scope.kind] == self.scope.id)
            case "agency_kind":
                return self.known.kind_of_agency.get(row["agency"]) == self.scope.id
            case _:
                return True

    def _concerns(self, referral: Mapping[str, Any]) -> bool:
        if self.scope.kind in ("network", "agency_kind"):
            return self._in_scope(referral)
        place = 0 if self.scope.kind == "school" else 1
        opened = (self.known.intake[intake] for intake in referral.get("opened", ()) if intake in self.known.intake)
        return any(wish[place] == self.scope.id for wish in referral["wishes"]) or any(
            intake.get(self.scope.kind) == self.scope.id for intake in opened
        )

    def _for_cohort(self, referral: Mapping[str, Any]) -> bool:
        years = (self.known.intake.get(intake, {}).get("school_year") for intake in referral.get("opened", ()))
        return self.cohort is None or self.cohort in years
