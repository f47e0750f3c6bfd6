"""What may be chosen on the dashboard: perimeters and cohorts, in groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.reporting.dashboard.labels import AGENCY_KINDS
from services.reporting.indicators.perimeter import NETWORK, Perimeter, PerimeterKind, a_school
from services.reporting.tables import Tables

Choice = tuple[str, str]
"""A value and its label."""
Group = tuple[str, list[Choice]]


@dataclass(frozen=True)
class Filters:
    """What was chosen, as the address writes it, and what may be."""

    scope: str
    cohort: str
    as_of: str
    today: date
    perimeters: list[Group]
    cohorts: list[Group]

    @property
    def chosen(self) -> bool:
        """Whether anything but the whole network, today."""
        return self.scope != str(NETWORK) or bool(self.cohort or self.as_of)


def perimeters(tables: Tables) -> list[Group]:
    """Every perimeter that may be chosen."""
    titles = {row.programme: tables.title_of(row.programme) for row in tables.programmes}
    kinds = {row.kind for row in tables.agencies}
    return [
        ("", [(str(NETWORK), "Tout le réseau")]),
        ("Écoles", _sorted((str(a_school(row.id)), row.name) for row in tables.schools)),
        ("Formations", _sorted((str(Perimeter(PerimeterKind.PROGRAMME, id)), title) for id, title in titles.items())),
        (
            "Orienteurs",
            [(str(Perimeter(PerimeterKind.AGENCY_KIND, kind)), label) for kind, label in AGENCY_KINDS.items() if kind in kinds],
        ),
    ]


def cohorts(tables: Tables, chosen: str) -> list[Group]:
    """Every school year for which somebody was enrolled, and the one chosen, the last first."""
    years = {row.entry_year for row in tables.enrolments} | ({chosen} if chosen else set())
    return [("", [("", "Toutes les rentrées"), *((year, year) for year in sorted(years, reverse=True))])]


def _sorted(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: choice[1])
