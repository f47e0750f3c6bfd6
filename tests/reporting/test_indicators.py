"""Each indicator on a few people, its figures worked out by hand."""

from typing import Any

from services.reporting.indicators.figure import Share
from tests.reporting.builders import (
    CLOSED,
    DOLE,
    LAST,
    a_finisher,
    a_grant,
    a_payment,
    a_referral,
    a_year,
    an_application,
    an_enrolment,
    an_exam,
    an_intake,
    an_order,
    at,
    figure_of,
    known,
    some_hours,
)


def test_what_families_asked_of_a_school_themselves_is_apart_from_what_agencies_did() -> None:
    referrals = [
        a_referral("a"),
        a_referral("b", source="direct", agency="dole"),
        a_referral("c", source="direct", agency="dole"),
    ]
    applications = [an_application(young, contacted_at=[at("2024-03-06")]) for young in "ab"]
    applications.append(an_application("c"))
    figure = figure_of("answer_rate", known("2024-04-01", intakes=[an_intake()], referrals=referrals, applications=applications))
    assert (figure.numerator, figure.denominator) == (1, 1)
    assert (figure.parts["direct"], figure.parts["direct_answered"]) == (2, 1)
    alone = figure_of("answer_rate", known("2024-04-01", intakes=[an_intake()], referrals=[a_referral("a")]))
    assert "direct" not in alone.parts


def test_diploma_success_counts_the_absent_as_presented_and_a_result_to_come_as_unknown() -> None:
    enrolments = [a_finisher("a"), a_finisher("b"), a_finisher("c"), a_finisher("d"), an_enrolment("e")]
    exams = [an_exam("a", "obtained"), an_exam("b", "absent"), an_exam("c")]
    figure = figure_of("diploma_success", known("2026-07-01", enrolments=enrolments, exams=exams))
    assert (figure.numerator, figure.denominator, figure.unknown) == (1, 3, 1)
    assert (figure.value, figure.low, figure.high) == (0.333333, 0.333333, 0.666667)
    assert figure.parts == {"presented_of_last_year": Share(3, 4), "obtained_of_entrants": Share(1, 5)}


def test_who_fails_then_obtains_counts_once_as_obtained() -> None:
    exams = [an_exam("a", "failed", 1), an_exam("a", "obtained", 2)]
    figure = figure_of("diploma_success", known("2027-07-01", enrolments=[a_finisher("a")], exams=exams))
    assert (figure.numerator, figure.denominator, figure.unknown) == (1, 1, 0)


def test_interruption_counts_at_once_and_keeps_did_not_starts_and_desistements_apart() -> None:
    enrolments = [
        an_enrolment("a"),
        an_enrolment("b", absence=[("2025-01-15", "other")]),
        an_enrolment("c", started_on=None, did_not_start_on="2024-09-09"),
        an_enrolment("d", started_on=None),
        an_enrolment("e", started_on=None, gave_up_on="2024-07-09"),
    ]
    figure = figure_of("interruption", known("2025-01-15", enrolments=enrolments))
    assert (figure.numerator, figure.denominator, figure.parts) == (1, 2, {"did_not_start": 1, "gave_up": 1})


def test_raccrochage_starts_within_twelve_months_and_stays_three() -> None:
    other_path = a_referral("f", answer="refused", code="chose_other_path")
    referrals = [*(a_referral(young) for young in "abcde"), other_path, a_referral("g", submitted_on="2024-03-05")]
    enrolments = [
        an_enrolment("a"),
        an_enrolment("b", started_on="2025-03-04"),
        an_enrolment("c", started_on="2025-03-05"),
        an_enrolment("d", absence=[("2024-12-02", "other")]),
        an_enrolment("e", absence=[("2024-10-01", "other"), ("2024-12-02", None)]),
    ]
    figure = figure_of("raccrochage", known("2025-06-04", referrals=referrals, enrolments=enrolments))
    assert (figure.numerator, figure.denominator, figure.parts) == (3, 6, {"other_path": 1})


