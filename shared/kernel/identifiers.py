"""Identifiers of the field, parsed and checked: UAI, SIRET, INE, RNCP, INSEE commune, department, phone, e-mail.

Each is an annotated string: pydantic accepts it as people write it, and keeps one form. No sentence quotes what was given.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from stdnum.fr import siret

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
OVERSEAS = ("GP", "MQ", "GF", "RE", "YT")
"""Guadeloupe, Martinique, Guyane, La Réunion, Mayotte: dialled like France from France, each with a country code of its own."""


def _bare(value: object) -> object:
    return re.sub(r"[\s\u00a0\u202f.]", "", value).upper() if isinstance(value, str) else value


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
    return bool(re.fullmatch(r"[0-9]{7}[A-Z]", value)) and UAI_LETTERS[int(value[:7]) % 23] == value[7]


def is_siret(value: str) -> bool:
    """Fourteen digits: a SIREN with its key, an establishment with its own; La Poste's follow a rule of theirs."""
    return value.isascii() and siret.is_valid(value)


def is_ine(value: str) -> bool:
    """One of the three forms of the national student number (INE, INA, INE-RNIE). None has a check letter we can compute."""
    return bool(re.fullmatch(r"[0-9]{10}[A-Z]|[0-9]{9}[A-Z]{2}|[0-9A-Z]{10}[0-9]", value))


def is_commune(value: str) -> bool:
    """An INSEE commune code: two digits or 2A, 2B for the department, then three digits."""
    return bool(re.fullmatch(r"([0-9]{2}|2[AB])[0-9]{3}", value))


def to_phone(value: str) -> str:
    """A number in E.164, whether written for France, with a country code, or for an overseas department in national form.

    Its length is judged, not whether an operator lends it: that list is never up to date.
    """
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException:
        raise _no_phone() from None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    has_letters = number.extension or any(letter.isalpha() for letter in value)  # « 0800 FRANCE » is no number
    if not possible or has_letters or _e164(number).startswith("+330"):
        raise _no_phone()
    return _e164(_overseas(number) or number)


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _overseas(number: PhoneNumber) -> PhoneNumber | None:
    """The same national number under the code of the overseas department that has it, if one does."""
    national = f"0{number.national_number}"
    if number.country_code != 33 or national.startswith("08"):  # numbers of special rates are the same everywhere
        return None
    own = (phonenumbers.parse(national, department) for department in OVERSEAS)
    lent = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    return next((one for one in own if phonenumbers.number_type(one) in lent), None)


def _no_phone() -> PydanticCustomError:
    return PydanticCustomError("phone", "Ce numéro de téléphone n’est pas valable : dix chiffres, ou + et l’indicatif du pays.")


def to_email(value: str) -> str:
    """An address in small letters, whose form is right. Its domain is not looked up, and « .test » may stand for one."""
    try:
        return validate_email(value.lower(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:  # its words quote the address
        raise PydanticCustomError("email", "Cette adresse e-mail n’est pas valable.") from None


Uai = Annotated[
    str,
    BeforeValidator(_bare),
    checked(is_uai, "Ce code UAI n’est pas valable : vérifiez sa lettre de contrôle."),
    shown_as("0250032Z", format="uai"),
]
Siret = Annotated[
    str,
    BeforeValidator(_bare),
    checked(is_siret, "Ce SIRET n’est pas valable : 14 chiffres, dont une clé."),
    shown_as("73282932000074", format="siret"),
]
Ine = Annotated[
    str,
    BeforeValidator(_bare),
    checked(is_ine, "Cet INE n’a aucune des trois formes connues."),
    shown_as("1234567890A", format="ine"),
]
Commune = Annotated[
    str,
    BeforeValidator(_bare),
    checked(is_commune, "Ce code commune INSEE n’est pas valable."),
    shown_as("39198", format="insee-commune"),
]
Rncp = Annotated[
    str,
    BeforeValidator(_bare),
    checked(lambda v: bool(re.fullmatch(r"RNCP[0-9]{1,6}", v)), "Un code RNCP s’écrit RNCP suivi de chiffres."),
    shown_as("RNCP38421", format="rncp"),
]
DEPARTMENT = r"([0-9]{2}|2[AB]|97[0-9])"
Department = Annotated[
    str,
    checked(lambda v: bool(re.fullmatch(DEPARTMENT, v)), "Un département s’écrit 25, 2A ou 974."),
    shown_as("39", pattern=f"^{DEPARTMENT}$"),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60), shown_as("besancon")]
"""A short readable id of an organisation or a programme: besancon, cio-dole, dole-cap-serrurerie."""
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=40),
    AfterValidator(to_phone),
    shown_as("+33381000000", format="phone"),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(to_email),
    shown_as("conseil@cio.test", format="email-address"),
]
