"""The dashboard's sentences and titles, in French."""

from collections.abc import Mapping, Sequence

from services.reporting.dashboard.annotations import unknown
from services.reporting.disclosure import Masking
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.funnel import Step
from services.reporting.indicators.perimeter import Perimeter, PerimeterKind
from services.reporting.tables import Tables
from shared.events.referral import AgencyKind
from shared.web.pages.french import number, several

AGENCY_KINDS: Mapping[AgencyKind, str] = {
    AgencyKind.CIO: "CIO",
    AgencyKind.MISSION_LOCALE: "Missions locales",
    AgencyKind.MLDS: "MLDS",
    AgencyKind.PSAD: "PSAD",
    AgencyKind.COLLEGE: "Collèges",
    AgencyKind.SOCIAL_SERVICE: "Services sociaux",
    AgencyKind.EMPLOYER: "Employeurs",
}
CONCLUSIONS = (
    (
        "insertion_entrants",
        ("jeune sorti de formation", "jeunes sortis de formation"),
        ("est en emploi ou en études six mois après", "sont en emploi ou en études six mois après"),
    ),
    (
        "diploma_success",
        ("jeune présenté à l’examen", "jeunes présentés à l’examen"),
        ("a obtenu son diplôme", "ont obtenu leur diplôme"),
    ),
)
"""What can be concluded, the furthest first: an indicator, who it speaks of, what they did."""
REACHED: Mapping[str, tuple[str, str]] = {
    "started": ("jeune est entré à l’atelier", "jeunes sont entrés à l’atelier"),
    "referred": ("jeune a été orienté vers une école", "jeunes ont été orientés vers une école"),
    "applied": ("jeune a une candidature", "jeunes ont une candidature"),
}
SET_OUT: Mapping[str, tuple[str, str]] = {"referred": ("jeune orienté", "jeunes orientés"), "applied": ("candidat", "candidats")}
"""Who stands at the first step."""


def conclusion(figures: Mapping[str, Figure], steps: Sequence[Step], nobody: str) -> str:
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


def nobody(*, chosen: bool, cohort: bool, past: bool) -> str:
    """There is nobody to speak of: here, for that entry, or as of that day."""
    where = " et ".join(label for label, filtered in (("dans ce périmètre", chosen), ("pour cette rentrée", cohort)) if filtered)
    if where:
        return f"Personne {where}, d’après ce que l’on savait ce jour-là." if past else f"Personne {where}."
    return "Personne n’avait encore été orienté ce jour-là." if past else "Personne n’a encore été orienté."


def funnel_title(steps: Sequence[Step]) -> str:
    """What the bars say."""
    first, started = steps[0], next(step.people for step in steps if step.name == "started")
    if first.people is None or started is None:
        return "Étape par étape, jusqu’à l’insertion"
    return f"Sur {several(first.people, *SET_OUT[first.name])}, {several(started, 'est entré', 'sont entrés')} à l’atelier"


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


def masking_label(masking: Masking) -> str | None:
    """The thresholds in force, for who they concern."""
    if not masking.masked_below:
        return None
    return (
        f"Les taux qui portent sur moins de {masking.masked_below} personnes sont masqués ; "
        f"en dessous de {masking.shares_from}, on lit des nombres, pas des pourcentages."
    )


def masked_label(below: int) -> str:
    """In the place of what is masked."""
    return f"masqué (moins de {below})"


def heading(tables: Tables, perimeter: Perimeter) -> str:
    """The name of a perimeter."""
    match perimeter.kind:
        case PerimeterKind.NETWORK:
            return "Réseau des Écoles de Production"
        case PerimeterKind.SCHOOL:
            return next(row.name for row in tables.schools if row.id == perimeter.id)
        case PerimeterKind.PROGRAMME:
            return tables.title_of(perimeter.id)
        case PerimeterKind.AGENCY_KIND:
            return f"Jeunes orientés par : {AGENCY_KINDS[AgencyKind(perimeter.id)]}"
