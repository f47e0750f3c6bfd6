"""Delays in the open days of the school that answers, and silences, which stay."""

from datetime import date
from typing import Any

from services.reporting.projections.schools import SchoolRow
from shared.kernel.open_days import Closure, HolidayZone, OpenDays
from tests.reporting.builders import a_referral, an_application, an_intake, at, figure_of, known


def test_delays_are_counted_in_the_open_days_of_the_school_that_answers() -> None:
    closed = Closure(first_day=date(2024, 4, 2), last_day=date(2024, 4, 3))
    over_easter = a_referral("a", received_at=at("2024-03-28"), closed_at=at("2024-04-05"), answer="refused")
    told = an_application("a", moved_to="refused", contacted_at=[at("2024-04-05")])
    rows: dict[str, list[Any]] = {"intakes": [an_intake()], "referrals": [over_easter], "applications": [told]}

    def days(school: SchoolRow) -> tuple[Any, Any]:
        parts = figure_of("answer_rate", known("2024-12-02", schools=[school], **rows)).parts
        return parts["median_open_days"], parts["median_open_days_to_contact"]

    school = SchoolRow(id="dole", name="Dole", town="Dole", department="39")
    assert days(school) == (5.0, 5.0)
    assert days(school.model_copy(update={"department": "67"})) == (4.0, 4.0)  # Good Friday is none
    own = OpenDays(zone=HolidayZone.ALSACE_MOSELLE, closures=(closed,))
    assert days(school.model_copy(update={"calendar": own})) == (2.0, 2.0)


def test_a_silence_stays_one_once_the_application_is_reopened_and_then_answered() -> None:
    late, answer = [at("2024-04-05")], [at("2024-04-04")]
    silences = [
        an_application("a", moved_to="expired", unanswered_at=late),
        an_application("b", moved_to="refused", unanswered_at=late, contacted_at=[at("2024-04-08")]),
        an_application("c", moved_to=None, unanswered_at=late),
    ]
    answered = [
        an_application("d", moved_to="expired", contacted_at=answer, unanswered_at=[at("2024-05-06")]),
        an_application("e", moved_to="expired", contacted_at=answer),
    ]
    figure = figure_of("answer_rate", known("2024-12-02", applications=[*silences, *answered]))
    assert figure.parts["silent"] == 3
