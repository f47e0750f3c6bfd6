"""Figures in French words, as the dashboard shows them. Small numbers are numbers of people, not percentages."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.reporting.dashboard.annotations import beside, hours, spent, unknown
from services.reporting.disclosure import Masking
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.funnel import Step
from services.reporting.settings import Settings
from shared.web.pages.french import euros, month, number, percent, several

NOBODY: Mapping[str, str] = {
    "answer_rate": "aucune demande reçue",
    "raccrochage": "personne n'a été orienté hors de l'école il y a 15 mois ou plus",
    "occupancy": "aucune place ouverte cette année scolaire",
    "interruption": "personne n'est encore entré",
    "production_share": "aucune heure saisie",
    "practice_share": "aucune heure saisie",
    "orders": "aucune commande terminée",
    "diploma_success": "personne ne s'est encore présenté",
    "further_studies": "personne n'est encore sorti",
    "cost": "aucun élève présent",
}
NOT_DUE, ALL_CONTINUE = "personne n'est sorti depuis assez longtemps", "tous poursuivent leurs études"


@dataclass(frozen=True)
class Shown:
    """A figure ready to read: the words, what goes under them, and the bar that draws it (None where it would say too much)."""

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
    """There is nothing to say yet, or nothing that may be said."""


def shown(figure: Figure, settings: Settings) -> Shown:
    """One figure in words."""
    said = figure.indicator
    main, detail, quiet = _main(figure, settings)
    draws = not quiet and figure.value is not None and said.name != "cost"
    reference = said.reference
    return Shown(
        name=said.name,
        label=said.label,
        main=main,
        detail=detail,
        formula=said.formula,
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
        return f"masqué (moins de {settings.masked_below})", "cumulez les rentrées pour en voir plus", True
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


CONCLUSIONS = (
    (
        "insertion_entrants",
        ("jeune sorti de formation", "jeunes sortis de formation"),
        ("est en emploi ou en études six mois après", "sont en emploi ou en études six mois après"),
    ),
    (
        "diploma_success",
        ("jeune présenté à l'examen", "jeunes présentés à l'examen"),
        ("a obtenu son diplôme", "ont obtenu leur diplôme"),
    ),
)
"""What can be concluded, the furthest first: an indicator, who it speaks of, what they did."""


REACHED: Mapping[str, tuple[str, str]] = {
    "started": ("jeune est entré à l'atelier", "jeunes sont entrés à l'atelier"),
    "referred": ("jeune a été orienté vers une école", "jeunes ont été orientés vers une école"),
    "applied": ("jeune a une candidature", "jeunes ont une candidature"),
}
SET_OUT: Mapping[str, tuple[str, str]] = {"referred": ("jeune orienté", "jeunes orientés"), "applied": ("candidat", "candidats")}
"""Who stands at the first step."""


def conclusion(figures: Mapping[str, Figure], steps: list[Step], nobody: str) -> str:
    """The answer to the page's one question, « what became of them? », with its figure: the furthest that can be said."""
    for name, people_are, verbs in CONCLUSIONS:
        figure = figures[name]
        if figure.numerator is not None and figure.denominator and figure.denominator > (figure.unknown or 0):
            rest = f" ; {unknown(figure)}" if figure.unknown else ""
            subject = several(figure.numerator, *people_are)
            return f"{subject} sur {number(figure.denominator)} {verbs[figure.numerator > 1]}{rest}."
    people = {step.name: step.people for step in steps}
    for name in ("started", steps[0].name):
        if count := people[name]:
            return f"{several(count, *REACHED[name])}."
    return nobody


def nobody(*, scoped: bool, cohort: bool, past: bool) -> str:
    """There is nobody to speak of: here, for that entry, or as of that day."""
    where = " et ".join(words for words, asked in (("dans ce périmètre", scoped), ("pour cette rentrée", cohort)) if asked)
    if where:
        return f"Personne {where}, d'après ce que l'on savait ce jour-là." if past else f"Personne {where}."
    return "Personne n'avait encore été orienté ce jour-là." if past else "Personne n'a encore été orienté."


def funnel_title(steps: list[Step]) -> str:
    """What the bars say."""
    first, started = steps[0], next(step.people for step in steps if step.name == "started")
    if first.people is None or started is None:
        return "Étape par étape, jusqu'à l'insertion"
    return f"Sur {several(first.people, *SET_OUT[first.name])}, {several(started, 'est entré', 'sont entrés')} à l'atelier"


def schools_title(occupancies: list[Figure]) -> str:
    """What the table of schools says: the seats left, where seats are read (they are not by cohort)."""
    if not occupancies:
        return "École par école"
    left = sum((figure.denominator or 0) - (figure.numerator or 0) for figure in occupancies)
    if not any(figure.denominator for figure in occupancies):
        return "Les écoles, sans rentrée ouverte cette année scolaire"
    return (
        f"{several(left, 'place libre', 'places libres')} cette année scolaire" if left > 0 else "Toutes les places sont prises"
    )


def masking_words(masking: Masking) -> str | None:
    """The thresholds in force, for who they concern."""
    if not masking.masked_below:
        return None
    return (
        f"Les taux qui portent sur moins de {masking.masked_below} personnes sont masqués ; "
        f"en dessous de {masking.shares_from}, on lit des nombres, pas des pourcentages."
    )
