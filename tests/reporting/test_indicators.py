"""Each indicator on a few people, its figures worked out by hand."""

from datetime import date
from typing import Any

import pytest

from services.reporting.indicators import figures
from services.reporting.indicators.answers import open_days
from services.reporting.indicators.figure import Share
from services.reporting.indicators.scope import Scoped
from shared.errors import NotFound
from tests.reporting.rows import (
    BESANCON,
    CIO,
    COLLEGE,
    DOLE,
    LAST,
    a_finisher,
    a_referral,
    a_year,
    an_application,
    an_enrolment,
    an_exam,
    an_intake,
    an_outcome,
    figure_of,
    known,
    some_hours,
)


def test_diploma_success_counts_the_absent_as_presented_and_a_result_to_come_as_unknown() -> None:
    enrolments = [a_finisher("a"), a_finisher("b"), a_finisher("c"), a_finisher("d"), an_enrolment("e")]
    exams = [an_exam("a", "obtained"), an_exam("b", "absent"), an_exam("c")]
    said = figure_of("diploma_success", known("2026-07-01", enrolments=enrolments, exams=exams))
    assert (said.numerator, said.denominator, said.unknown) == (1, 3, 1)
    assert (said.value, said.low, said.high) == (0.333333, 0.333333, 0.666667)
    assert said.parts == {"presented_of_last_year": Share(3, 4), "obtained_of_entrants": Share(1, 5)}


def test_who_fails_then_obtains_counts_once_as_obtained() -> None:
    exams = [an_exam("a", "failed", 1), an_exam("a", "obtained", 2)]
    said = figure_of("diploma_success", known("2027-07-01", enrolments=[a_finisher("a")], exams=exams))
    assert (said.numerator, said.denominator, said.unknown) == (1, 1, 0)


def test_an_interruption_makes_a_leaver_three_months_later_to_the_day() -> None:
    gone = an_enrolment("a", absence=[["2025-01-15", True, "moved"]])
    assert figure_of("further_studies", known("2025-04-14", enrolments=[gone])).denominator == 0
    assert figure_of("further_studies", known("2025-04-15", enrolments=[gone])).denominator == 1


def test_who_came_back_is_neither_interrupted_nor_a_leaver() -> None:
    back = an_enrolment("a", absence=[["2025-01-15", True, "moved"], ["2025-06-01", False, None]])
    now = known("2025-12-01", enrolments=[back])
    assert figure_of("further_studies", now).denominator == 0
    assert (figure_of("interruption", now).numerator, figure_of("interruption", now).denominator) == (0, 1)


def test_interruption_counts_at_once_and_keeps_did_not_starts_apart() -> None:
    enrolments = [
        an_enrolment("a"),
        an_enrolment("b", absence=[["2025-01-15", True, "other"]]),
        an_enrolment("c", started_on=None, did_not_start_on="2024-09-09"),
        an_enrolment("d", started_on=None),
    ]
    said = figure_of("interruption", known("2025-01-15", enrolments=enrolments))
    assert (said.numerator, said.denominator, said.parts) == (1, 2, {"did_not_start": 1})


def test_a_person_counts_once_in_the_network_and_in_each_school() -> None:
    first = an_enrolment("a", id="e2", absence=[["2025-01-15", True, "other_school"]])
    second = an_enrolment("a", id="e1", school="besancon", started_on="2025-02-03")
    now = known("2025-06-01", schools=[DOLE, BESANCON], enrolments=[second, first])
    assert [figure_of("interruption", now, scope).numerator for scope in ("network", "school:dole", "school:besancon")] == [
        0,
        1,
        0,
    ]
    assert [figure_of("interruption", now, scope).denominator for scope in ("network", "school:dole", "school:besancon")] == [
        1,
        1,
        1,
    ]


def test_further_studies_holds_every_leaver_and_says_how_many_are_not_due() -> None:
    enrolments = [a_finisher("a"), a_finisher("b"), a_finisher("c", completed_on="2026-11-30"), a_finisher("d")]
    outcomes = [an_outcome("a", "apprenticeship"), an_outcome("b", "further_studies"), an_outcome("d", "employed")]
    said = figure_of("further_studies", known("2027-01-15", enrolments=enrolments, outcomes=outcomes))
    assert (said.numerator, said.denominator, said.unknown) == (2, 4, 1)
    assert (said.value, said.high) == (0.5, 0.75)
    assert said.parts == {"apprenticeship": 1, "not_due": 1}


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
    said = figure_of("employment_6", now)
    assert (said.numerator, said.denominator, said.unknown) == (2, 5, 2)
    assert (said.value, said.high) == (0.4, 0.8)
    assert said.parts == {"due": 6, "continuing": 1, "with_proof": Share(1, 2)}
    assert figure_of("employment_12", now).denominator == 0


