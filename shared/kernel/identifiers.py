"""Identifiers of the field, parsed and checked: UAI, SIRET, INE, RNCP, INSEE commune, months, weeks, school years.

Each is an annotated string: pydantic accepts it with spaces and in lower case, and keeps the bare upper-case form.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
LA_POSTE = "356000000"


def _bare(value: object) -> object:
    return re.sub(r"[\s\u00a0\u202f.]", "", value).upper() if isinstance(value, str) else value


def _checked(test: Callable[[str], bool], sentence: str) -> AfterValidator:
    def check(value: str) -> str:
        if not test(value):
            raise PydanticCustomError("identifier", "{sentence}", {"sentence": sentence})
        return value

    return AfterValidator(check)


def is_uai(value: str) -> bool:
    """Seven digits and the letter that they give: the 23-letter alphabet at their number modulo 23."""
    return bool(re.fullmatch(r"[0-9]{7}[A-Z]", value)) and UAI_LETTERS[int(value[:7]) % 23] == value[7]


def luhn(digits: str) -> bool:
    """The checksum of bank cards and SIRET: every second digit from the right doubled, the sum a multiple of ten."""
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_siret(value: str) -> bool:
    """Fourteen digits that pass Luhn; La Poste's establishments may instead have a digit sum multiple of five."""
    if not re.fullmatch(r"[0-9]{14}", value):
        return False
    la_poste = value.startswith(LA_POSTE) and sum(map(int, value)) % 5 == 0
    return luhn(value) or la_poste


def is_ine(value: str) -> bool:
    """One of the three forms of the national student number (INE, INA, INE-RNIE). None has a check letter we can compute."""
    return bool(re.fullmatch(r"[0-9]{10}[A-Z]|[0-9]{9}[A-Z]{2}|[0-9A-Z]{10}[0-9]", value))


def is_commune(value: str) -> bool:
    """An INSEE commune code: two digits or 2A, 2B for the department, then three digits."""
    return bool(re.fullmatch(r"([0-9]{2}|2[AB])[0-9]{3}", value))


def is_week(value: str) -> bool:
    """An ISO week such as 2025-W37 that exists in its year, of this century."""
    try:
        monday_of(value)
    except ValueError:
        return False
    return bool(re.fullmatch(r"[0-9]{4}-W[0-9]{2}", value)) and 2000 <= int(value[:4]) <= 2100


def is_school_year(value: str) -> bool:
    """Two consecutive years: 2025-2026."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{4})", value)
    return bool(found) and int(found[2]) == int(found[1]) + 1  # type: ignore[index]


def monday_of(week: str) -> date:
    """The Monday of an ISO week. Raises ValueError when the year has no such week."""
    return date.fromisoformat(f"{week}-1")


def week_of(day: date) -> str:
    """The ISO week of a day, as 2025-W37."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def school_year_of(day: date) -> str:
    """The school year a day belongs to; it turns on the first of August."""
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}-{first + 1}"


def following(school_year: str) -> str:
    """The school year after this one."""
    first = int(school_year[:4]) + 1
    return f"{first}-{first + 1}"


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a month too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def age_on(birth_month: str, day: date) -> int:
    """The age surely reached on a day by someone born in a month: counted from that month's last day."""
    year, month = map(int, birth_month.split("-"))
    born = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return day.year - born.year - (months_after(born, 12 * (day.year - born.year)) > day)


Uai = Annotated[str, BeforeValidator(_bare), _checked(is_uai, "Ce code UAI n'est pas valable : vérifiez sa lettre de contrôle.")]
Siret = Annotated[str, BeforeValidator(_bare), _checked(is_siret, "Ce SIRET n'est pas valable : 14 chiffres, dont une clé.")]
Ine = Annotated[str, BeforeValidator(_bare), _checked(is_ine, "Cet INE n'a aucune des trois formes connues.")]
Commune = Annotated[str, BeforeValidator(_bare), _checked(is_commune, "Ce code commune INSEE n'est pas valable.")]
Rncp = Annotated[
    str,
    BeforeValidator(_bare),
    _checked(lambda v: bool(re.fullmatch(r"RNCP[0-9]{1,6}", v)), "Un code RNCP s'écrit RNCP suivi de chiffres."),
]
Week = Annotated[str, _checked(is_week, "Cette semaine n'existe pas ; on l'écrit 2025-W37.")]
SchoolYear = Annotated[str, _checked(is_school_year, "Une année scolaire s'écrit 2025-2026.")]
BirthMonth = Annotated[
    str, _checked(lambda v: bool(re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", v)), "Un mois de naissance s'écrit 2009-05.")
]
Department = Annotated[
    str, _checked(lambda v: bool(re.fullmatch(r"[0-9]{2}|2[AB]|97[0-9]", v)), "Un département s'écrit 25, 2A ou 974.")
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A short readable id of an organisation or a programme: besancon, cio-dole, dole-cap-serrurerie."""
