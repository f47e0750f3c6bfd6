"""What is read of a figure."""

from pathlib import Path

import pytest

from services.reporting.settings import Settings
from services.reporting.words import shown
from tests.reporting.rows import a_finisher, an_enrolment, an_outcome, figure_of, known

GRANTS = [{"id": purpose, "holder": "network", "purpose": purpose, "funder": "region"} for purpose in ("operating", "investment")]
PAYMENTS = [
    {"id": "1", "grant_id": "operating", "amount_cents": 4_000_000, "paid_on": "2024-10-01"},
    {"id": "2", "grant_id": "investment", "amount_cents": 700_000, "paid_on": "2024-10-01"},
]
SETTINGS = Settings(jwks_file=Path(), secret_file=Path())


def test_when_all_who_left_continue_the_page_says_so_not_that_nobody_left() -> None:
    leavers = [a_finisher(young) for young in "abcdef"]
    outcomes = [an_outcome(young, "further_studies") for young in "abcdef"]
    said = figure_of("employment_6", known("2027-01-15", enrolments=leavers, outcomes=outcomes))
    assert shown(said, SETTINGS).detail == "tous poursuivent leurs études"
    assert shown(figure_of("employment_6", known("2027-01-15")), SETTINGS).detail == "personne n'est sorti depuis assez longtemps"


@pytest.mark.parametrize(("day", "year"), [("2025-06-30", "en 2024"), ("2024-12-20", "en 2024, année en cours, à ce jour")])
def test_the_cost_is_the_region_s_part_of_a_year_with_the_investment_beside(day: str, year: str) -> None:
    now = known(day, grants=GRANTS, payments=PAYMENTS, enrolments=[an_enrolment()])
    said = shown(figure_of("cost", now), SETTINGS)
    assert said.label == "Coût par élève et par an, part Région"
    assert plain(said.detail) == f"40 000 € versés {year} ; investissement à part : 7 000 €"


def plain(text: str) -> str:
    """The same with plain spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
