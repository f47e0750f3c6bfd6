"""The tally counts what docs/indicators.md says, on records made by hand."""

from datetime import date
from typing import Any
from uuid import uuid4

from deploy.simulation.expected import present
from deploy.simulation.expected_figures import (
    Figure,
    Part,
    answer_rate,
    cost,
    diploma_success,
    employment,
    figures,
    further_studies,
    hours,
    insertion,
    interruption,
    occupancy,
    orders,
    raccrochage,
)
from tests.simulation.builders import Scenario, declared

EXPIRED: dict[str, Any] = {"closed_on": date(2021, 10, 16), "answer": "expired", "answered_by": "nobody"}


def test_a_referral_let_expire_without_a_contact_has_no_answer() -> None:
    scenario, answered, silent = Scenario(), uuid4(), uuid4()
    for young_id, contacts in ((answered, [date(2021, 3, 8)]), (silent, [])):
        scenario.referral(young_id, opened=(scenario.intake.id,), **EXPIRED)
        scenario.application(young_id, status="obsolete", because="intake_closed", contacts=contacts)
    figure = answer_rate(scenario.seen())
    assert (figure.numerator, figure.denominator) == (1, 2)
    assert figure.parts == {
        "median_open_days": 160.0, "median_open_days_to_contact": 5.0, "silent": 1, "closed_expired": 2,
        "closed_by_rule": 0, "closed_unanswered": 2, "withdrawn": 0,
    }  # fmt: skip


def test_open_days_leave_out_the_day_of_submission_and_week_ends() -> None:
    scenario, young_id = Scenario(), uuid4()
    scenario.referral(young_id, opened=(scenario.intake.id,), closed_on=date(2021, 3, 8), answer="refused")  # Monday to Monday
    scenario.application(young_id, status="refused", contacts=[date(2021, 3, 8)])
    assert answer_rate(scenario.seen()).parts["median_open_days"] == 5.0


def test_open_days_leave_out_public_holidays() -> None:
    scenario, young_id = Scenario(), uuid4()  # Easter Monday is between the two days
    scenario.referral(young_id, on=date(2021, 4, 2), opened=(scenario.intake.id,), closed_on=date(2021, 4, 6), answer="refused")
    scenario.application(young_id, status="refused", contacts=[date(2021, 4, 6)])
    assert answer_rate(scenario.seen()).parts["median_open_days"] == 1.0


def test_a_referral_belongs_to_the_school_it_wished_for_and_to_the_one_that_opened() -> None:
    scenario, young_id = Scenario(), uuid4()
    scenario.referral(young_id, wishes=[{"sector": "metallerie", "departments": ["39"]}], opened=(scenario.intake.id,))
    scenario.application(young_id)
    scenario.referral(uuid4(), wishes=[{"school": "besancon", "programme": "cap-conducteur-installations"}])
    assert answer_rate(scenario.seen("school:dole")).denominator == 1
    assert answer_rate(scenario.seen("school:besancon")).denominator == 1
    assert answer_rate(scenario.seen("school:chalon")).denominator == 0
    assert answer_rate(scenario.seen("network", "2021-2022")).denominator == 1
    assert answer_rate(scenario.seen("agency_kind:cio")).denominator == 2


def test_two_agencies_that_refer_the_same_person_both_have_the_contact() -> None:
    scenario, young_id = Scenario(), uuid4()
    for agency in ("cio-du-canal", "college-de-la-source"):
        scenario.referral(
            young_id,
            agency=agency,
            opened=(scenario.intake.id,),
            closed_on=date(2021, 10, 16),
            answer="expired",
            answered_by="nobody",
        )
    agencies = ("cio-du-canal", "college-de-la-source")
    scenario.application(young_id, agencies=agencies, status="obsolete", because="intake_closed", contacts=[date(2021, 3, 8)])
    kinds = ("agency_kind:cio", "agency_kind:college", "agency_kind:mlds")
    assert [answer_rate(scenario.seen(kind)).numerator for kind in kinds] == [1, 1, 0]
    assert [len(scenario.seen(kind).applications) for kind in kinds] == [1, 1, 0]
    assert answer_rate(scenario.seen()).numerator == 2


