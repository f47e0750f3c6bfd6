"""What stands beside a figure, in French: those nobody has heard of, and the figures that it never goes without."""

from collections.abc import Callable, Mapping

from services.reporting.indicators.figure import Figure, Part, Share
from shared.events.students import HORIZONS
from shared.web.pages.french import day, euros, number, several

Parts = Mapping[str, Part]
UNKNOWN: Mapping[str, tuple[str, str]] = {"diploma_success": ("résultat attendu", "résultats attendus")}
NO_NEWS = ("sans nouvelles", "sans nouvelles")


def unknown(figure: Figure) -> str:
    """« 3 sans nouvelles », or nothing."""
    return several(figure.unknown, *UNKNOWN.get(figure.indicator.name, NO_NEWS)) if figure.unknown else ""


def beside(figure: Figure) -> list[str]:
    """Those nobody has heard of, then what the design wants beside this figure, where there is some and it may be told."""
    annotate = ANNOTATIONS.get(figure.indicator.name)
    return [text for text in (unknown(figure), *(annotate(figure.parts) if annotate else ())) if text]


def corrected(figure: Figure) -> str:
    """« corrigé le 12 mars 2026 », or since the day as of which it is read; nothing where nothing was."""
    if figure.corrected_on is None:
        return ""
    return f"corrigé {'depuis, ' if figure.corrected_on > figure.day else ''}le {day(figure.corrected_on)}"


def hours(minutes: int) -> str:
    """Minutes as whole hours."""
    return f"{number(minutes / 60)} h"


def spent(cents: int, parts: Parts) -> str:
    """The grants behind the cost: of which year, and the investment, which is apart."""
    so_far = "" if parts["complete"] else ", année en cours, à ce jour"
    investment = euros(_count(parts["investment_cents"]) / 100)
    return f"{euros(cents / 100)} versés en {parts['civil_year']}{so_far} ; investissement à part : {investment}"


def _answers(parts: Parts) -> tuple[str, ...]:
    return (
        _delay("réponse en {} (médiane)", parts["median_open_days"]),
        _delay("premier contact en {}", parts["median_open_days_to_contact"]),
        _some(parts["closed_by_rule"], "close par une règle", "closes par une règle"),
        _some(parts["closed_unanswered"], "close sans réponse", "closes sans réponse"),
        _some(parts["withdrawn"], "retirée, à part", "retirées, à part"),
        _some(parts.get("direct", 0), "candidature directe, à part", "candidatures directes, à part"),
        _some(parts["silent"], "candidature sans réponse", "candidatures sans réponse"),
    )


def _raccrochage(parts: Parts) -> tuple[str, ...]:
    return (_some(parts["other_path"], "vers une autre voie", "vers une autre voie"),)


def _interruption(parts: Parts) -> tuple[str, ...]:
    return (
        _some(parts["did_not_start"], "jamais venu, à part", "jamais venus, à part"),
        _some(parts["gave_up"], "désistement, à part", "désistements, à part"),
    )


def _orders(parts: Parts) -> tuple[str, ...]:
    turnover, minutes = _count(parts["turnover_cents"]), _count(parts["production_minutes"])
    return f"{euros(turnover / 100)} facturés", f"{hours(minutes)} de production"


def _diplomas(parts: Parts) -> tuple[str, ...]:
    return (
        _of(parts["presented_of_last_year"], "présenté", "présentés", "en dernière année"),
        _of(parts["obtained_of_entrants"], "diplômé", "diplômés", "entrants"),
    )


def _studies(parts: Parts) -> tuple[str, ...]:
    apprentices = _count(parts["apprenticeship"])
    return (f"{number(apprentices)} en apprentissage" if apprentices else "",)


def _employment(parts: Parts) -> tuple[str, ...]:
    proved = parts["with_proof"]
    return (f"{number(proved.numerator)} avec preuve" if isinstance(proved, Share) and proved.denominator else "",)


ANNOTATIONS: Mapping[str, Callable[[Parts], tuple[str, ...]]] = {
    "answer_rate": _answers,
    "raccrochage": _raccrochage,
    "interruption": _interruption,
    "orders": _orders,
    "diploma_success": _diplomas,
    "further_studies": _studies,
    **{f"employment_{horizon}": _employment for horizon in HORIZONS},
}


def _count(part: Part) -> int:
    return part if isinstance(part, int) else 0


def _some(part: Part, one: str, many: str) -> str:
    return several(_count(part), one, many) if part else ""


def _of(part: Part, one: str, many: str, population: str) -> str:
    if not isinstance(part, Share) or not part.denominator:
        return ""
    return f"{several(part.numerator, one, many)} sur {number(part.denominator)} {population}"


def _delay(template: str, days: Part) -> str:
    return template.format(several(days, "jour ouvré", "jours ouvrés")) if isinstance(days, float) else ""
