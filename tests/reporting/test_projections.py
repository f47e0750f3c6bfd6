"""The rows: the same in the end, however the messages come."""

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.projections import PROJECTIONS
from services.reporting.projections.applications import applications
from services.reporting.projections.enrolments import enrolments
from shared.events import EVENTS, ApplicationLeft, ReferralWithdrawalRequested
from tests.reporting.drivers import Told, rows_of
from tests.reporting.every_event import ENROLMENT, INTAKE, YOUNG, everything

TOLD = everything().messages
IN_ORDER = rows_of(TOLD)


@st.composite
def deliveries(draw: st.DrawFn) -> list[Told]:
    """The same messages, in order within a source, in any order between sources, with redeliveries from any earlier point."""
    streams: dict[str, list[Told]] = defaultdict(list)
    for told in TOLD:
        streams[told[1].source].append(told)
    turns = draw(st.permutations([source for source, stream in streams.items() for _ in stream]))
    again = draw(st.dictionaries(st.integers(0, len(turns) - 1), st.integers(0, 5), max_size=12))
    heard: dict[str, int] = defaultdict(int)
    delivered: list[Told] = []
    for turn, source in enumerate(turns):
        heard[source] += 1
        delivered.append(streams[source][heard[source] - 1])
        if turn in again:
            delivered += streams[source][min(again[turn], heard[source] - 1) : heard[source]]
    return delivered


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(deliveries())
def test_every_projection_ends_in_the_same_rows_under_any_order_between_sources_and_any_duplication(
    delivered: list[Told],
) -> None:
    assert rows_of(delivered) == IN_ORDER


def test_every_event_is_projected_but_those_that_another_one_tells_the_end_of() -> None:
    heard = {event for projection in PROJECTIONS for event in projection.events}
    assert set(EVENTS.values()) - heard == {ReferralWithdrawalRequested, ApplicationLeft}
    assert heard == {type(event) for event, _ in TOLD}


def test_a_row_is_fed_by_one_key_and_each_of_its_fields_by_one_kind_of_source() -> None:
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    tellers: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for event, message in TOLD:
        for projection in PROJECTIONS:
            for row in projection.rows(event):
                keys[projection.name, row.id].add(message.key)
                for field in row.facts:
                    tellers[projection.name, row.id, field].add(message.source)
    assert {row: told for row, told in keys.items() if len(told) > 1} == {}
    assert {field: told for field, told in tellers.items() if len(told) > 1} == {}


def test_an_enrolment_keeps_every_year_and_every_absence() -> None:
    facts = IN_ORDER[enrolments.name][str(ENROLMENT)]["facts"]
    assert [year["school_year"] for _, year in facts["year"]] == ["2024-2025", "2025-2026", "2025-2026", "2026-2027"]
    assert [year["programme"] for _, year in facts["year"]] == ["serrurerie", "serrurerie", "usinage", "serrurerie"]
    assert [absence for _, absence in facts["absence"]] == [
        ["2024-03-04", True, "moved"],
        ["2024-03-04", False, None],
        ["2024-09-20", True, "other"],
        ["2024-09-20", False, None],
    ]


def test_an_application_keeps_every_day_of_contact_and_its_last_status() -> None:
    facts = IN_ORDER[applications.name][f"{YOUNG}/{INTAKE}"]["facts"]
    assert [day for _, day in facts["contacted_on"]] == ["2024-03-04", "2024-03-05", "2024-03-07", "2024-03-04"]
    assert facts["status"][-1][1] == "released"
