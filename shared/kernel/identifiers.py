"""Identifiers of the field, parsed and checked: UAI, SIRET, INE, RNCP, e-mail. Phones and territories have their own rooms.

Each is an annotated string: pydantic accepts it as people write it, and keeps one form. No sentence quotes what was given.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from stdnum.fr import siret

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


SEPARATORS = re.compile(r"[\s.\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069\ufeff-]")
"""What people put between the signs of an identifier, or a copy brings along: spaces, dots, dashes, marks that nobody sees."""


def bare(value: object) -> object:
    """A text without separators, in capitals."""
    return SEPARATORS.sub("", value).upper() if isinstance(value, str) else value


def checked(test: Callable[[str], bool], sentence: str) -> AfterValidator:
    """A validator that says a French sentence where the test fails."""

    def check(value: str) -> str:
        if not test(value):
            raise PydanticCustomError("identifier", "{sentence}", {"sentence": sentence})
        return value

    return AfterValidator(check)


def shown_as(example: str, **schema: str) -> FieldInfo:
    """What the JSON Schema says of a text: an example, its pattern, or a format of ours where spaces and case are forgiven."""
    schema_field: Any = Field(json_schema_extra={"examples": [example], **schema})
    return schema_field  # type: ignore[no-any-return]


def is_uai(value: str) -> bool:
    """Seven digits and the letter that they give: the 23-letter alphabet at their number modulo 23."""
    well_formed = re.fullmatch(r"[0-9]{7}[A-Z]", value) and not value.startswith("000")  # a department comes first
    return bool(well_formed) and UAI_LETTERS[int(value[:7]) % 23] == value[7]


def is_siret(value: str) -> bool:
    """Fourteen digits: a SIREN with its key, an establishment with its own; La Poste's follow a rule of theirs."""
    return value.isascii() and siret.is_valid(value) and not value.startswith("000000000")


INE = re.compile(
    r"[0-9]{10}[A-Z]"  # BEA, given by an académie until 2018: 1234567890A
    r"|[0-9]{9}[A-Z]{2}"  # RNIE, the national register's since: 123456789AB
    r"|[0-9]{4}A[0-9]{5}[A-Z]"  # of apprentices: 1234A12345F
    r"|[0-9A-Z]{10}[0-9]"  # of higher education: 06A1B2C3D45
)


def is_ine(value: str) -> bool:
    """One of the four forms of the national student number (INE). None has a check letter that we can compute."""
    return bool(INE.fullmatch(value))


def to_email(value: str) -> str:
    """An address in small letters, whose form is right. Its domain is not looked up, and « .test » may stand for one."""
    try:
        return validate_email(value.lower(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:  # its words quote the address
        raise PydanticCustomError("email", "{sentence}", {"sentence": "Cette adresse e-mail n’est pas valable."}) from None


Uai = Annotated[
    str,
    BeforeValidator(bare),
    checked(is_uai, "Ce code UAI n’est pas valable : vérifiez sa lettre de contrôle."),
    shown_as("0250032Z", format="uai"),
]
Siret = Annotated[
    str,
    BeforeValidator(bare),
    checked(is_siret, "Ce SIRET n’est pas valable : 14 chiffres, dont une clé."),
    shown_as("73282932000074", format="siret"),
]
Ine = Annotated[
    str,
    BeforeValidator(bare),
    checked(is_ine, "Cet INE n’a aucune des formes connues : onze signes, comme 1234567890A, 123456789AB ou 1234A12345F."),
    shown_as("1234567890A", format="ine"),
]
Rncp = Annotated[
    str,
    BeforeValidator(bare),
    checked(lambda v: bool(re.fullmatch(r"RNCP[0-9]{1,6}", v)), "Un code RNCP s’écrit RNCP suivi de chiffres."),
    shown_as("RNCP38421", format="rncp"),
]
UaiCode = Annotated[str, StringConstraints(pattern="^[0-9]{7}[A-Z]$"), shown_as("0250032Z", format="uai")]
SiretCode = Annotated[str, StringConstraints(pattern="^[0-9]{14}$"), shown_as("73282932000074", format="siret")]
RncpCode = Annotated[str, StringConstraints(pattern="^RNCP[0-9]{1,6}$"), shown_as("RNCP38421", format="rncp")]
COMMUNE, DEPARTMENT = "^([0-9]{2}|2[AB])[0-9]{3}$", "^([0-9]{2}|2[AB]|97[0-9]|98[0-9])$"
CommuneCode = Annotated[str, StringConstraints(pattern=COMMUNE), shown_as("39198", format="insee-commune")]
DepartmentCode = Annotated[str, StringConstraints(pattern=DEPARTMENT), shown_as("39")]
"""As published and kept: the form alone. What people type is checked by key or list, which change; what was said stays."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60), shown_as("besancon")]
"""A short readable id of an organisation or a programme: besancon, cio-dole, dole-cap-serrurerie."""
KeptPhone = Annotated[str, shown_as("+33381000000", format="phone")]
KeptEmail = Annotated[str, shown_as("conseil@cio.test", format="email-address")]
"""As they were accepted: what is kept stays readable when the libraries' lists change."""
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(to_email),
    shown_as("conseil@cio.test", format="email-address"),
]