def test_raccrochage_wants_a_start_within_a_year_and_presence_three_months_after() -> None:
    scenario = Scenario()
    stayed, gone, never = uuid4(), uuid4(), uuid4()
    for young_id in (stayed, gone):
        scenario.referral(young_id, opened=())
    scenario.referral(never, code="chose_other_path")
    scenario.referral(uuid4(), on=date(2024, 4, 1))  # too late to be counted
    scenario.enrolment(stayed)
    scenario.enrolment(gone, status="interrupted", absences=[(date(2021, 12, 1), True)])
    figure = raccrochage(scenario.seen(day=date(2025, 6, 30)))
    assert (figure.numerator, figure.denominator, dict(figure.parts)) == (1, 3, {"other_path": 1})


def test_someone_is_gone_from_the_day_they_interrupt_and_there_on_the_day_they_complete() -> None:
    scenario = Scenario()
    one = scenario.enrolment(absences=[(date(2022, 1, 15), True), (date(2022, 2, 1), False)], completed_on=date(2023, 6, 30))
    days = [date(2022, 1, 14), date(2022, 1, 15), date(2022, 2, 1), date(2023, 6, 30), date(2023, 7, 1)]
    assert [present(one, day) for day in days] == [True, False, True, True, False]


def test_occupancy_counts_confirmed_places_of_the_school_year() -> None:
    scenario = Scenario()
    scenario.enrolment(status="due", started_on=None)
    scenario.enrolment(status="did_not_start", started_on=None)
    scenario.enrolment(status="present")
    assert occupancy(scenario.seen(day=date(2022, 6, 30))) == Figure(2, 10, parts={"school_year": "2021-2022"})


def test_an_interruption_that_ended_is_none_and_who_never_came_is_apart() -> None:
    scenario = Scenario()
    scenario.enrolment(absences=[(date(2022, 1, 15), True), (date(2022, 2, 1), False)])
    scenario.enrolment(status="interrupted", absences=[(date(2022, 1, 15), True)])
    scenario.enrolment(status="did_not_start", started_on=None)
    assert interruption(scenario.seen()) == Figure(1, 2, parts={"did_not_start": 1, "gave_up": 0})


def test_the_last_enrolment_is_the_one_that_started_last() -> None:
    scenario, young_id = Scenario(), uuid4()
    scenario.enrolment(young_id, status="interrupted", absences=[(date(2022, 1, 15), True)])
    scenario.enrolment(young_id, entry=2022, started_on=date(2022, 9, 1), school="chalon")
    assert interruption(scenario.seen()).numerator == 0
    assert interruption(scenario.seen("school:dole")).numerator == 1
    assert [one.cohort for one in scenario.seen().people] == ["2021-2022"]


def test_hours_of_placement_and_absence_are_in_no_share() -> None:
    scenario = Scenario()
    scenario.week(scenario.enrolment(), production=1200, practice=100, teaching=500, placement=300, absence_justified=420)
    assert hours(scenario.seen(), "production", "practice") == Figure(
        1300, 1800,
        parts={
            "production": 20, "practice": 1.67, "teaching": 8.33, "placement": 5, "absence_justified": 7,
            "absence_unjustified": 0,
        },
    )  # fmt: skip


def test_an_order_is_on_time_on_its_last_day() -> None:
    scenario = Scenario()
    scenario.order(due_on=date(2022, 2, 1), completed_on=date(2022, 2, 1), invoiced_cents=5000)
    scenario.order(due_on=date(2022, 2, 1), completed_on=date(2022, 2, 2))
    scenario.order(cancelled=True)
    scenario.order(invoiced_cents=7000, credited_cents=4500)
    parts = {"received": 4, "cancelled": 1, "production_hours": 0, "turnover_cents": 7500}
    assert orders(scenario.seen("school:dole")) == Figure(1, 2, parts=parts)
    assert orders(scenario.seen("school:chalon")).parts["received"] == 0


def test_a_diploma_counts_a_person_once_absent_is_presented_and_no_result_is_unknown() -> None:
    scenario = Scenario()
    scenario.enrolment(exams={uuid4(): "failed", uuid4(): "obtained"})
    scenario.enrolment(exams={uuid4(): "absent"})
    scenario.enrolment(exams={uuid4(): None})
    scenario.enrolment()
    scenario.enrolment(last_year=False)
    parts: dict[str, Part] = {
        "presented_of_last_year": {"numerator": 3, "denominator": 4},
        "obtained_of_entrants": {"numerator": 1, "denominator": 5},
    }
    assert diploma_success(scenario.seen()) == Figure(1, 3, 1, parts)


