"""Leavers and what became of them, worked out by hand."""

from typing import Any

import pytest

from services.reporting.indicators.figure import Share
from tests.reporting.builders import (
    a_finisher,
    an_enrolment,
    an_exam,
    an_outcome,
    figure_of,
    known,
)


def test_an_interruption_makes_a_leaver_three_months_later_to_the_day() -> None:
    gone = an_enrolment("a", absence=[("2025-01-15", "moved")])
    assert figure_of("further_studies", known("2025-04-14", enrolments=[gone])).denominator == 0
    assert figure_of("further_studies", known("2025-04-15", enrolments=[gone])).denominator == 1


def test_who_came_back_is_neither_interrupted_nor_a_leaver() -> None:
    back = an_enrolment("a", absence=[("2025-01-15", "moved"), ("2025-06-01", None)])
    now = known("2025-12-01", enrolments=[back])
    assert figure_of("further_studies", now).denominator == 0
    assert (figure_of("interruption", now).numerator, figure_of("interruption", now).denominator) == (0, 1)


def test_further_studies_holds_every_leaver_and_says_how_many_are_not_due() -> None:
    enrolments = [a_finisher("a"), a_finisher("b"), a_finisher("c", completed_on="2026-11-30"), a_finisher("d")]
    outcomes = [an_outcome("a", "apprenticeship"), an_outcome("b", "further_studies"), an_outcome("d", "employed")]
    figure = figure_of("further_studies", known("2027-01-15", enrolments=enrolments, outcomes=outcomes))
    assert (figure.numerator, figure.denominator, figure.unknown) == (2, 4, 1)
    assert (figure.value, figure.high) == (0.5, 0.75)
    assert figure.parts == {"apprenticeship": 1, "not_due": 1}


def test_employment_leaves_out_who_continues_and_keeps_who_is_silent() -> None:
    enrolments = [a_finisher(young) for young in "abcdef"] + [a_finisher("g", completed_on="2026-07-16")]
    outcomes = [
        an_outcome("a", "employed", proof="phone"),
        an_outcome("b", "employed", proof="none"),
        an_outcome("c", "apprenticeship"),
        an_outcome("d", "unreachable"),
        an_outcome("e", "job_seeking"),
        an_outcome("g", "employed"),
    ]
    now = known("2027-01-15", enrolments=enrolments, outcomes=outcomes)
    figure = figure_of("employment_6", now)
    assert (figure.numerator, figure.denominator, figure.unknown) == (2, 5, 2)
    assert (figure.value, figure.high) == (0.4, 0.8)
    assert figure.parts == {"due": 6, "continuing": 1, "with_proof": Share(1, 2)}
    assert figure_of("employment_12", now).denominator == 0


def test_insertion_is_shown_for_finishers_and_for_all_entrants() -> None:
    left_early = an_enrolment("c", absence=[("2025-02-28", "exclusion")])
    outcomes = [an_outcome("a", "employed"), an_outcome("b", "further_studies"), an_outcome("c", "job_seeking")]
    now = known("2026-12-30", enrolments=[a_finisher("a"), a_finisher("b"), left_early], outcomes=outcomes)
    finishers, entrants = figure_of("insertion_finishers", now), figure_of("insertion_entrants", now)
    assert (finishers.numerator, finishers.denominator, finishers.value) == (2, 2, 1.0)
    assert (entrants.numerator, entrants.denominator, entrants.value) == (2, 3, 0.666667)
    assert entrants.parts == {"employed": 1, "continuing": 1}


@pytest.mark.parametrize(
    ("first", "second", "retained"),
    [
        ({"situation": "unreachable", "proof": "contract"}, {"situation": "employed", "proof": "none"}, 1),
        ({"situation": "job_seeking", "proof": "phone"}, {"situation": "employed", "proof": "contract"}, 1),
        ({"situation": "employed", "declared_on": "2026-12-01"}, {"situation": "job_seeking", "declared_on": "2026-12-02"}, 0),
        ({"situation": "employed"}, {"situation": "job_seeking"}, 0),
    ],
)
def test_of_two_sources_one_word_is_retained(first: dict[str, Any], second: dict[str, Any], retained: int) -> None:
    """A situation before silence, then the proof, then the last day, then the source's name (agency before school)."""
    outcomes = [
        an_outcome("a", source="school", **first),
        an_outcome("a", source="agency", **second),
    ]
    for order in (outcomes, outcomes[::-1]):
        figure = figure_of("employment_6", known("2027-01-15", enrolments=[a_finisher("a")], outcomes=order))
        assert (figure.numerator, figure.denominator) == (retained, 1)


def test_what_was_said_of_a_departure_that_a_return_ended_is_no_word_on_the_next_one() -> None:
    back = [("2025-01-15", "moved"), ("2025-09-01", None)]
    said = [an_outcome("a", "employed", declared_on="2025-07-15")]
    completed = known("2027-01-15", enrolments=[a_finisher("a", absence=back)], outcomes=said)
    assert (figure_of("employment_6", completed).numerator, figure_of("employment_6", completed).unknown) == (0, 1)
    gone = known("2025-08-01", enrolments=[an_enrolment("a", absence=back[:1])], outcomes=said)
    assert figure_of("employment_6", gone).numerator == 1


def test_a_word_that_was_taken_back_leaves_the_others_and_an_exam_that_was_none_is_no_presentation() -> None:
    taken_back = an_outcome("a", "employed", proof="contract").model_copy(update={"situation": None})
    other = an_outcome("a", "job_seeking", source="agency", proof="none")
    no_exam = an_exam("a").model_copy(update={"session": None})
    now = known("2027-01-15", enrolments=[a_finisher("a")], outcomes=[taken_back, other], exams=[no_exam])
    assert (figure_of("employment_6", now).numerator, figure_of("employment_6", now).unknown) == (0, 0)
    assert figure_of("diploma_success", now).denominator == 0
