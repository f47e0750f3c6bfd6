"""Phone numbers, kept in E.164 however they are written in France, overseas or abroad."""

import re
from typing import Annotated

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared.kernel.identifiers import shown_as

FRANCE = 33
BLOCKS = {
    "590": ("590", "690", "691"),  # Guadeloupe, Saint-Martin, Saint-Barthélemy
    "594": ("594", "694"),  # Guyane
    "596": ("596", "696", "697"),  # Martinique
    "262": ("262", "263", "269", "639", "692", "693"),  # La Réunion, Mayotte
}
"""The blocks that the national numbering plan (Arcep) gives overseas, by country code, lent to somebody yet or not."""
OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM")
"""Dialled like France from France, each with a country code of its own."""
MIQUELON = re.compile(r"508([0-9]{6})")
"""0508 41 12 34 from France is +508 41 12 34."""


def to_phone(value: str) -> str:
    """A number in E.164, whether written for France, with a country code, or for an overseas department in national form.

    Its length is judged, not whether an operator lends it: that list is never up to date.
    """
    spaced = re.sub(r"\s", " ", value)
    try:
        number = phonenumbers.parse(spaced, "FR")
    except phonenumbers.NumberParseException:
        raise _no_phone() from None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    has_letters = number.extension or any(letter.isalpha() for letter in value)  # « 0800 FRANCE » is no number
    if not possible or has_letters or _e164(number).startswith("+330"):
        raise _no_phone()
    return _overseas(number) or _e164(number)


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _overseas(number: PhoneNumber) -> str | None:
    """The same number under the code of the overseas department or collectivity that has it, if one does."""
    national = str(number.national_number)
    if number.country_code in (FRANCE, 508) and (found := MIQUELON.fullmatch(national)):
        return f"+508{found[1]}"
    if number.country_code != FRANCE or national.startswith("8"):  # numbers of special rates are the same everywhere
        return None
    by_plan = next((f"+{code}{national}" for code, blocks in BLOCKS.items() if national.startswith(blocks)), None)
    return by_plan or _lent_overseas(national)


def _lent_overseas(national: str) -> str | None:
    """What the plan gives to all of France and libphonenumber knows to be lent overseas: 0708 40 …, 0976 …"""
    lent = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.VOIP)
    own = (phonenumbers.parse(f"0{national}", place) for place in OVERSEAS)
    return next((_e164(one) for one in own if phonenumbers.number_type(one) in lent), None)


def _no_phone() -> PydanticCustomError:
    sentence = "Ce numéro de téléphone n’est pas valable : dix chiffres, ou + et l’indicatif du pays."
    return PydanticCustomError("phone", "{sentence}", {"sentence": sentence})


Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(to_phone), shown_as("+33381000000", format="phone")]
