"""Identifiers of the field, accepted as people write them and refused when a digit is wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.calendar import (
    BirthMonth,
    SchoolYear,
    Week,
    age_on,
    following,
    monday_of,
    months_after,
    school_year_of,
    week_of,
)
from shared.kernel.identifiers import UAI_LETTERS, Email, Ine, Rncp, Siret, Uai


@pytest.mark.parametrize(
    ("kind", "given", "normalized"),
    [
        (Uai, "025 0032 z", "0250032Z"),
        (Siret, "732 829 320 00074", "73282932000074"),
        (Siret, "356 000 000 49837", "35600000049837"),
        (Siret, "356 000 000 00048", "35600000000048"),
        (Siret, "35600000049838", None),
        (Siret, "11122233344455", None),  # its own key is right, its SIREN's is not
        (Siret, "00000000000000", None),  # its keys are right, and it is nobody's
        (Siret, "𝟕3282932000074", None),
        (Ine, "120 345 678", None),
        (Ine, "1203456789A", "1203456789A"),
        (Ine, "120345678AB", "120345678AB"),
        (Ine, "06A1B2C3D45", "06A1B2C3D45"),
        (Ine, "1234A12345F", "1234A12345F"),
        (Ine, "1234a12345f", "1234A12345F"),
        (Ine, "1234 A 12345 F", "1234A12345F"),
        (Ine, "1234-A12345.f", "1234A12345F"),
        (Ine, "1234B12345F", None),
        (Ine, "1234A1234F", None),
        (Ine, "1234A12345FF", None),
        (Ine, "１２３４A12345F", None),
        (Rncp, "rncp 37382", "RNCP37382"),
        (Week, "2020-W53", "2020-W53"),
        (Week, "2021-W53", None),
        (Week, "2021-W00", None),
        (SchoolYear, "2025-2026", "2025-2026"),
        (SchoolYear, "2025-2027", None),
        (BirthMonth, "2009-13", None),
        (Siret, "73282932000075", None),
        (Siret, "732-829-320-00074", "73282932000074"),
        (Siret, "732\u00a0829\u202f320\u200900074", "73282932000074"),
        (Siret, "\u202a73282932000074\u202c", "73282932000074"),
        (Uai, "0250032-Z", "0250032Z"),
        (Uai, "250032Z", None),
        (Uai, "0000000A", None),  # its letter is right, and it is in no department
        (Rncp, " Rncp\u00a0n38421", None),
        (Rncp, "RNCP-38421", "RNCP38421"),
        (Rncp, "38421", None),
    ],
)
def test_an_identifier_is_kept_bare_or_refused(kind: type, given: str, normalized: str | None) -> None:
    try:
        assert TypeAdapter(kind).validate_python(given) == normalized
    except ValidationError:
        assert normalized is None


@given(st.integers(10_000, 9_999_999))
def test_one_letter_alone_goes_with_a_uai_number(number: int) -> None:
    digits = f"{number:07d}"
    accepted = []
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        try:
            accepted.append(TypeAdapter(Uai).validate_python(digits + letter)[-1])
        except ValidationError:
            continue
    assert accepted == [UAI_LETTERS[number % 23]]


def keyed(digits: str) -> str:
    """These digits and the key that Luhn gives them."""
    total = sum(sum(divmod(2 * int(d), 10)) if rank % 2 == 0 else int(d) for rank, d in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


@given(st.integers(1, 10**8 - 1), st.integers(0, 9_999), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen_in_a_siret(company: int, establishment: int, place: int, more: int) -> None:
    right = keyed(keyed(f"{company:08d}") + f"{establishment:04d}")
    if right.startswith("356000000"):
        return
    assert TypeAdapter(Siret).validate_python(right) == right
    wrong = right[:place] + str((int(right[place]) + more) % 10) + right[place + 1 :]
    if not wrong.startswith("356000000"):
        with pytest.raises(ValidationError):
            TypeAdapter(Siret).validate_python(wrong)


def test_an_email_is_kept_in_small_letters() -> None:
    given = ("Zelie@Example.ORG", "zélie@école.fr", "İ@exemple.test")
    assert [TypeAdapter(Email).validate_python(one) for one in given] == ["zelie@example.org", "zélie@école.fr", "i̇@exemple.test"]


@pytest.mark.parametrize(
    "given", ["zelie@", "a b@c.fr", "a@b", "a..b@c.fr", "a@localhost", "a@b.fr, c@d.fr", "İ" * 200 + "@a.fr"]
)
def test_what_no_letter_reaches_is_no_email(given: str) -> None:
    with pytest.raises(ValidationError, match=r"e-mail n’est pas valable|at most 254"):
        TypeAdapter(Email).validate_python(given)


def test_an_age_is_reached_on_the_last_day_of_the_birth_month() -> None:
    assert age_on("2009-05", date(2025, 5, 30)) == 15
    assert age_on("2009-05", date(2025, 5, 31)) == 16
    assert age_on("2008-02", date(2025, 2, 27)) == 16
    assert age_on("2008-02", date(2025, 2, 28)) == 17
    assert age_on("2009-12", date(2025, 12, 31)) == 16


def test_months_are_added_within_short_months() -> None:
    assert months_after(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert months_after(date(2025, 6, 30), 24) == date(2027, 6, 30)
    assert months_after(date(2025, 11, 30), 1) == date(2025, 12, 30)


def test_the_school_year_turns_in_august() -> None:
    assert school_year_of(date(2025, 7, 31)) == "2024-2025"
    assert school_year_of(date(2025, 8, 1)) == "2025-2026"
    assert following("2025-2026") == "2026-2027"


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_is_in_its_week(day: date) -> None:
    assert 0 <= (day - monday_of(week_of(day))).days <= 6
