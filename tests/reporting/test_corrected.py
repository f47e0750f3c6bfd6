"""Which corrections correct which figure; and that a reading of the past knows of those that came since."""

from datetime import UTC, datetime

import pytest

from services.reporting.disclosure import Masking
from services.reporting.indicators import count
from services.reporting.projections.outcomes import OutcomeRow
from tests.reporting.builders import a_finisher, an_enrolment, an_exam, an_outcome, known, select

DAY = "2026-12-30"
BY_PEOPLE = {"raccrochage", "interruption", "occupancy", "diploma_success", "further_studies", "cost"}
OUTCOMES_AT_6 = {"further_studies", "employment_6", "insertion_finishers", "insertion_entrants"}


def corrected(**rows: object) -> dict[str, str | None]:
    """By indicator, the day of its last correction."""
    figures = count(select(known("2027-01-15", **rows))).figures(known("2027-01-15").day)  # type: ignore[arg-type]
    return {one.indicator.name: one.corrected_on.isoformat() if one.corrected_on else None for one in figures}


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ({"outcomes": [an_outcome("a", "employed", corrected_on=DAY)]}, OUTCOMES_AT_6),
        ({"outcomes": [an_outcome("a", "employed", 12, corrected_on=DAY)]}, {"employment_12"}),
        ({"exams": [an_exam("a", "obtained").model_copy(update={"corrected_on": datetime(2026, 12, 30, tzinfo=UTC).date()})]},
         {"diploma_success"}),
    ],
)  # fmt: skip
def test_a_correction_is_said_by_the_figures_that_rest_on_what_it_mends(rows: dict[str, object], names: set[str]) -> None:
    found = corrected(enrolments=[a_finisher("a"), an_enrolment("b")], **rows)
    assert {name for name, day in found.items() if day == DAY} == names
    assert {day for name, day in found.items() if name not in names} == {None}


def test_a_corrected_enrolment_is_said_by_every_figure_about_people() -> None:
    found = corrected(enrolments=[a_finisher("a", corrected_on=DAY), an_enrolment("b", corrected_on="2026-12-01")])
    assert {name for name, day in found.items() if day == DAY} >= BY_PEOPLE | OUTCOMES_AT_6
    assert {found[name] for name in ("answer_rate", "production_share", "orders")} == {None}


def test_an_examination_that_was_taken_back_corrects_the_figure_that_it_was_in() -> None:
    taken_back = an_exam("a").model_copy(update={"session": None, "corrected_on": datetime(2026, 12, 30, tzinfo=UTC).date()})
    found = corrected(enrolments=[a_finisher("a"), a_finisher("b")], exams=[taken_back, an_exam("b", "obtained")])
    assert {name for name, day in found.items() if day == DAY} == {"diploma_success"}


def test_what_is_masked_says_no_correction() -> None:
    figures = count(select(known("2027-01-15", enrolments=[a_finisher("a", corrected_on=DAY)]))).figures(known("2027-01-15").day)
    masked = [Masking(masked_below=5, shares_from=20).figure(one) for one in figures]
    assert {one.corrected_on for one in masked if one.masked} == {None}


def test_a_reading_of_before_knows_that_something_was_corrected_since() -> None:
    stored = {"_id": "o", "facts": {
        **{name: [["2026-07-01T00:00:00.000000+00:00", value]] for name, value in {
            "enrolment_id": "00000000-0000-0000-0000-000000000001", "horizon": 6, "source": "school", "situation": "employed",
            "proof": "none", "declared_on": "2026-07-01",
        }.items()},
        "corrected_on": [["2026-09-01T00:00:00.000000+00:00", "2026-09-01"]],
    }}  # fmt: skip
    before = OutcomeRow.as_known(stored, datetime(2026, 8, 1, tzinfo=UTC))
    assert before is not None
    assert (before.situation, before.corrected_on) == ("employed", datetime(2026, 9, 1, tzinfo=UTC).date())
