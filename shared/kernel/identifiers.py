"""Identifiers of the field, parsed and checked: UAI, SIRET, INE, RNCP, INSEE commune, department.

Each is an annotated string: pydantic accepts it with spaces and in lower case, and keeps the bare upper-case form.
"""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
LA_POSTE = "356000000"


def _bare(value: object) -> object:
    return re.sub(r"[\s\u00a0\u202f.]", "", value).upper() if isinstance(value, str) else value


def checked(test: Callable[[str], bool], sentence: str) -> AfterValidator:
    """A validator that says a French sentence where the test fails."""

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


Uai = Annotated[str, BeforeValidator(_bare), checked(is_uai, "Ce code UAI n'est pas valable : vérifiez sa lettre de contrôle.")]
Siret = Annotated[str, BeforeValidator(_bare), checked(is_siret, "Ce SIRET n'est pas valable : 14 chiffres, dont une clé.")]
Ine = Annotated[str, BeforeValidator(_bare), checked(is_ine, "Cet INE n'a aucune des trois formes connues.")]
Commune = Annotated[str, BeforeValidator(_bare), checked(is_commune, "Ce code commune INSEE n'est pas valable.")]
Rncp = Annotated[
    str,
    BeforeValidator(_bare),
    checked(lambda v: bool(re.fullmatch(r"RNCP[0-9]{1,6}", v)), "Un code RNCP s'écrit RNCP suivi de chiffres."),
]
Department = Annotated[
    str, checked(lambda v: bool(re.fullmatch(r"[0-9]{2}|2[AB]|97[0-9]", v)), "Un département s'écrit 25, 2A ou 974.")
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A short readable id of an organisation or a programme: besancon, cio-dole, dole-cap-serrurerie."""
