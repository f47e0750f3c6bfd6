"""What Schemathesis must know of our field: texts of our formats, and that 422 `invalid` is no answer to a right request."""

import ast
from collections.abc import Callable
from datetime import date
from typing import Any

import schemathesis
from hypothesis import strategies as st

from shared.kernel.identifiers import UAI_LETTERS
from shared.kernel.territories import communes
from tests.syntax import parse

ast.parse = parse  # Schemathesis has threads, and draws with it
digits = st.characters(codec="ascii", categories=["Nd"])


def text_of(size: int) -> st.SearchStrategy[str]:
    return st.text(digits, min_size=size, max_size=size)


def with_luhn(digits: str) -> str:
    """These digits and the one that makes their Luhn sum a multiple of ten."""
    doubled = [int(one) * (2 if rank % 2 == 0 else 1) for rank, one in enumerate(reversed(digits))]
    return digits + str(-sum(one - 9 if one > 9 else one for one in doubled) % 10)


FORMATS: dict[str, st.SearchStrategy[str]] = {
    "date": st.one_of(*[st.dates(date(2000, 1, 1), date(2021, 1, 4))] * 4, st.dates()).map(str),
    "uai": st.integers(10_000, 9_999_999).map(lambda number: f"{number:07d}{UAI_LETTERS[number % 23]}"),
    "siret": st.builds(
        lambda siren, office: with_luhn(with_luhn(f"{siren:08d}") + office), st.integers(1, 99_999_999), text_of(4)
    ),
    "ine": text_of(10).map(lambda number: f"{number}A"),
    "insee-commune": st.sampled_from(sorted(frozenset().union(*communes().values()))),
    "insee-department": st.sampled_from(sorted(communes())),
    "rncp": text_of(5).map(lambda number: f"RNCP{number}"),
    "phone": text_of(8).map(lambda number: f"+336{number}"),
    "email-address": text_of(6).map(lambda number: f"bureau{number}@ecole.test"),
    "person-name": st.text("abcdefàéïœABC' -", max_size=60).map(lambda name: f"D{name}"),
    "iso-week": st.builds(lambda year, week: f"{year}-W{week:02d}", st.integers(2000, 2099), st.integers(1, 52)),
    "school-year": st.integers(1000, 9998).map(lambda year: f"{year}-{year + 1}"),
}
for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)


@schemathesis.check
def no_schema_promises_too_much(_context: Any, response: Any, case: Any) -> None:
    """A request that its schema allows is not refused as breaking it."""
    if case.meta and case.meta.generation.mode.is_positive and response.status_code == 422:
        assert response.json()["code"] != "invalid", response.json()["detail"]


_checks: tuple[Callable[..., Any], ...] = (no_schema_promises_too_much,)