def test_insertion_is_shown_for_finishers_and_for_all_entrants() -> None:
    left_early = an_enrolment("c", absence=[["2025-02-28", True, "exclusion"]])
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
        said = figure_of("employment_6", known("2027-01-15", enrolments=[a_finisher("a")], outcomes=order))
        assert (said.numerator, said.denominator) == (retained, 1)


def test_raccrochage_starts_within_twelve_months_and_stays_three() -> None:
    referrals = [a_referral(young) for young in "abcdef"] + [a_referral("g", submitted_on="2024-03-05")]
    enrolments = [
        an_enrolment("a"),
        an_enrolment("b", started_on="2025-03-04"),
        an_enrolment("c", started_on="2025-03-05"),
        an_enrolment("d", absence=[["2024-12-02", True, "other"]]),
        an_enrolment("e", absence=[["2024-10-01", True, "other"], ["2024-12-02", False, None]]),
    ]
    referrals[5] |= {"closed_on": "2024-03-20", "answer": "refused", "code": "chose_other_path"}
    said = figure_of("raccrochage", known("2025-06-04", referrals=referrals, enrolments=enrolments))
    assert (said.numerator, said.denominator, said.parts) == (3, 6, {"other_path": 1})


def test_a_second_referral_does_not_count_a_person_twice() -> None:
    referrals = [a_referral("a", id="r2", submitted_on="2024-06-03"), a_referral("a")]
    said = figure_of("raccrochage", known("2025-06-04", referrals=referrals, enrolments=[an_enrolment("a")]))
    assert (said.numerator, said.denominator) == (1, 1)


def test_open_days_are_monday_to_friday() -> None:
    friday, monday, the_monday_after = date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 11)
    assert [open_days(friday, monday), open_days(monday, the_monday_after), open_days(monday, monday)] == [1, 5, 0]
    assert open_days(friday, date(2024, 3, 3)) == 0


def test_answers_are_counted_with_their_delay_and_silence_apart() -> None:
    referrals = [
        a_referral("a", closed_on="2024-03-08", answer="enrolled", code=None),
        a_referral("b", closed_on="2024-03-18", answer="refused", code="no_place"),
        a_referral("c", closed_on="2024-12-01", answer="expired", code=None),
        a_referral("d"),
    ]
    applications = [
        an_application("a", status="enrolled", contacted_on=["2024-03-06", "2024-03-08"]),
        an_application("b", status="refused", contacted_on=["2024-03-18"]),
        an_application("c", status="intake_closed"),
        an_application("d"),
    ]
    said = figure_of("answer_rate", known("2024-12-02", intakes=[an_intake()], referrals=referrals, applications=applications))
    assert (said.numerator, said.denominator, said.value) == (2, 4, 0.5)
    assert said.parts == {
        "median_open_days": 7.0, "median_open_days_to_contact": 6.0, "silent": 1,
        "closed_enrolled": 1, "closed_expired": 1, "closed_refused": 1,
    }  # fmt: skip


def test_a_referral_concerns_the_schools_that_it_names_and_those_where_it_opened() -> None:
    by_sector = a_referral("a", wishes=[], opened=["i2"])
    now = known(
        "2024-12-02", schools=[DOLE, BESANCON], intakes=[an_intake(), an_intake("i2", school="besancon")], referrals=[by_sector]
    )
    assert [figure_of("answer_rate", now, f"school:{school}").denominator for school in ("dole", "besancon")] == [0, 1]


def test_occupancy_counts_confirmed_places_of_this_school_year() -> None:
    enrolments = [
        an_enrolment("a"),
        an_enrolment("b", started_on=None),
        an_enrolment("c", started_on=None, did_not_start_on="2024-09-09"),
        an_enrolment("d", absence=[["2024-10-01", True, "other"]]),
        an_enrolment("e", year=[a_year("2025-2026")], started_on=None),
        an_enrolment("f", year=[a_year("2024-2025"), LAST]),
        a_finisher("g"),
    ]
    intakes = [an_intake(), an_intake("i2", seats=4), an_intake("i3", school_year="2025-2026", seats=20)]
    said = figure_of("occupancy", known("2025-07-31", enrolments=enrolments, intakes=intakes))
    assert (said.numerator, said.denominator, said.value) == (3, 12, 0.25)


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
    orders: list[dict[str, Any]] = [
        {"id": "1", "school": "dole", "due_on": "2025-01-10", "completed_on": "2025-01-10", "invoiced_cents": 12_000},
        {"id": "2", "school": "dole", "due_on": "2025-01-10", "completed_on": "2025-01-11"},
        {"id": "3", "school": "dole", "cancelled_on": "2025-01-02"},
    ]
    said = figure_of("orders", known("2025-02-01", orders=orders, hours=[some_hours(production=90)]))
    assert (said.numerator, said.denominator, said.value) == (1, 2, 0.5)
    assert said.parts == {"received": 3, "cancelled": 1, "production_minutes": 90, "turnover_cents": 12_000}


