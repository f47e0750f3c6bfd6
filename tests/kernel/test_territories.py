"""Departments and communes: those of the official list, however they are typed; what is none of them hears why."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from deploy.territories import codes_of, written
from shared.events.referral import AgencyRegistered
from shared.kernel.territories import LIST, Commune, Department, communes, department_of

COMMUNE: TypeAdapter[str] = TypeAdapter(Commune)
DEPARTMENT: TypeAdapter[str] = TypeAdapter(Department)
NO_COMMUNE = "Aucune commune n’a ce code. Un code postal n’est pas un code commune : celui de Dole est 39198, non 39100."
ALL_OVERSEAS = ["971", "972", "973", "974", "975", "976", "977", "978", "984", "986", "987", "988", "989"]


def why(kind: TypeAdapter[str], given: object) -> str:
    with pytest.raises(ValidationError) as refused:
        kind.validate_python(given)
    [error] = refused.value.errors()
    return error["msg"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("39", "39"), (" 39 ", "39"), ("3\u00a09", "39"), ("2a", "2A"), ("2B", "2B"), ("2 b", "2B"), ("1", "01"), ("01", "01"),
        ("9", "09"), ("95", "95"), ("\u200e25", "25"), *((code, code) for code in ALL_OVERSEAS),
    ],
)  # fmt: skip
def test_a_department_is_kept_as_the_list_writes_it(given: str, kept: str) -> None:
    assert DEPARTMENT.validate_python(given) == kept


@pytest.mark.parametrize("given", ["20", "020", "201", "202", "20A", "20b", "200"])
def test_corsica_as_it_was_is_offered_the_two_that_it_is(given: str) -> None:
    assert why(DEPARTMENT, given) == "La Corse a deux départements : écrivez 2A ou 2B."


@pytest.mark.parametrize("given", ["39100", "75000", "97400", "2A004", "1000", "20000"])
def test_a_postcode_is_no_department(given: str) -> None:
    assert why(DEPARTMENT, given) == "Un code postal ou de commune n’est pas un département : écrivez 39, 2A ou 974."


@pytest.mark.parametrize("given", ["99", "96", "00", "0", "2C", "970", "979", "980", "985", "990", "jura", "", "٣٩", "039"])
def test_what_the_list_does_not_have_is_no_department(given: str) -> None:
    assert why(DEPARTMENT, given) == "Ce département n’est pas dans la liste officielle : écrivez 39, 2A ou 974."


@pytest.mark.parametrize("given", [39, 2.5, True, None])
def test_a_number_is_no_department(given: object) -> None:
    assert why(DEPARTMENT, given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("39198", "39198"),  # Dole
        ("2a004", "2A004"),  # Ajaccio
        ("2A 004", "2A004"),
        ("25056", "25056"),  # Besançon
        ("75056", "75056"),  # Paris
        ("75101", "75101"),  # its first arrondissement
        ("69389", "69389"),
        ("13201", "13201"),
        ("01015", "01015"),  # Arbignieu, delegated
        ("01340", "01340"),  # of before a union
        ("97411", "97411"),
        ("97608", "97608"),
        ("97502", "97502"),
        ("97701", "97701"),
        ("98818", "98818"),  # Nouméa
        ("98735", "98735"),
        ("98613", "98613"),
    ],
)
def test_a_commune_is_one_of_the_list(given: str, kept: str) -> None:
    assert COMMUNE.validate_python(given) == kept


@pytest.mark.parametrize(
    "given", ["75000", "75001", "75020", "33000", "97123", "39999", "99999", "25000", "98000", "00000", "97400", "97900"]
)
def test_a_postcode_is_no_commune(given: str) -> None:
    assert why(COMMUNE, given) == NO_COMMUNE


def test_a_code_of_corsica_as_it_was_is_told_how_they_begin() -> None:
    assert why(COMMUNE, "20004") == "Un code commune de Corse commence par 2A ou 2B, et un code postal n’en est pas un."


@pytest.mark.parametrize("given", ["Dole", "999", "2C004", "٢٥٠٥٦", "391980", "1001", ""])
def test_what_is_no_code_hears_how_one_looks(given: str) -> None:
    assert why(COMMUNE, given) == "Un code commune INSEE a cinq caractères, comme 39198 ou 2A004."


def test_the_list_is_whole_and_says_where_it_comes_from() -> None:
    assert len(communes()) == 109
    assert sum(map(len, communes().values())) == 38_724
    assert all(department_of(code) == department and len(code) == 5 for department, codes in communes().items() for code in codes)
    head = LIST.read_text().partition("\n01 ")[0]
    assert all(word in head for word in ("INSEE", "@etalab/decoupage-administratif 6.0.0", "MIT", "2026-03"))


def test_the_list_is_read_when_first_asked_for() -> None:
    script = "from shared.kernel.territories import communes; print(communes.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "0\n"


def test_the_list_is_written_in_ranges_with_the_codes_of_before_a_union() -> None:
    united = {"code": "01002", "anciensCodes": ["01001", "01300"]}  # one of which is a postcode today
    known: list[dict[str, Any]] = [united, {"code": "01005", "codesPostaux": ["01300"]}, {"code": "97101"}]
    names = [{"code": "971", "nom": "Guadeloupe"}, {"code": "01", "nom": "Ain"}]
    codes = codes_of(known)
    assert codes == {"01001", "01002", "01005", "97101"}
    assert list(written(names, codes)) == ["01 Ain: 001-002 005", "971 Guadeloupe: 01"]


def test_what_was_published_is_read_whatever_became_of_the_list() -> None:
    told = {"agency": "cio", "kind": "cio", "name": "CIO", "department": "96", "on": "2026-01-05"}
    assert AgencyRegistered.model_validate(told).department == "96"
