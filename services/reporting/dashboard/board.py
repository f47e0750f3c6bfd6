"""What the dashboard says of one scope: the values of its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.dashboard.labels import conclusion, funnel_title, masking_words, nobody, schools_title, shown
from services.reporting.disclosure import Masking
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.funnel import Step
from services.reporting.indicators.perimeter import NETWORK, Known, Perimeter
from services.reporting.readings import Reading
from services.reporting.settings import Settings
from shared.web.pages.french import number, percent

COMPARED = ("diploma_success", "insertion_entrants", "insertion_finishers", "production_share", "practice_share")
BY_SCHOOL: Mapping[str, str] = {
    "occupancy": "Places occupées",
    "interruption": "Interruptions",
    "production_share": "Production",
    "diploma_success": "Diplômés",
    "insertion_entrants": "Insertion à 6 mois",
    "orders": "Commandes à temps",
}
KINDS: Mapping[str, str] = {
    "cio": "CIO", "mission_locale": "Missions locales", "mlds": "MLDS", "psad": "PSAD", "college": "Collèges",
    "social_service": "Services sociaux", "employer": "Employeurs",
}  # fmt: skip
Group = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class Line:
    """A row of a table."""

    id: str
    head: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Board:
    """One reading, as one reader may see it."""

    reading: Reading
    masking: Masking
    settings: Settings

    def values(self, scope: Perimeter, cohort: str | None, *, past: bool) -> dict[str, Any]:
        """Everything that changes in the page, of today or as known on a day of the past."""
        figures = self._figures(scope, cohort)
        steps = self.masking.funnel(self.reading.funnel(scope, cohort), figures)
        words = {name: shown(figure, self.settings) for name, figure in figures.items()}
        schools = self._schools(cohort) if scope == NETWORK else []
        return {
            "day": self.reading.known.day,
            "heading": heading(self.reading.known, scope) + (f", entrés en {cohort}" if cohort else ""),
            "conclusion": conclusion(figures, steps, nobody(scoped=scope != NETWORK, cohort=cohort is not None, past=past)),
            "empty": all(not figure.denominator and not figure.masked for figure in figures.values()),
            "compared": [words[name] for name in COMPARED],
            "others": [one for name, one in words.items() if name not in COMPARED],
            "funnel_title": funnel_title(steps),
            "funnel": steps,
            "funnel_rows": [self._step(step, steps[0]) for step in steps],
            "schools_title": schools_title([figures["occupancy"] for _, figures in schools if "occupancy" in figures]),
            "school_heads": ["École", *(head for name, head in BY_SCHOOL.items() if name in figures)],
            "schools": [self._school(row, theirs) for row, theirs in schools],
            "formulas": [Line(one.name, one.label, (one.main, one.detail, one.formula)) for one in words.values()],
            "masking": masking_words(self.masking),
            "masked_below": self.masking.masked_below,
        }

    def _figures(self, scope: Perimeter, cohort: str | None) -> dict[str, Figure]:
        return {figure.indicator.name: self.masking.figure(figure) for figure in self.reading.figures(scope, cohort)}

    def _schools(self, cohort: str | None) -> list[tuple[Mapping[str, Any], dict[str, Figure]]]:
        rows = sorted(self.reading.known.schools, key=lambda row: str(row["name"]))
        return [(row, self._figures(Perimeter("school", row["id"]), cohort)) for row in rows]

    def _school(self, row: Mapping[str, Any], figures: Mapping[str, Figure]) -> Line:
        words = [shown(figures[name], self.settings) for name in BY_SCHOOL if name in figures]
        cells = [f"{one.main}, {one.unknown}" if one.unknown else one.main for one in words]
        return Line(row["id"], f"{row['name']}, {row['town']}" if row["town"] not in row["name"] else row["name"], cells)

    def _step(self, step: Step, first: Step) -> Line:
        if step.people is None or first.people is None:
            return Line(step.name, step.label, (f"masqué (moins de {self.masking.masked_below})", "–"))
        few = first.people < max(self.masking.shares_from, self.settings.shares_from)
        of = f"{number(step.people)} sur {number(first.people)}" if few else percent(step.people / first.people)
        return Line(step.name, step.label, (number(step.people), of if first.people else "–"))


def heading(known: Known, scope: Perimeter) -> str:
    """The scope in words."""
    match scope.kind:
        case "school":
            return next(str(row["name"]) for row in known.schools if row["id"] == scope.id)
        case "programme":
            return next(str(row["title"]) for row in known.programmes if row["programme"] == scope.id)
        case "agency_kind":
            return f"Jeunes orientés par : {KINDS[scope.id]}"
        case _:
            return "Réseau des Écoles de Production"


def scopes(known: Known) -> list[Group]:
    """Every scope that may be chosen, in groups."""
    titles = {str(row["programme"]): str(row["title"]) for row in known.programmes}
    kinds = {str(row["kind"]) for row in known.agencies}
    return [
        ("", [("network", "Tout le réseau")]),
        ("Écoles", _sorted((f"school:{row['id']}", row["name"]) for row in known.schools)),
        ("Formations", _sorted((f"programme:{id}", title) for id, title in titles.items())),
        ("Orienteurs", [(f"agency_kind:{kind}", words) for kind, words in KINDS.items() if kind in kinds]),
    ]


def cohorts(known: Known, chosen: str) -> list[Group]:
    """Every school year for which somebody was enrolled, and the one chosen, the last first."""
    years = sorted({e.entry_year for e in known.all_enrolments} | ({chosen} if chosen else set()), reverse=True)
    return [("", [("", "Toutes les rentrées"), *((year, year) for year in years)])]


def _sorted(choices: Any) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: str(choice[1]))