def test_who_interrupted_less_than_three_months_ago_has_not_left() -> None:
    scenario = Scenario()
    scenario.enrolment(status="interrupted", absences=[(date(2025, 3, 31), True)])
    assert further_studies(scenario.seen(day=date(2025, 6, 29))).denominator == 0
    assert further_studies(scenario.seen(day=date(2025, 6, 30))).denominator == 1


def test_continuing_leaves_the_denominator_of_employment_and_unreachable_stays() -> None:
    scenario = Scenario()
    for situation in ("employed", "apprenticeship", "unreachable", "job_seeking"):
        scenario.enrolment(completed_on=date(2023, 6, 30), outcomes={(6, "school"): declared(situation)})
    scenario.enrolment(completed_on=date(2023, 6, 30))
    scenario.enrolment(completed_on=date(2025, 6, 1))
    parts: dict[str, Part] = {"due": 5, "continuing": 1, "with_proof": {"numerator": 1, "denominator": 1}}
    assert employment(scenario.seen(), 6) == Figure(1, 4, 2, parts)
    assert insertion(scenario.seen(), among=lambda one: one.finisher) == Figure(2, 5, 2, {"employed": 1, "continuing": 1})
    assert further_studies(scenario.seen()) == Figure(1, 6, 3, {"apprenticeship": 1, "not_due": 1})


def test_of_several_sources_the_strongest_proof_is_retained_and_unreachable_last() -> None:
    scenario = Scenario()
    outcomes = {
        (6, "school"): declared("job_seeking", "phone"),
        (6, "employer"): declared("employed", "contract"),
        (6, "agency"): declared("unreachable", "none", date(2024, 1, 31)),
    }
    scenario.enrolment(completed_on=date(2023, 6, 30), outcomes=outcomes)
    assert [one.situation(6) for one in scenario.seen().people] == ["employed"]


def test_what_was_said_of_a_departure_that_ended_is_no_word_on_the_next_one() -> None:
    scenario = Scenario()
    back = [(date(2022, 1, 15), True), (date(2022, 9, 1), False)]
    said = {(6, "school"): declared("employed", on=date(2022, 7, 15))}
    scenario.enrolment(absences=back, outcomes=said)
    scenario.enrolment(absences=back, outcomes=said, completed_on=date(2023, 6, 30))
    assert [one.situation(6) for one in scenario.seen().people] == [None, None]


def test_with_the_same_proof_the_latest_word_is_retained_then_the_first_source_by_name() -> None:
    scenario = Scenario()
    latest = {(6, "school"): declared("employed"), (6, "young_person"): declared("other", on=date(2024, 1, 3))}
    by_name = {(6, "school"): declared("employed"), (6, "employer"): declared("other")}
    for outcomes in (latest, by_name):
        scenario.enrolment(completed_on=date(2023, 6, 30), outcomes=outcomes)
    assert [one.situation(6) for one in scenario.seen().people] == ["other", "other"]


def test_cost_divides_the_operating_money_of_its_last_complete_year_by_the_months_present() -> None:
    scenario = Scenario()
    scenario.enrolment()
    scenario.payment("network", "operating", 12_000, date(2021, 12, 1))
    scenario.payment("network", "investment", 500, date(2021, 12, 1))
    scenario.payment("network", "operating", 9_000, date(2022, 3, 1))
    complete = Figure(1_200_000, 4, parts={"civil_year": 2021, "complete": True, "investment_cents": 50_000})
    assert cost(scenario.seen(day=date(2021, 12, 31))) == cost(scenario.seen(day=date(2022, 12, 30))) == complete
    assert cost(scenario.seen(day=date(2022, 12, 31))).parts["civil_year"] == 2022
    assert cost(scenario.seen("school:dole", day=date(2021, 12, 31))).numerator == 0


def test_cost_of_a_first_year_is_unfinished_until_its_last_day() -> None:
    scenario = Scenario()
    scenario.enrolment()
    scenario.payment("network", "operating", 12_000, date(2021, 9, 1))
    parts = {"civil_year": 2021, "complete": False, "investment_cents": 0}
    assert cost(scenario.seen(day=date(2021, 12, 30))) == Figure(1_200_000, 4, parts=parts)


def test_an_indicator_that_means_nothing_in_a_scope_is_not_counted() -> None:
    scenario = Scenario()
    assert "occupancy" not in figures(scenario.seen("agency_kind:cio"))
    assert "orders" not in figures(scenario.seen("network", "2021-2022"))
    assert "cost" in figures(scenario.seen("school:dole"))
