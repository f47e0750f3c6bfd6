"""What is read of a figure."""

from pathlib import Path

from services.reporting.settings import Settings
from services.reporting.words import shown
from tests.reporting.rows import a_finisher, an_outcome, figure_of, known

SETTINGS = Settings(jwks_file=Path(), secret_file=Path())


def test_when_all_who_left_continue_the_page_says_so_not_that_nobody_left() -> None:
    leavers = [a_finisher(young) for young in "abcdef"]
    outcomes = [an_outcome(young, "further_studies") for young in "abcdef"]
    said = figure_of("employment_6", known("2027-01-15", enrolments=leavers, outcomes=outcomes))
    assert shown(said, SETTINGS).detail == "tous poursuivent leurs études"
    assert shown(figure_of("employment_6", known("2027-01-15")), SETTINGS).detail == "personne n'est sorti depuis assez longtemps"