def test_cost_divides_a_year_of_payments_by_pupil_months() -> None:
    grants = [
        {"id": "g", "holder": "network", "purpose": "operating"},
        {"id": "i", "holder": "network", "purpose": "investment"},
    ]
    payments = [
        {"id": "1", "grant_id": "g", "amount_cents": 9_999, "paid_on": "2023-12-31"},
        {"id": "2", "grant_id": "g", "amount_cents": 500_000, "paid_on": "2024-03-01"},
        {"id": "3", "grant_id": "i", "amount_cents": 70_000, "paid_on": "2024-05-01"},
    ]
    enrolments = [an_enrolment("a"), an_enrolment("b", absence=[["2024-11-15", True, "other"]])]
    now = known("2024-12-14", schools=[DOLE], grants=grants, payments=payments, enrolments=enrolments)
    said = figure_of("cost", now)
    assert (said.numerator, said.denominator, said.value) == (500_000, 5, 12_000.0)  # a: Sep, Oct, Nov; b: Sep, Oct
    assert said.parts == {"civil_year": 2024, "investment_cents": 70_000}
    assert (figure_of("cost", now, "school:dole").numerator, figure_of("cost", now, "school:dole").value) == (0, None)


def test_a_cohort_is_the_school_year_of_the_first_start() -> None:
    enrolments = [an_enrolment("a", started_on="2025-07-31"), an_enrolment("b", started_on="2025-08-01")]
    now = known("2026-01-01", enrolments=enrolments, hours=[some_hours("a", production=1), some_hours("b", production=2)])
    assert figure_of("interruption", now, cohort="2024-2025").denominator == 1
    assert figure_of("production_share", now, cohort="2025-2026").denominator == 2


def test_a_kind_of_agency_is_answerable_for_the_young_people_it_referred() -> None:
    referrals = [a_referral("a"), a_referral("b", agency="college-dole"), a_referral("a", id="r2", agency="college-dole")]
    now = known("2025-01-01", agencies=[CIO, COLLEGE], referrals=referrals, enrolments=[an_enrolment("a"), an_enrolment("b")])
    assert [figure_of("interruption", now, f"agency_kind:{kind}").denominator for kind in ("cio", "college", "mlds")] == [1, 2, 0]


def test_what_means_nothing_in_a_scope_is_left_out() -> None:
    now = known(
        "2025-01-01", schools=[DOLE], programmes=[{"id": "x", "school": "dole", "programme": "serrurerie", "title": "CAP"}]
    )

    def names(scope: str, cohort: str | None = None) -> set[str]:
        return {figure.indicator.name for figure in figures(Scoped(now, now.scope(scope), cohort))}

    everything = names("network")
    assert names("school:dole") == everything
    assert everything - names("programme:serrurerie") == {"orders", "cost"}
    assert everything - names("agency_kind:cio") == {"orders", "cost", "occupancy"}
    assert everything - names("network", "2024-2025") == {"orders", "cost", "occupancy"}


@pytest.mark.parametrize(
    "scope", ["school:nowhere", "programme:nothing", "agency_kind:bank", "region", "school:", "network:x", ""]
)
def test_an_unknown_scope_is_not_found(scope: str) -> None:
    with pytest.raises(NotFound):
        known("2025-01-01", schools=[DOLE]).scope(scope)


def test_rows_that_only_half_arrived_break_nothing() -> None:
    """Another source's part of a row may come first: a closing before its submission, a payment before its grant."""
    now = known(
        "2025-01-01",
        referrals=[{"id": "r", "closed_on": "2024-05-01", "answer": "enrolled", "code": None}],
        payments=[{"id": "p", "grant_id": "unheard", "amount_cents": 1, "paid_on": "2024-01-01"}],
        exams=[an_exam("nobody")],
        outcomes=[an_outcome("nobody", "employed")],
    )
    assert all(not figure.denominator for figure in figures(Scoped(now)))