def test_a_second_referral_does_not_count_a_person_twice() -> None:
    referrals = [a_referral("a", id="r2", submitted_on="2024-06-03"), a_referral("a")]
    figure = figure_of("raccrochage", known("2025-06-04", referrals=referrals, enrolments=[an_enrolment("a")]))
    assert (figure.numerator, figure.denominator) == (1, 1)


def test_answered_is_what_a_person_of_a_school_answered_and_the_other_endings_are_apart() -> None:
    referrals = [
        a_referral("a", closed_at=at("2024-03-08"), answer="enrolled", answered_by="school"),
        a_referral("b", closed_at=at("2024-03-18"), answer="refused", code="no_place", answered_by="school"),
        a_referral("c", closed_at=at("2024-12-01"), answer="expired", answered_by="nobody"),
        a_referral("d"),
        a_referral("e", closed_at=at("2024-03-05"), answer="refused", code="not_eligible", answered_by="rule"),
        a_referral("f", closed_at=at("2024-03-06"), answer="withdrawn", answered_by="agency"),
    ]
    applications = [
        an_application("a", moved_to="enrolled", contacted_at=[at("2024-03-06"), at("2024-03-08")]),
        an_application("b", moved_to="refused", contacted_at=[at("2024-03-18")]),
        an_application("c", **CLOSED),
        an_application("d"),
        an_application("e", moved_to="ineligible"),
        an_application("f", moved_to="withdrawn", contacted_at=[at("2024-03-05")]),
    ]
    figure = figure_of("answer_rate", known("2024-12-02", intakes=[an_intake()], referrals=referrals, applications=applications))
    assert (figure.numerator, figure.denominator, figure.value) == (2, 5, 0.4)
    assert figure.parts == {
        "median_open_days": 7.0, "median_open_days_to_contact": 6.0, "silent": 1,
        "closed_by_rule": 1, "closed_unanswered": 1, "withdrawn": 1,
        "closed_enrolled": 1, "closed_expired": 1, "closed_refused": 2,
    }  # fmt: skip


def test_eight_refusals_that_nobody_gave_are_no_answers() -> None:
    by_rule = {"closed_at": at("2024-03-04"), "answer": "refused", "code": "not_eligible", "answered_by": "rule"}
    referrals = [a_referral(young, **by_rule) for young in "abcdefgh"]
    applications = [an_application(young, moved_to="ineligible") for young in "abcdefgh"]
    figure = figure_of("answer_rate", known("2024-12-02", intakes=[an_intake()], referrals=referrals, applications=applications))
    assert (figure.numerator, figure.denominator, figure.parts["closed_by_rule"]) == (0, 8, 8)


def test_delays_count_from_the_receipt_whatever_day_was_typed() -> None:
    typed_late = a_referral("a", submitted_on="2023-09-01", closed_at=at("2024-03-08"), answer="refused", answered_by="school")
    told = an_application("a", moved_to="refused", contacted_at=[at("2024-03-08")])
    figure = figure_of("answer_rate", known("2024-12-02", intakes=[an_intake()], referrals=[typed_late], applications=[told]))
    assert (figure.parts["median_open_days"], figure.parts["median_open_days_to_contact"]) == (4.0, 4.0)


def test_what_a_school_had_said_before_a_second_referral_is_no_answer_to_it() -> None:
    second = a_referral("a", id="r2", received_at=at("2024-03-07"))
    application = an_application("a", moved_to="interview_planned", contacted_at=[at("2024-03-06")])
    now = known("2024-12-02", intakes=[an_intake()], referrals=[a_referral("a"), second], applications=[application])
    assert (figure_of("answer_rate", now).numerator, figure_of("answer_rate", now).denominator) == (1, 2)


def test_a_public_holiday_is_no_open_day() -> None:
    over_easter = a_referral("a", received_at=at("2024-03-28"), closed_at=at("2024-04-02"), answer="refused")
    told = an_application("a", moved_to="refused", contacted_at=[at("2024-04-02")])
    figure = figure_of("answer_rate", known("2024-12-02", intakes=[an_intake()], referrals=[over_easter], applications=[told]))
    assert figure.parts["median_open_days"] == 2.0  # Friday and Tuesday: Easter Monday is none


