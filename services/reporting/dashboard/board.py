"""What the dashboard says of one perimeter, part by part as it stands on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.dashboard.figures import FigureView, figure_view
from services.reporting.dashboard.labels import (
    conclusion,
    funnel_title,
    heading,
    masked_label,
    masking_label,
    nobody,
    schools_title,
)
from services.reporting.disclosure import Masking
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.funnel import Step
from services.reporting.indicators.perimeter import NETWORK, Perimeter, a_school
from services.reporting.projections.schools import SchoolRow
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
Figures = Mapping[str, Figure]
"""By indicator."""


@dataclass(frozen=True)
class Line:
    """A row of a table."""

    id: str
    head: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Funnel:
    """The way from referral to insertion, as bars and as a table."""

    title: str
    steps: Sequence[Step]
    masked: str
    """What stands in the place of a masked number."""
    lines: Sequence[Line]


@dataclass(frozen=True)
class Schools:
    """School by school. No lines where a perimeter was chosen."""

    title: str
    heads: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Board:
    """Everything that changes in the page."""

    day: date
    heading: str
    conclusion: str
    is_empty: bool
    compared: Sequence[FigureView]
    others: Sequence[FigureView]
    funnel: Funnel
    schools: Schools
    formulas: Sequence[Line]
    masking: str | None


@dataclass(frozen=True)
class Presenter:
    """Makes boards of one reading, as one reader may see it."""

    reading: Reading
    masking: Masking
    settings: Settings

    def board(self, perimeter: Perimeter, cohort: str | None, *, past: bool) -> Board:
        """The board of today, or as known on a day of the past."""
        figures = self._figures(perimeter, cohort)
        steps = self.masking.funnel(self.reading.funnel(perimeter, cohort), figures)
        views = {name: figure_view(figure, self.settings) for name, figure in figures.items()}
        nobody_there = nobody(chosen=perimeter != NETWORK, cohort=cohort is not None, past=past)
        return Board(
            day=self.reading.tables.day,
            heading=heading(self.reading.tables, perimeter) + (f", entrés en {cohort}" if cohort else ""),
            conclusion=conclusion(figures, steps, nobody_there),
            is_empty=all(not figure.denominator and not figure.masked for figure in figures.values()),
            compared=[views[name] for name in COMPARED],
            others=[view for name, view in views.items() if name not in COMPARED],
            funnel=self._funnel(steps),
            schools=self._schools(cohort, figures) if perimeter == NETWORK else Schools("", (), ()),
            formulas=[Line(view.name, view.label, (view.main, view.detail, view.formula)) for view in views.values()],
            masking=masking_label(self.masking),
        )

    def _figures(self, perimeter: Perimeter, cohort: str | None) -> Figures:
        return {figure.indicator.name: self.masking.figure(figure) for figure in self.reading.figures(perimeter, cohort)}

    def _funnel(self, steps: Sequence[Step]) -> Funnel:
        lines = [self._step(step, steps[0]) for step in steps]
        return Funnel(funnel_title(steps), steps, masked_label(self.masking.masked_below), lines)

    def _schools(self, cohort: str | None, network: Figures) -> Schools:
        rows = sorted(self.reading.tables.schools, key=lambda row: row.name)
        of_each = [(row, self._figures(a_school(row.id), cohort)) for row in rows]
        occupancies = [figures["occupancy"] for _, figures in of_each if "occupancy" in figures]
        heads = ["École", *(head for name, head in BY_SCHOOL.items() if name in network)]
        return Schools(schools_title(occupancies), heads, [self._school(row, figures) for row, figures in of_each])

    def _school(self, row: SchoolRow, figures: Figures) -> Line:
        views = [figure_view(figures[name], self.settings) for name in BY_SCHOOL if name in figures]
        cells = [f"{view.main}, {view.unknown}" if view.unknown else view.main for view in views]
        return Line(row.id, row.name if row.town in row.name else f"{row.name}, {row.town}", cells)

    def _step(self, step: Step, first: Step) -> Line:
        if step.people is None or first.people is None:
            return Line(step.name, step.label, (masked_label(self.masking.masked_below), "–"))
        few = first.people < max(self.masking.shares_from, self.settings.shares_from)
        of = f"{number(step.people)} sur {number(first.people)}" if few else percent(step.people / first.people)
        return Line(step.name, step.label, (number(step.people), of if first.people else "–"))
