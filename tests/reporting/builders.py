"""Rows as the indicators read them, with overrides."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.reporting.indicators import INDICATORS
from services.reporting.indicators.figure import Figure, figure
from services.reporting.indicators.perimeter import Known, Scoped

Row = dict[str, Any]


def known(day: str, **rows: Sequence[Row]) -> Known:
    """What is known on a day."""
    return Known(day=date.fromisoformat(day), **rows)


def figure_of(name: str, of: Known, scope: str = "network", cohort: str | None = None) -> Figure:
    """One indicator of a scope, unmasked."""
    indicator = next(one for one in INDICATORS if one.name == name)
    return figure(indicator, Scoped(of, of.scope(scope), cohort))


def an_enrolment(young: str = "a", **said: Any) -> Row:
    """A pupil of Dole since 2 September 2024, in the first of two years."""
    row = {
        "id": f"e-{young}", "young_id": young, "school": "dole", "year": [a_year()], "started_on": "2024-09-02", "absence": [],
    }  # fmt: skip
    return {field: value for field, value in {**row, **said}.items() if value is not None}


def a_year(school_year: str = "2024-2025", **said: Any) -> Row:
    return {"programme": "serrurerie", "school_year": school_year, "year_of_study": 1, "last_year": False, **said}


LAST = a_year("2025-2026", year_of_study=2, last_year=True)


def a_finisher(young: str, **said: Any) -> Row:
    """Enrolled in the last year, and completed on 30 June 2026 unless said otherwise."""
    return an_enrolment(young, **{"year": [a_year(), LAST], "completed_on": "2026-06-30", **said})


def an_exam(young: str, result: str | None = None, number: int = 1) -> Row:
    row = {"id": f"x-{young}-{number}", "enrolment_id": f"e-{young}"}
    return {**row, "result": result} if result else row


def an_outcome(young: str, situation: str, horizon: int = 6, **said: Any) -> Row:
    return {
        "id": f"o-{young}-{horizon}-{said.get('source', 'school')}", "enrolment_id": f"e-{young}", "horizon": horizon,
        "source": "school", "situation": situation, "proof": "phone", "declared_on": "2026-12-30", **said,
    }  # fmt: skip


def a_referral(young: str = "a", **said: Any) -> Row:
    """Out of school, referred by the CIO of Dole on Monday 4 March 2024, for which one application was opened."""
    return {
        "id": f"r-{young}", "young_id": young, "agency": "cio-dole", "situation": "out_of_school", "submitted_on": "2024-03-04",
        "wishes": [["dole", "serrurerie"]], "opened": ["i1"], **said,
    }  # fmt: skip


def an_application(young: str = "a", **said: Any) -> Row:
    return {
        "id": f"{young}/i1", "young_id": young, "school": "dole", "programme": "serrurerie", "school_year": "2024-2025",
        "status": "under_review", "contacted_on": [], **said,
    }  # fmt: skip


def an_intake(id: str = "i1", **said: Any) -> Row:
    return {"id": id, "school": "dole", "programme": "serrurerie", "school_year": "2024-2025", "seats": 8, **said}


def some_hours(young: str = "a", **minutes: Any) -> Row:
    kinds = ("production", "practice", "teaching", "placement", "absence_justified", "absence_unjustified")
    row = {"school": "dole", "programme": "serrurerie", "enrolment_id": f"e-{young}"}
    return {**row, **dict.fromkeys(kinds, 0), **minutes}


DOLE = {"id": "dole", "name": "Eccofor", "town": "Dole"}
BESANCON = {"id": "besancon", "name": "Besançon", "town": "Besançon"}
CIO = {"id": "cio-dole", "kind": "cio", "name": "CIO de Dole"}
COLLEGE = {"id": "college-dole", "kind": "college", "name": "Collège de Dole"}
