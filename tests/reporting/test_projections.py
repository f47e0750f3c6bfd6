"""The rows: the same in the end, however the messages come."""

from collections import defaultdict
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.bench.publisher import Published, Publisher, an_id
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.enrolments import Absence, EnrolmentRow
from services.reporting.projections.referrals import ReferralRow
from shared.events import EVENTS
from shared.events.applications import ApplicationStatus, WishesAnswered
from shared.events.referral import ReferralClosed, Situation
from shared.events.students import InterruptionCode
from shared.projections.table import TableRow
from tests.architecture.test_events import NOT_COUNTED
from tests.reporting.drivers import rows_of
from tests.reporting.every_event import DAY, ENROLMENT, INTAKE, YOUNG, everything

R = TypeVar("R", bound=TableRow)
MESSAGES = everything().messages
IN_ORDER = rows_of(MESSAGES)


@st.composite
def deliveries(draw: st.DrawFn) -> list[Published]:
    """The same messages, in order within a source, in any order between sources, with redeliveries from any earlier point."""
    streams: dict[str, list[Published]] = defaultdict(list)
    for published in MESSAGES:
        streams[published[1].source].append(published)
    turns = draw(st.permutations([source for source, stream in streams.items() for _ in stream]))
    again = draw(st.dictionaries(st.integers(0, len(turns) - 1), st.integers(0, 5), max_size=12))
    delivered_count: dict[str, int] = defaultdict(int)
    delivered: list[Published] = []
    for turn, source in enumerate(turns):
        delivered_count[source] += 1
        delivered.append(streams[source][delivered_count[source] - 1])
        if turn in again:
            delivered += streams[source][min(again[turn], delivered_count[source] - 1) : delivered_count[source]]
    return delivered


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(deliveries())
def test_every_projection_ends_in_the_same_rows_under_any_order_between_sources_and_any_duplication(
    delivered: list[Published],
) -> None:
    assert rows_of(delivered) == IN_ORDER


def test_every_event_is_projected_but_those_that_another_one_tells_the_end_of() -> None:
    delivered_count = {event for projection in PROJECTIONS for event in projection.events}
    assert set(EVENTS.values()) - delivered_count == NOT_COUNTED
    assert delivered_count == {type(event) for event, _ in MESSAGES}


def test_a_row_is_fed_by_one_key_and_each_of_its_fields_by_one_kind_of_source() -> None:
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    tellers: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for event, message in MESSAGES:
        for projection in PROJECTIONS:
            for row in projection.rows(event, message.time):
                keys[projection.name, row.id].add(message.key)
                for field in row.facts:
                    tellers[projection.name, row.id, field].add(message.source)
    assert {row: published for row, published in keys.items() if len(published) > 1} == {}
    assert {field: published for field, published in tellers.items() if len(published) > 1} == {}


def test_an_enrolment_keeps_every_year_and_every_absence() -> None:
    row = read(EnrolmentRow, str(ENROLMENT))
    assert [year.school_year for year in row.year] == ["2024-2025", "2025-2026", "2025-2026", "2026-2027", "2026-2027"]
    assert [year.programme for year in row.year] == ["serrurerie", "serrurerie", "usinage", "serrurerie", "serrurerie"]
    assert [year.last_year for year in row.years] == [False, False, False, False]  # the last one was no last year
    first, second, corrected = date(2024, 3, 4), date(2024, 9, 20), date(2024, 3, 11)
    assert row.absence[:4] == (
        Absence(on=first, away=True, code=InterruptionCode.MOVED),
        Absence(on=first, away=False),
        Absence(on=second, away=True, code=InterruptionCode.OTHER),
        Absence(on=second, away=False),
    )
    assert [(one.on, one.away) for one in row.absences] == [
        (corrected, True), (corrected, False), (second, True), (second, False),
    ]  # fmt: skip


def test_an_application_keeps_every_day_of_contact_and_its_last_status() -> None:
    row = read(ApplicationRow, f"{YOUNG}/{INTAKE}")
    assert [at.day for at in row.contacted_at] == [4, 5, 7, 4]
    assert row.status is ApplicationStatus.RELEASED


def test_a_referral_is_as_its_agency_said_it_and_before_it_was_amended_as_it_said_then() -> None:
    stored = IN_ORDER["referrals"][str(an_id("referral", "cio-dole"))]
    then, now = (ReferralRow.as_known(stored, Publisher.noon(DAY + timedelta(days=after))) for after in (2, 3))
    assert then is not None
    assert now is not None
    assert (then.situation, [wish.programme for wish in then.wishes]) == (Situation.OUT_OF_SCHOOL, ["serrurerie"])
    assert (now.situation, [wish.programme for wish in now.wishes]) == (Situation.IN_TRAINING, ["usinage"])
    assert now.corrected_on == DAY + timedelta(days=3)


def test_a_referral_that_was_closed_before_its_submission_came_is_not_read_yet() -> None:
    of_one = [
        published
        for published in MESSAGES
        if published[1].key == str(YOUNG) and isinstance(published[0], WishesAnswered | ReferralClosed)
    ]
    early = rows_of(of_one)["referrals"]
    assert {ReferralRow.as_known(stored) for stored in early.values()} == {None}
    assert all(ReferralRow.as_known(IN_ORDER["referrals"][id]) for id in early)


def read(of: type[R], id: str) -> R:
    row = of.as_known(IN_ORDER[of.projection.name][id])
    assert row is not None
    return row
