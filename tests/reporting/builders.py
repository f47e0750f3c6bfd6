"""Rows as the indicators read them, with overrides. Short names stand for ids: « a » is always the same person."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from deploy.bench.publisher import an_id
from services.reporting.indicators import INDICATORS, counted
from services.reporting.indicators.figure import Figure, figure
from services.reporting.indicators.perimeter import perimeter_of
from services.reporting.indicators.selection import Selection
from services.reporting.projections.agencies import AgencyRow
from services.reporting.projections.aliases import AliasRow
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.exams import ExamRow
from services.reporting.projections.grants import GrantRow, PaymentRow
from services.reporting.projections.intakes import IntakeRow
from services.reporting.projections.orders import OrderRow
from services.reporting.projections.outcomes import OutcomeRow
from services.reporting.projections.referrals import ReferralRow
from services.reporting.projections.schools import ProgrammeRow, SchoolRow
from services.reporting.projections.weeks import HoursLogged
from services.reporting.tables import Tables
from shared.projections.table import TableRow

R = TypeVar("R", bound=TableRow)
Absence = tuple[str, str | None]
"""A day, and the code of an interruption; None for a return."""


def known(day: str, **rows: Sequence[Any]) -> Tables:
    """What is known on a day."""
    return Tables(day=date.fromisoformat(day), **rows)


def figure_of(name: str, tables: Tables, scope: str = "network", cohort: str | None = None) -> Figure:
    """One indicator of a perimeter, unmasked."""
    indicator = next(one for one in INDICATORS if one.name == name)
    return figure(indicator, counted(indicator, select(tables, scope, cohort)), tables.day)


def select(tables: Tables, scope: str = "network", cohort: str | None = None) -> Selection:
    return Selection(tables, perimeter_of(scope, tables), cohort)


def an_enrolment(young: str = "a", *, absence: Sequence[Absence] = (), **overrides: Any) -> EnrolmentRow:
    """A pupil of Dole since 2 September 2024, in the first of two years."""
    usual = {"id": f"e-{young}", "young_id": young, "school": "dole", "year": [a_year()], "started_on": "2024-09-02"}
    absences = [{"on": on, "away": code is not None, "code": code} for on, code in absence]
    return _row(EnrolmentRow, **{**usual, "absence": absences, **overrides})


def a_year(school_year: str = "2024-2025", **overrides: Any) -> dict[str, Any]:
    return {"programme": "serrurerie", "school_year": school_year, "last_year": False, **overrides}


LAST = a_year("2025-2026", last_year=True)


def a_finisher(young: str, **overrides: Any) -> EnrolmentRow:
    """Enrolled in the last year, and completed on 30 June 2026 unless said otherwise."""
    return an_enrolment(young, **{"year": [a_year(), LAST], "completed_on": "2026-06-30", **overrides})


def an_exam(young: str, result: str | None = None, number: int = 1) -> ExamRow:
    return _row(ExamRow, id=f"x-{young}-{number}", enrolment_id=f"e-{young}", session="2026-06", result=result)


def an_outcome(young: str, situation: str, horizon: int = 6, **overrides: Any) -> OutcomeRow:
    usual = {"horizon": horizon, "source": "school", "situation": situation, "proof": "phone", "declared_on": "2026-12-30"}
    return _row(OutcomeRow, id=f"o-{young}-{horizon}", enrolment_id=f"e-{young}", **{**usual, **overrides})


def at(day: str) -> str:
    """An instant of a day, as things are told: nine in the morning in France, or ten."""
    return f"{day}T08:00:00Z"


def a_referral(young: str = "a", **overrides: Any) -> ReferralRow:
    """Out of school, referred by the CIO of Dole on Monday 4 March 2024, for which one application was opened."""
    usual = {
        "id": f"r-{young}", "young_id": young, "agency": "cio-dole", "situation": "out_of_school", "submitted_on": "2024-03-04",
        "received_at": at("2024-03-04"), "wishes": [{"school": "dole", "programme": "serrurerie"}], "opened": ["i1"],
    }  # fmt: skip
    return _row(ReferralRow, **{**usual, **overrides})


def an_application(young: str = "a", **overrides: Any) -> ApplicationRow:
    usual = {
        "id": f"{young}/i1", "young_id": young, "intake_id": "i1", "school": "dole", "programme": "serrurerie",
        "school_year": "2024-2025", "agencies": ["cio-dole"], "moved_to": "under_review",
    }  # fmt: skip
    return _row(ApplicationRow, **{**usual, **overrides})


CLOSED = {"moved_to": "obsolete", "because": "intake_closed"}
"""An application whose intake closed."""


def an_intake(id: str = "i1", **overrides: Any) -> IntakeRow:
    usual = {"school": "dole", "programme": "serrurerie", "school_year": "2024-2025", "seats": 8}
    return _row(IntakeRow, id=id, **{**usual, **overrides})


def some_hours(young: str = "a", **minutes: int) -> HoursLogged:
    return HoursLogged.model_validate(
        {"school": "dole", "programme": "serrurerie", "enrolment_id": an_id(f"e-{young}"), "minutes": minutes}
    )


def an_order(id: str, **overrides: Any) -> OrderRow:
    return _row(OrderRow, id=id, **{"school": "dole", "received_on": "2024-12-02", **overrides})


def a_grant(purpose: str, **overrides: Any) -> GrantRow:
    """Held by the network, from the Région. Its purpose is its name."""
    usual = {"holder": "network", "purpose": purpose, "funder": "region-bfc", "civil_year": 2024, "amount_cents": 10_000_000}
    return _row(GrantRow, id=purpose, **{**usual, **overrides})


def a_payment(grant: str, cents: int, on: str) -> PaymentRow:
    return _row(PaymentRow, id=f"{grant} {cents} {on}", grant_id=grant, amount_cents=cents, paid_on=on)


def an_alias(young: str, kept: str) -> AliasRow:
    """Two short names are one person."""
    return AliasRow(id=an_id(young), kept=an_id(kept))


def _row(of: type[R], **overrides: Any) -> R:
    return of.model_validate({name: _with_ids(of, name, value) for name, value in overrides.items()})


def _with_ids(of: type[TableRow], field: str, value: Any) -> Any:
    """The value, with ids in the place of the short names that stand for them."""
    match of.model_fields[field].annotation:
        case kind if kind is UUID:
            return an_id(value)
        case kind if kind == tuple[UUID, ...]:
            return [an_id(one) for one in value]
    return value


DOLE = SchoolRow(id="dole", name="Eccofor", town="Dole")
BESANCON = SchoolRow(id="besancon", name="Besançon", town="Besançon")
SERRURERIE = ProgrammeRow(id="dole/serrurerie", school="dole", programme="serrurerie", title="CAP")
CIO = _row(AgencyRow, id="cio-dole", kind="cio", name="CIO de Dole")
COLLEGE = _row(AgencyRow, id="college-dole", kind="college", name="Collège de Dole")
