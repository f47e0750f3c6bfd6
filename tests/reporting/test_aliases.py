"""Two `young_id` that are one person count once, wherever people are counted, from the day it was said."""

from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID

import pytest

from deploy.bench.publisher import Publisher, an_id
from services.reporting.indicators.funnel import reached
from services.reporting.projections.agencies import AgencyRow
from services.reporting.projections.aliases import AliasRow
from services.reporting.tables import Tables
from shared.events.persons import PersonMerged, PersonSplit
from shared.events.referral import AgencyKind
from shared.projections.aliases import kept_of
from tests.reporting.builders import (
    a_finisher,
    a_referral,
    an_alias,
    an_application,
    an_enrolment,
    an_exam,
    an_intake,
    an_outcome,
    figure_of,
    known,
    select,
)
from tests.reporting.drivers import rows_of

ONE_PERSON = [an_alias("b", "a")]


def told(*aliases: AliasRow) -> Tables:
    """Two referrals under two ids; a start in 2024, interrupted, under one; another, finished, under the other."""
    return known(
        "2027-06-30",
        referrals=[a_referral("a"), a_referral("b")],
        intakes=[an_intake()],
        applications=[an_application("a", met=True, admissible_on="2024-05-02"), an_application("b")],
        enrolments=[an_enrolment("a", absence=[("2024-12-02", "moved")]), a_finisher("b", started_on="2025-09-01")],
        exams=[an_exam("b", "obtained")],
        outcomes=[an_outcome("b", "employed")],
        aliases=aliases,
    )


@pytest.mark.parametrize(
    ("name", "two", "one"),
    [
        ("raccrochage", (0, 2), (0, 1)), ("interruption", (1, 2), (0, 1)), ("diploma_success", (1, 1), (1, 1)),
        ("employment_6", (1, 2), (1, 1)), ("insertion_entrants", (1, 2), (1, 1)),
    ],
)  # fmt: skip
def test_a_person_counts_once_under_two_ids(name: str, two: tuple[int, int], one: tuple[int, int]) -> None:
    found = [figure_of(name, told(*aliases)) for aliases in ((), ONE_PERSON)]
    assert [(figure.numerator, figure.denominator) for figure in found] == [two, one]


def test_the_steps_count_a_person_once() -> None:
    steps = [reached(select(told(*aliases))) for aliases in ((), ONE_PERSON)]
    assert [step["referred"] for step in steps] == [2, 1]
    assert [step["applied"] for step in steps] == [2, 1]
    assert [step["enrolled"] for step in steps] == [2, 1]


def test_a_pupil_month_and_a_seat_are_one_persons_once() -> None:
    both = [an_enrolment("a"), an_enrolment("b")]
    for aliases, people in (([], 2), (ONE_PERSON, 1)):
        tables = known("2024-10-20", enrolments=both, intakes=[an_intake()], aliases=aliases)
        assert figure_of("occupancy", tables).numerator == people
        assert figure_of("cost", tables).denominator == 2 * people  # the 15th of two months


def test_who_referred_one_id_referred_the_person() -> None:
    agencies = [AgencyRow(id="cio-dole", kind=AgencyKind.CIO)]
    for aliases, people in (([], 0), (ONE_PERSON, 1)):
        tables = known(
            "2024-10-20", referrals=[a_referral("a")], enrolments=[an_enrolment("b")], agencies=agencies, aliases=aliases
        )
        assert len(select(tables, "agency_kind:cio").people) == people


def test_aliases_resolve_along_a_chain_and_a_circle_ends() -> None:
    a, b, c = (UUID(int=n) for n in (1, 2, 3))
    assert {kept_of(one, {a: b, b: c}) for one in (a, b, c)} == {c}
    assert {kept_of(one, {a: b, b: a, c: a}) for one in (a, b, c)} == {a}


def test_as_known_on_a_day_before_the_merge_they_are_two_and_after_a_split_again() -> None:
    publisher, young, kept = Publisher(), an_id("b"), an_id("a")
    days = [date(2026, 3, 2), date(2026, 4, 2)]
    publisher.publish("/referral/person_records/b", PersonMerged(young_id=young, kept=kept, on=days[0]))
    publisher.publish("/referral/person_records/b", PersonSplit(young_id=young, on=days[1]))
    for messages in permutations([*publisher.messages, publisher.messages[1]]):
        if messages[0] is not publisher.messages[0]:
            continue
        [row] = rows_of(messages)["aliases"].values()
        instants = [datetime(2026, month, 20, tzinfo=UTC) for month in (2, 3, 4)]
        read = [AliasRow.as_known(row, instant) for instant in instants]
        assert [one and one.kept for one in read] == [None, kept, None]
