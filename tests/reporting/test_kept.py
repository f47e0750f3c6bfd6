"""What is kept and brought up to date is what would be counted anew, whatever changes and however it comes in batches."""

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deploy.bench.publisher import Published
from services.reporting.indicators import Totals, count
from services.reporting.indicators.funnel import funnel
from services.reporting.indicators.perimeter import NETWORK, Perimeter, PerimeterKind, a_school
from services.reporting.indicators.selection import Selection
from services.reporting.kept import Kept
from services.reporting.projections import ROWS
from services.reporting.projections.weeks import HoursLogged, Minutes, Week, WeekRow
from services.reporting.readings import Of
from services.reporting.tables import Tables
from shared.events.referral import AgencyKind
from shared.projections.read_model import Stored
from tests.reporting.drivers import rows_of
from tests.reporting.every_event import everything
from tests.reporting.told_again import told_again

DAY = date(2026, 2, 10)
EVERYWHERE = [
    NETWORK,
    *map(a_school, ("dole", "besancon")),
    *(Perimeter(PerimeterKind.PROGRAMME, id) for id in ("serrurerie", "dole-metier")),
    *(Perimeter(PerimeterKind.AGENCY_KIND, kind) for kind in (AgencyKind.CIO, AgencyKind.MLDS)),
]
COHORTS = (None, "2023-2024", "2024-2025")
Stores = Mapping[str, Mapping[str, Stored]]


def rows(stored: Stores) -> dict[str, list[Any]]:
    """The rows that can be read, by table; weeks as they are kept."""
    known = {of.projection.name: [row for one in stored[of.projection.name].values() if (row := of.as_known(one))] for of in ROWS}
    return {**known, "weeks": [_week(row) for row in known["weeks"] if isinstance(row, WeekRow)]}


def _week(row: WeekRow) -> Week:
    return Week(row.id, (row.enrolment_id, row.school, row.programme), tuple(row.minutes.model_dump().values()))


def anew(stored: Stores) -> Tables:
    """Every table, made of all rows, without anything of what is kept."""
    known = rows(stored)
    hours: dict[tuple[UUID, str, str], Minutes] = {}
    for week in known.pop("weeks"):
        so_far = hours.get(week.of, Minutes()).model_dump().values()
        sums = map(sum, zip(so_far, week.minutes, strict=True))
        hours[week.of] = Minutes(**dict(zip(Minutes.model_fields, sums, strict=True)))
    logged = [HoursLogged(enrolment_id=e, school=s, programme=p, minutes=minutes) for (e, s, p), minutes in hours.items()]
    return Tables(day=DAY, hours=logged, **known)


def totals(tables: Tables) -> dict[Of, Totals]:
    return {(where, cohort): count(Selection(tables, where, cohort)) for where in EVERYWHERE for cohort in COHORTS}


def batches(draw: Random) -> list[Sequence[Published]]:
    """The messages in any order between sources (so rows come before those that they name), in batches of any size."""
    by_source: dict[str, list[Published]] = {}
    for published in [*everything().messages, *told_again(draw).messages]:
        by_source.setdefault(published[1].inbox_key, []).append(published)
    turns: list[tuple[float, str]] = []
    for key, of_source in by_source.items():
        begins, ends = draw.random(), draw.random()  # some tell everything at once, early or late
        turns += [(draw.uniform(begins, ends), key) for _ in of_source]
    in_turn = {key: iter(of_source) for key, of_source in by_source.items()}
    drawn = [next(in_turn[key]) for _, key in sorted(turns)]
    cuts = sorted({*draw.sample(range(1, len(drawn)), draw.randrange(2, 9)), len(drawn)})
    return [drawn[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]


@settings(max_examples=12, derandomize=True, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**64))
def test_what_is_kept_counts_as_everything_counted_anew(seed: int) -> None:
    kept, told, stored = Kept(), list[Published](), rows_of([])
    counted = totals(kept.whole(DAY))
    for batch in batches(Random(seed)):
        told += batch
        now = rows_of(told)
        was, becomes = map(totals, kept.change(rows(_written(stored, now)), DAY))
        counted = {of: one.changed(was[of], becomes[of]) for of, one in counted.items()}
        stored = now
        assert shown(counted) == shown(totals(anew(stored)))
        assert shown(totals(kept.whole(DAY))) == shown(counted)


def shown(counted: Mapping[Of, Totals]) -> dict[Of, Any]:
    """All that anybody is told of totals."""
    return {of: (one.figures(DAY), funnel(one.reached, of[1])) for of, one in counted.items()}


def _written(before: Stores, after: Stores) -> dict[str, dict[str, Stored]]:
    return {name: {id: row for id, row in of_table.items() if before[name].get(id) != row} for name, of_table in after.items()}
