"""What the demo did and what it was answered: the only thing its tally is counted from.

Nothing here comes from reporting. A row is kept under the id of what it tells of, so an answer that comes twice is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from deploy.simulation.people import PlannedReferral


@dataclass
class Referral:
    id: UUID
    young_id: UUID
    planned: PlannedReferral
    opened: tuple[UUID, ...] = ()
    """The intakes where it opened or joined an application."""
    received_on: date | None = None
    """The day of the services' clock on which it was taken in."""
    closed_on: date | None = None
    """The day of the services' clock on which its last answer was told."""
    answer: str | None = None
    code: str | None = None
    answered_by: str | None = None
    amended: str | None = None
    """The situation that its agency said afterwards, where the first was mistyped."""

    @property
    def situation(self) -> str:
        return self.amended or self.planned.situation


@dataclass
class Application:
    intake_id: UUID
    young_id: UUID
    agencies: tuple[str, ...]
    """Whose referrals asked for it, the latest last."""
    asking: tuple[str, ...]
    """Those that it goes on for."""
    status: str
    priority: int
    reasons: tuple[str, ...] = ()
    code: str | None = None
    because: str | None = None
    offered_to: str | None = None
    """The agency that may answer an offer, beside the school."""
    contacts: list[date] = field(default_factory=list)
    """The days on which the school told of a meeting, a waiting list, a place or a no."""


@dataclass
class Intake:
    id: UUID
    school: str
    programme: str
    school_year: str
    year_of_study: int
    seats: int


@dataclass(frozen=True)
class Year:
    intake_id: UUID
    programme: str
    school_year: str
    year_of_study: int
    last_year: bool


@dataclass(frozen=True)
class Declared:
    situation: str
    proof: str
    on: date


@dataclass
class Enrolment:
    id: UUID
    young_id: UUID
    school: str
    entry: int
    """The civil year of its first school year: the campaign that led to it."""
    status: str
    years: tuple[Year, ...]
    started_on: date | None = None
    completed_on: date | None = None
    absences: list[tuple[date, bool]] = field(default_factory=list)
    """Each departure (True) and return (False) that stands, in order: those that were mended, as they are now."""
    exams: dict[UUID, str | None] = field(default_factory=dict)
    outcomes: dict[tuple[int, str], Declared] = field(default_factory=dict)
    """What each source said last at each horizon."""

    @property
    def now(self) -> Year:
        return self.years[-1]

    @property
    def left_on(self) -> date | None:
        """The completion, or the interruption that lasts."""
        if self.completed_on:
            return self.completed_on
        return self.absences[-1][0] if self.absences and self.absences[-1][1] else None


@dataclass
class Order:
    id: UUID
    school: str
    accepted: bool = False
    due_on: date | None = None
    completed_on: date | None = None
    cancelled: bool = False
    invoiced_cents: int = 0
    """Of all its invoices."""
    credited_cents: int = 0
    """Of all its credit notes."""


@dataclass(frozen=True)
class Week:
    school: str
    programme: str
    enrolment_id: UUID
    minutes: Mapping[str, int]


@dataclass(frozen=True)
class Payment:
    holder: str
    purpose: str
    amount_cents: int
    on: date
    payment_id: UUID | None = None


Fact: TypeAlias = UUID | tuple[UUID, int]
"""What is corrected, by its id; what became of someone, by the enrolment and the horizon."""


@dataclass
class Observations:
    referrals: dict[UUID, Referral] = field(default_factory=dict)
    applications: dict[tuple[UUID, UUID], Application] = field(default_factory=dict)
    """By intake and young person."""
    intakes: dict[UUID, Intake] = field(default_factory=dict)
    enrolments: dict[UUID, Enrolment] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    weeks: dict[tuple[str, str, UUID], Week] = field(default_factory=dict)
    """By school, week and young person."""
    payments: dict[tuple[UUID, date], Payment] = field(default_factory=dict)
    """By grant and day."""
    holders: dict[UUID, str] = field(default_factory=dict)
    """Of each grant."""
    corrected: dict[Fact, date] = field(default_factory=dict)
    """When each fact was last mended."""

    def intake(self, view: Mapping[str, Any]) -> Intake:
        """An intake as enrolment shows it."""
        fields = {name: view[name] for name in ("school_year", "year_of_study", "seats")}
        fields |= {name: view[name]["id"] for name in ("school", "programme")}
        intake = Intake(id=UUID(view["intake_id"]), **fields)
        self.intakes[intake.id] = intake
        return intake

    def application(self, view: Mapping[str, Any]) -> Application:
        """An application as its school sees it."""
        key = UUID(view["intake_id"]), UUID(view["young_id"])
        fields: dict[str, Any] = {name: view[name] for name in ("status", "priority", "code", "because")}
        fields |= {
            "agencies": tuple(one["agency"]["id"] for one in view["referrals"]),
            "asking": tuple(one["agency"]["id"] for one in view["referrals"] if one["ended"] is None),
            "reasons": tuple(view["reasons"]),
            "offered_to": next(
                (one["agency"]["id"] for one in view["referrals"] if one["referral_id"] == view["offered_to"]), None
            ),
        }
        if key not in self.applications:
            self.applications[key] = Application(*key, **fields)
        application = self.applications[key]
        for name, value in fields.items():
            setattr(application, name, value)
        return application

    def pupil(self, view: Mapping[str, Any]) -> Enrolment:
        """A pupil as their school sees them, their earlier enrolments there too. The latest."""
        for earlier in view["earlier"]:
            self._enrolment(earlier, UUID(view["young_id"]))
        return self._enrolment(view, UUID(view["young_id"]))

    def _enrolment(self, view: Mapping[str, Any], young_id: UUID) -> Enrolment:
        id = UUID(view["enrolment_id"])
        years = tuple(
            Year(UUID(year["intake_id"]), year["programme"]["id"], year["school_year"], year["year_of_study"], year["last_year"])
            for year in view["years"]
        )
        if id not in self.enrolments:
            entry = int(years[0].school_year[:4])
            self.enrolments[id] = Enrolment(id, young_id, view["school"]["id"], entry, view["status"], years)
        enrolment = self.enrolments[id]
        enrolment.status, enrolment.years = view["status"], years
        enrolment.started_on = _day(view["started_on"])
        left_on = _day(view["left_on"])
        enrolment.completed_on = left_on if enrolment.status == "completed" else None
        enrolment.absences = [
            (date.fromisoformat(step["on"]), step["fact"] == "interruption")
            for step in view["steps"]
            if step["fact"] in ("interruption", "return")
        ]
        enrolment.exams = {UUID(one["exam_id"]): one["result"] for one in view["exams"]}
        enrolment.outcomes = {
            (one["horizon"], one["source"]): Declared(one["situation"], one["proof"], date.fromisoformat(one["on"]))
            for one in view["outcomes"]
        }
        return enrolment


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