def test_occupancy_counts_confirmed_places_of_this_school_year() -> None:
    enrolments = [
        an_enrolment("a"),
        an_enrolment("b", started_on=None),
        an_enrolment("c", started_on=None, did_not_start_on="2024-09-09"),
        an_enrolment("d", absence=[("2024-10-01", "other")]),
        an_enrolment("e", year=[a_year("2025-2026")], started_on=None),
        an_enrolment("f", year=[a_year("2024-2025"), LAST]),
        a_finisher("g"),
    ]
    intakes = [an_intake(), an_intake("i2", seats=4), an_intake("i3", school_year="2025-2026", seats=20)]
    figure = figure_of("occupancy", known("2025-07-31", enrolments=enrolments, intakes=intakes))
    assert (figure.numerator, figure.denominator, figure.value) == (3, 12, 0.25)


def test_production_and_practice_shares_are_two_measures() -> None:
    hours = [
        some_hours("a", production=600, practice=100, teaching=300, placement=999),
        some_hours("b", production=200, teaching=200),
    ]
    now = known("2025-01-01", hours=hours)
    production, practice = figure_of("production_share", now), figure_of("practice_share", now)
    assert (production.numerator, production.denominator, production.value) == (800, 1400, 0.571429)
    assert (practice.numerator, practice.denominator, practice.value) == (900, 1400, 0.642857)


def test_orders_are_on_time_on_the_day_they_are_due() -> None:
    orders = [
        an_order("1", due_on="2025-01-10", completed_on="2025-01-10", invoiced_cents=12_000),
        an_order("2", due_on="2025-01-10", completed_on="2025-01-11"),
        an_order("3", cancelled_on="2025-01-02"),
    ]
    figure = figure_of("orders", known("2025-02-01", orders=orders, hours=[some_hours(production=90)]))
    assert (figure.numerator, figure.denominator, figure.value) == (1, 2, 0.5)
    assert figure.parts == {"received": 3, "cancelled": 1, "production_minutes": 90, "turnover_cents": 12_000}


def grants_and_payments(*paid: tuple[str, int, str], funder: str = "region-bfc") -> dict[str, Any]:
    """A grant of each purpose held by the network, and payments: purpose, cents, day."""
    grants = [a_grant(purpose, funder=funder) for purpose in ("operating", "investment")]
    return {"schools": [DOLE], "grants": grants, "payments": [a_payment(*one) for one in paid]}


def test_cost_divides_the_payments_of_the_last_complete_year_by_pupil_months() -> None:
    rows = grants_and_payments(
        ("operating", 9_999, "2023-12-31"),
        ("operating", 500_000, "2024-03-01"),
        ("investment", 70_000, "2024-05-01"),
        ("operating", 7_000_000, "2025-03-01"),
    )
    enrolments = [an_enrolment("a"), an_enrolment("b", absence=[("2024-11-15", "other")])]
    for day in ("2024-12-31", "2025-02-28", "2025-03-31", "2025-12-30"):
        figure = figure_of("cost", known(day, enrolments=enrolments, **rows))
        assert (figure.numerator, figure.denominator, figure.value) == (500_000, 6, 10_000.0)  # a: Sep to Dec; b: Sep, Oct
        assert figure.parts == {"civil_year": 2024, "complete": True, "investment_cents": 70_000}
    school = figure_of("cost", known("2025-12-30", enrolments=enrolments, **rows), "school:dole")
    assert (school.numerator, school.value) == (0, None)


def test_cost_of_a_first_year_is_said_to_be_unfinished() -> None:
    rows = grants_and_payments(("operating", 500_000, "2024-03-01"))
    figure = figure_of("cost", known("2024-12-14", enrolments=[an_enrolment()], **rows))
    assert (figure.numerator, figure.denominator) == (500_000, 3)
    assert figure.parts == {"civil_year": 2024, "complete": False, "investment_cents": 0}


def test_only_the_region_s_grants_make_its_part_of_the_cost() -> None:
    rows = grants_and_payments(("operating", 500_000, "2024-03-01"), funder="taxe-apprentissage")
    assert figure_of("cost", known("2025-01-15", enrolments=[an_enrolment()], **rows)).numerator == 0
