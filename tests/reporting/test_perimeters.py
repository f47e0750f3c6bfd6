"""Whom a scope and a cohort hold, each person once."""

import pytest

from services.reporting.indicators import count
from services.reporting.indicators.funnel import Step, funnel
from services.reporting.indicators.perimeter import perimeter_of
from services.reporting.tables import Tables
from shared.kernel.errors import NotFound
from tests.reporting.builders import (
    BESANCON,
    CIO,
    CLOSED,
    COLLEGE,
    DOLE,
    SERRURERIE,
    a_finisher,
    a_payment,
    a_referral,
    an_application,
    an_enrolment,
    an_exam,
    an_intake,
    an_outcome,
    at,
    figure_of,
    known,
    select,
    some_hours,
)


def steps(now: Tables, scope: str = "network", cohort: str | None = None) -> list[Step]:
    return funnel(count(select(now, scope, cohort)).reached, cohort)


def test_a_person_counts_once_in_the_network_and_in_each_school() -> None:
    first = an_enrolment("a", id="e2", absence=[("2025-01-15", "other_school")])
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


def test_a_referral_concerns_the_schools_that_it_names_and_those_where_it_opened() -> None:
    by_sector = a_referral("a", wishes=[], opened=["i2"])
    now = known(
        "2024-12-02", schools=[DOLE, BESANCON], intakes=[an_intake(), an_intake("i2", school="besancon")], referrals=[by_sector]
    )
    assert [figure_of("answer_rate", now, f"school:{school}").denominator for school in ("dole", "besancon")] == [0, 1]


def test_a_cohort_is_the_school_year_of_the_first_start() -> None:
    enrolments = [an_enrolment("a", started_on="2025-07-31"), an_enrolment("b", started_on="2025-08-01")]
    now = known("2026-01-01", enrolments=enrolments, hours=[some_hours("a", production=1), some_hours("b", production=2)])
    assert figure_of("interruption", now, cohort="2024-2025").denominator == 1
    assert figure_of("production_share", now, cohort="2025-2026").denominator == 2


def test_a_kind_of_agency_is_answerable_for_the_young_people_it_referred() -> None:
    referrals = [a_referral("a"), a_referral("b", agency="college-dole"), a_referral("a", id="r2", agency="college-dole")]
    now = known("2025-01-01", agencies=[CIO, COLLEGE], referrals=referrals, enrolments=[an_enrolment("a"), an_enrolment("b")])
    assert [figure_of("interruption", now, f"agency_kind:{kind}").denominator for kind in ("cio", "college", "mlds")] == [1, 2, 0]


def test_two_agencies_that_refer_the_same_person_both_have_the_contact() -> None:
    closed = {"closed_at": at("2024-12-01"), "answer": "expired", "code": None}
    referrals = [a_referral("a", **closed), a_referral("a", id="r2", agency="college-dole", **closed)]
    applications = [an_application("a", agencies=["cio-dole", "college-dole"], contacted_at=[at("2024-03-08")], **CLOSED)]
    now = known(
        "2025-01-01", agencies=[CIO, COLLEGE], intakes=[an_intake()], referrals=referrals, applications=applications,
        enrolments=[an_enrolment("a")],
    )  # fmt: skip
    for kind in ("cio", "college"):
        assert figure_of("answer_rate", now, f"agency_kind:{kind}").numerator == 1
        assert figure_of("answer_rate", now, f"agency_kind:{kind}").parts["median_open_days_to_contact"] == 4.0
        assert [step.people for step in steps(now, f"agency_kind:{kind}")][:2] == [1, 1]
    assert figure_of("answer_rate", now).numerator == 2
    assert figure_of("answer_rate", now, "agency_kind:mlds").parts["silent"] == 0


def test_what_means_nothing_in_a_scope_is_left_out() -> None:
    now = known("2025-01-01", schools=[DOLE], programmes=[SERRURERIE])

    def names(scope: str, cohort: str | None = None) -> set[str]:
        return set(count(select(now, scope, cohort)).counted)

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
        perimeter_of(scope, known("2025-01-01", schools=[DOLE]))


def test_rows_whose_others_have_not_arrived_break_nothing() -> None:
    """What another row would join them to may come later: a payment's grant, an exam's enrolment."""
    now = known(
        "2025-01-01",
        payments=[a_payment("unheard", 1, "2024-01-01")],
        exams=[an_exam("nobody")],
        outcomes=[an_outcome("nobody", "employed")],
    )
    assert all(not figure.denominator for figure in count(select(now)).figures(now.day))


def test_the_funnel_follows_the_people_referred_each_counted_once() -> None:
    now = known(
        "2027-01-15",
        referrals=[a_referral("a"), a_referral("a", id="r2"), a_referral("b"), a_referral("c")],
        applications=[an_application("a", admissible_on="2024-04-02"), an_application("b"), an_application("unheard")],
        enrolments=[a_finisher("a"), an_enrolment("b", started_on=None), an_enrolment("not-referred")],
        exams=[an_exam("a", "obtained")],
        outcomes=[an_outcome("a", "apprenticeship")],
    )
    assert next(step.name for step in steps(now, cohort="2024-2025")) == "applied"
    assert {step.name: step.people for step in steps(now)} == {
        "referred": 3, "applied": 2, "admissible": 1, "enrolled": 2, "started": 1, "completed": 1, "diploma": 1, "inserted": 1,
    }  # fmt: skip
