"""Who a young person is: dates that agree, and the traits by which two referrals are of the same person."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.referral.domain.file import Representative
from services.referral.domain.person import (
    Identity,
    Sent,
    check_dates,
    first_traits,
    to_complete,
    traits_with_contact,
    traits_with_ine,
)
from services.referral.use_cases.requests import IdentityRequest, RepresentativeRequest
from shared.kernel.errors import Invalid
from tests.referral.builders import A_DAY, an_identity


def identity(**overrides: Any) -> IdentityRequest:
    return IdentityRequest.model_validate(an_identity(**overrides))


def test_a_phone_written_three_ways_is_one_trait() -> None:
    ways = ("06 12 34 56 78", "+33 6.12.34.56.78", "0033612345678", "+33 (0)6 12 34 56 78")
    assert {identity(phone=way).phone for way in ways} == {"+33612345678"}


def test_each_trait_that_links_holds_the_names_and_the_birth_date() -> None:
    someone = identity(family_name="Le Goff", ine=None, email=None)
    names = [["goff", "zelie", "2010-03-14"], ["legoff", "zelie", "2010-03-14"]]
    assert first_traits(someone) == names
    assert traits_with_contact(someone) == [[*first, "phone", "+33612345678"] for first in names]
    assert traits_with_ine(identity(family_name="Le Goff")) == [[*first, "ine", "1234567890A"] for first in names]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12"), ("phone", "+33 0 12"), ("phone", "06 12 34 56 7x"), ("email", "zelie@"), ("email", "a b@c.fr"),
        ("ine", "123"), ("commune", "75000"), ("family_name", " - "), ("given_name", ""), ("birth_date", "14/03/2010"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_identity_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        identity(**{field: value})


@pytest.mark.parametrize("model", [Identity, IdentityRequest, Representative, RepresentativeRequest, Sent])
def test_an_error_says_nothing_of_who_it_is_about(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate({**an_identity(phone="0612zelie", birth_date="zelie"), "identity": an_identity(email="zelie")})
    assert refused.value.error_count() > 0
    assert not any(word in str(refused.value).lower() for word in ("zelie", "zélie", "quintard"))


def test_someone_born_on_a_29_february_is_thirteen_on_the_28th() -> None:
    leapling, the_day_before, birthday = identity(birth_date="2012-02-29"), date(2025, 2, 27), date(2025, 2, 28)
    check_dates(leapling, informed_on=birthday, out_of_school_since=None, on=birthday, today=birthday)
    with pytest.raises(Invalid) as refusal:
        check_dates(leapling, informed_on=the_day_before, out_of_school_since=None, on=the_day_before, today=birthday)
    assert refusal.value.code == "too_young"


def test_someone_born_on_a_29_february_is_of_age_on_the_28th() -> None:
    leapling = identity(birth_date="2008-02-29", representatives=[])
    days = (date(2026, 2, 27), date(2026, 2, 28))
    assert [to_complete(leapling, today=day) for day in days] == [["representative"], []]


@pytest.mark.parametrize(
    ("code", "overrides", "facts"),
    [
        ("birth_in_the_future", {"birth_date": "2025-09-02"}, {}),
        ("birth_too_early", {"birth_date": "1979-12-31"}, {}),
        ("too_young", {"birth_date": "2012-09-02"}, {}),
        ("before_birth", {"birth_date": "2010-03-14"}, {"on": date(2010, 3, 13)}),
        ("informed_in_the_future", {}, {"informed_on": A_DAY + timedelta(days=1)}),
        ("before_birth", {}, {"informed_on": date(2010, 3, 13)}),
        ("out_of_school_in_the_future", {}, {"out_of_school_since": "2025-10"}),
        ("before_birth", {}, {"out_of_school_since": "2010-02"}),
    ],
)
def test_dates_that_cannot_be_are_refused_without_saying_them(
    code: str, overrides: dict[str, Any], facts: dict[str, Any]
) -> None:
    dates: dict[str, Any] = {"informed_on": A_DAY, "out_of_school_since": None, "on": A_DAY, "today": A_DAY, **facts}
    with pytest.raises(Invalid) as refusal:
        check_dates(identity(**overrides), **dates)
    assert refusal.value.code == code
    assert "20" not in refusal.value.sentence


def test_thirteen_years_old_today_is_old_enough_to_be_referred() -> None:
    someone = identity(birth_date="2012-09-01")
    check_dates(someone, informed_on=A_DAY, out_of_school_since=None, on=A_DAY, today=A_DAY)


def test_a_minor_without_a_representative_is_to_complete_until_eighteen() -> None:
    alone = identity(representatives=[])
    days = (A_DAY, date(2028, 3, 13), date(2028, 3, 14))
    assert [to_complete(alone, today=day) for day in days] == [["representative"], ["representative"], []]
    assert to_complete(identity(), today=A_DAY) == []
