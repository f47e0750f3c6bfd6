"""A figure as the dashboard shows it. Small numbers are numbers of people, not percentages."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.reporting.dashboard.annotations import beside, corrected, hours, spent, unknown
from services.reporting.dashboard.labels import masked_label
from services.reporting.indicators.figure import Figure
from services.reporting.settings import Settings
from shared.web.pages.french import euros, month, number, percent

NOBODY: Mapping[str, str] = {
    "answer_rate": "aucune demande reçue",
    "raccrochage": "personne n’a été orienté hors de l’école il y a 15 mois ou plus",
    "occupancy": "aucune place ouverte cette année scolaire",
    "interruption": "personne n’est encore entré",
    "production_share": "aucune heure saisie",
    "practice_share": "aucune heure saisie",
    "orders": "aucune commande terminée",
    "diploma_success": "personne ne s’est encore présenté",
    "further_studies": "personne n’est encore sorti",
    "cost": "aucun élève présent",
}
NOT_DUE, ALL_CONTINUE = "personne n’est sorti depuis assez longtemps", "tous poursuivent leurs études"


@dataclass(frozen=True)
class FigureView:
    """A figure ready to read: its value, what goes under them, and the bar that draws it (None where it would say too much)."""

    name: str
    label: str
    main: str
    detail: str
    formula: str
    reference: str | None = None
    reference_source: str | None = None
    mark: float | None = None
    bar: float | None = None
    bar_high: float | None = None
    unknown: str = ""
    """Those of the figure of whom nothing is known yet, where it has some."""
    quiet: bool = False
    """There is nothing to say yet, or nothing that may be indicator."""


def figure_view(figure: Figure, settings: Settings) -> FigureView:
    """One figure, ready to read."""
    indicator = figure.indicator
    main, detail, quiet = _main(figure, settings)
    draws = not quiet and figure.value is not None and indicator.name != "cost"
    reference = indicator.reference
    return FigureView(
        name=indicator.name,
        label=indicator.label,
        main=main,
        detail=" ; ".join(text for text in (detail, corrected(figure)) if text),
        formula=indicator.formula,
        reference=reference.label if reference else None,
        reference_source=_source(figure),
        mark=reference.value if reference else None,
        bar=figure.value if draws else None,
        bar_high=figure.high if draws else None,
        unknown=unknown(figure),
        quiet=quiet,
    )


def _source(figure: Figure) -> str | None:
    reference = figure.indicator.reference
    if reference is None:
        return None
    return f"{reference.source}, {month(reference.published)}" if reference.published else reference.source


def _main(figure: Figure, settings: Settings) -> tuple[str, str, bool]:
    name, numerator, denominator = figure.indicator.name, figure.numerator, figure.denominator
    if figure.masked or numerator is None or denominator is None:
        return masked_label(settings.masked_below), "cumulez les rentrées pour en voir plus", True
    if not denominator:
        return "–", ALL_CONTINUE if figure.parts.get("due") else NOBODY.get(name, NOT_DUE), True
    if name == "cost":
        if figure.value is None:
            return "–", "aucune subvention de la Région propre à ce périmètre", True
        return euros(figure.value), spent(numerator, figure.parts), False
    if figure.indicator.unit == "minutes":
        return percent(numerator / denominator), f"{hours(numerator)} sur {hours(denominator)}", False
    counted = f"{number(numerator)} sur {number(denominator)}"
    if figure.low is None or figure.high is None or denominator < settings.shares_from:
        return counted, " ; ".join(beside(figure)), False
    return _between(figure.low, figure.high), " ; ".join((counted, *beside(figure))), False


def _between(low: float, high: float) -> str:
    least, most = percent(low), percent(high)
    return least if least == most else f"entre {least} et {most}"
