"""What a région sees of few people."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.reporting.disclosure import UNMASKED, Masking
from services.reporting.indicators import INDICATORS
from services.reporting.indicators.figure import Figure, Share
from services.reporting.indicators.funnel import Step
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.outcomes import OutcomeRow
from tests.reporting.builders import a_finisher, an_enrolment, an_outcome, figure_of, known

SIX_MONTHS = ("further_studies", "employment_6", "insertion_finishers", "insertion_entrants")
DAY = date(2027, 1, 15)
REGION = Masking(masked_below=5, shares_from=20)


def a_figure(denominator: int, name: str = "diploma_success", numerator: int = 1, **overrides: object) -> Figure:
    indicator = next(one for one in INDICATORS if one.name == name)
    values = {"unknown": 0, "value": 0.5, "low": 0.5, "high": 0.5, "parts": {"of": Share(1, 6), "count": 3}}
    return Figure(indicator=indicator, day=DAY, numerator=numerator, denominator=denominator, **{**values, **overrides})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("people", "masked", "percentage"),
    [(0, False, False), (1, True, False), (4, True, False), (5, False, False), (19, False, False), (20, False, True)],
)
def test_numbers_from_five_and_percentages_from_twenty(people: int, masked: bool, percentage: bool) -> None:
    seen = REGION.figure(a_figure(people))
    assert seen.masked is masked
    assert (seen.denominator is None) is masked
    assert (seen.value is not None, seen.low is not None, seen.high is not None) == (percentage,) * 3


def test_nothing_is_left_of_a_masked_figure() -> None:
    seen = REGION.figure(a_figure(4))
    numbers = (seen.numerator, seen.denominator, seen.unknown, seen.value, seen.low, seen.high, *seen.parts.values())
    assert numbers == (None,) * 8


def test_a_part_about_fewer_people_is_masked_alone() -> None:
    seen = REGION.figure(a_figure(30, parts={"few": Share(1, 4), "enough": Share(1, 5), "nobody": Share(0, 0)}))
    assert seen.parts == {"few": None, "enough": Share(1, 5), "nobody": Share(0, 0)}


@pytest.mark.parametrize("name", ["answer_rate", "occupancy", "production_share", "practice_share", "orders", "cost"])
def test_seats_orders_hours_delays_and_money_are_never_masked(name: str) -> None:
    assert REGION.figure(a_figure(1, name)) == a_figure(1, name)


def test_every_rate_about_people_is_masked() -> None:
    about_things = {one.name for one in INDICATORS if not one.about_people}
    assert about_things == {"answer_rate", "occupancy", "production_share", "practice_share", "orders", "cost"}


def test_the_administrator_sees_everything() -> None:
    assert UNMASKED.figure(a_figure(1)) == a_figure(1)


STEPS = [
    Step("referred", "", 3), Step("applied", "", 2), Step("started", "", 4), Step("diploma", "", 2), Step("inserted", "", 0),
]  # fmt: skip


def seen_of(*figures: Figure) -> list[int | None]:
    return [step.people for step in REGION.funnel(STEPS, {figure.indicator.name: REGION.figure(figure) for figure in figures})]


def test_a_step_that_few_reached_is_masked_in_the_funnel_but_for_demands() -> None:
    assert seen_of(a_figure(5), a_figure(5, "insertion_entrants")) == [3, 2, None, None, 0]
    assert UNMASKED.funnel(STEPS, {}) == STEPS


def test_a_step_shows_what_a_figure_beside_it_already_says() -> None:
    assert seen_of(a_figure(5, numerator=2), a_figure(5, "insertion_entrants"))[3:] == [2, 0]


def test_a_step_does_not_undo_the_figure_that_is_masked_beside_it() -> None:
    assert seen_of(a_figure(5), a_figure(4, "insertion_entrants"))[4] is None


def masked_at_six_months(leavers: Sequence[EnrolmentRow], outcomes: Sequence[OutcomeRow]) -> dict[str, bool]:
    now = known("2027-01-15", enrolments=leavers, outcomes=outcomes)
    return {name: REGION.figure(figure_of(name, now)).masked for name in SIX_MONTHS}


def test_of_few_who_left_nothing_is_told_even_when_they_all_continue() -> None:
    one_due = [a_finisher("a"), *(a_finisher(young, completed_on="2026-12-01") for young in "bcdef")]
    masked = masked_at_six_months(one_due, [an_outcome("a", "apprenticeship")])
    assert masked == dict.fromkeys(SIX_MONTHS, True)


def test_insertion_does_not_give_away_the_few_whose_employment_is_masked() -> None:
    five = [a_finisher(young) for young in "abcde"]
    masked = masked_at_six_months(five, [an_outcome("a", "apprenticeship"), an_outcome("b", "employed")])
    assert masked == {**dict.fromkeys(SIX_MONTHS, True), "further_studies": False}


def test_finishers_beside_all_entrants_do_not_give_away_the_few_who_left_before_the_last_year() -> None:
    gone = an_enrolment("z", absence=[("2025-02-28", "exclusion")])
    masked = masked_at_six_months([*(a_finisher(young) for young in "abcdef"), gone], [])
    assert masked == {**dict.fromkeys(SIX_MONTHS, False), "insertion_finishers": True}
