"""Phone numbers, kept in E.164 however they are written in France, overseas or abroad."""

import re
from functools import lru_cache
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
PLAIN = re.compile(r"(?:0|\+33 ?)([1-9](?:[ .-]?[0-9]{2}){4})")
"""As nearly everybody writes a French number."""
MIQUELON = re.compile(r"508([0-9]{6})")
"""0508 41 12 34 from France is +508 41 12 34."""


def to_phone(value: str) -> str:
    """A number in E.164, whether written for France, with a country code, or for an overseas department in national form.

    Its length is judged, not whether an operator lends it: that list is never up to date.
    """
    if plain := PLAIN.fullmatch(value):  # the library would say the same, at length
        national = re.sub(r"[ .-]", "", plain[1])
        return _overseas(FRANCE, national) or f"+33{national}"
    spaced = re.sub(r"\s", " ", value)
    try:
        number = phonenumbers.parse(spaced, "FR")
    except phonenumbers.NumberParseException:
        raise _no_phone() from None
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    has_letters = number.extension or any(letter.isalpha() for letter in value)  # « 0800 FRANCE » is no number
    if not possible or has_letters or _e164(number).startswith("+330"):
        raise _no_phone()
    return _overseas(number.country_code or 0, str(number.national_number)) or _e164(number)


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _overseas(country_code: int, national: str) -> str | None:
    """The same number under the code of the overseas department or collectivity that has it, if one does."""
    if country_code in (FRANCE, 508) and (found := MIQUELON.fullmatch(national)):
        return f"+508{found[1]}"
    if country_code != FRANCE or national.startswith("8"):  # numbers of special rates are the same everywhere
        return None
    by_plan = next((f"+{code}{national}" for code, blocks in BLOCKS.items() if national.startswith(blocks)), None)
    if by_plan or len(national) != 9:
        return by_plan or _lent_overseas(national)
    code = _code_of_block(national[:5])
    return f"{code}{national}" if code else None


@lru_cache(maxsize=10_000)
def _code_of_block(block: str) -> str:
    """The country code of the numbers that begin with these five digits; empty where it is France's own.

    Operators are lent ten thousand numbers at a time: no rule of the library looks at the last four.
    """
    one = f"{block}0000"
    return (_lent_overseas(one) or one).removesuffix(one)


def _lent_overseas(national: str) -> str | None:
    """What the plan gives to all of France and libphonenumber knows to be lent overseas: 0708 40 …, 0976 …"""
    lent = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.VOIP)
    own = (phonenumbers.parse(f"0{national}", place) for place in OVERSEAS if _may_be_of(place, national))
    return next((_e164(one) for one in own if phonenumbers.number_type(one) in lent), None)


def _may_be_of(place: str, national: str) -> bool:
    """Whether it has the form of a number of this place, or of those that share its country code; the library asks that last."""
    regions = phonenumbers.region_codes_for_country_code(phonenumbers.country_code_for_region(place))
    forms = (one.general_desc for region in regions if (one := phonenumbers.PhoneMetadata.metadata_for_region(region)))
    return any(re.fullmatch(form.national_number_pattern or "", national) for form in forms if form)


def _no_phone() -> PydanticCustomError:
    sentence = "Ce numéro de téléphone n’est pas valable : dix chiffres, ou + et l’indicatif du pays."
    return PydanticCustomError("phone", "{sentence}", {"sentence": sentence})


Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(to_phone), shown_as("+33381000000", format="phone")]
