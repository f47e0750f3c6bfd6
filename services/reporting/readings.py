"""Rows to figures: read once per change and instant, counted once per scope and cohort."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any

from services.reporting.indicators import figures
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.funnel import Step, funnel
from services.reporting.indicators.hours import KINDS
from services.reporting.indicators.perimeter import Known, Perimeter, Scoped
from shared.kernel.calendar import PARIS
from shared.kernel.clock import Clock
from shared.persistence.mongo import Database
from shared.projections.notifier import Changes
from shared.projections.projection import as_of

COLUMNS: Mapping[str, Sequence[str]] = {
    "agencies": ("kind", "name"),
    "schools": ("name", "town"),
    "programmes": ("school", "programme", "title"),
    "intakes": ("school", "programme", "school_year", "seats"),
    "referrals": ("young_id", "agency", "situation", "submitted_on", "wishes", "opened", "closed_on", "answer", "code"),
    "applications": ("young_id", "school", "programme", "school_year", "status", "contacted_on", "admissible_on"),
    "enrolments": ("young_id", "school", "year", "started_on", "did_not_start_on", "absence", "completed_on"),
    "exams": ("enrolment_id", "result"),
    "outcomes": ("enrolment_id", "horizon", "source", "situation", "proof", "declared_on"),
    "orders": ("school", "received_on", "due_on", "completed_on", "cancelled_on", "invoiced_cents"),
    "grants": ("holder", "purpose", "funder"),
    "payments": ("grant_id", "amount_cents", "paid_on"),
}
HISTORIES: Mapping[str, Sequence[str]] = {"applications": ("contacted_on",), "enrolments": ("year", "absence")}
"""The fields of which every value counts, not the last."""
STALE_AFTER = 2.0
"""Seconds. Another replica may write the rows that this one reads."""
KEPT = 4


@dataclass(eq=False)
class Reading:
    """The rows as known at an instant, and what was counted from them."""

    known: Known
    at: float = field(default_factory=monotonic)
    _counted: dict[tuple[Perimeter, str | None], list[Figure]] = field(default_factory=dict)

    def figures(self, scope: Perimeter, cohort: str | None) -> list[Figure]:
        """Every indicator of a scope, unmasked."""
        if (scope, cohort) not in self._counted:
            self._counted[scope, cohort] = figures(Scoped(self.known, scope, cohort))
        return self._counted[scope, cohort]

    def funnel(self, scope: Perimeter, cohort: str | None) -> list[Step]:
        """The steps from referral to insertion, unmasked."""
        return funnel(Scoped(self.known, scope, cohort))


class Views:
    """Readings of the rows, shared by everyone who asks for the same."""

    def __init__(self, database: Database, clock: Clock, changes: Changes) -> None:
        self._database = database
        self._clock = clock
        self._changes = changes
        self._readings: dict[tuple[int, date, bool], Reading] = {}
        self._one_at_a_time = asyncio.Lock()

    async def read(self, as_known_on: date | None = None) -> Reading:
        """The rows as known now, or at the end of a day in France."""
        day = as_known_on or self._clock.today()
        async with self._one_at_a_time:
            key = (self._changes.number, day, as_known_on is None)
            kept = self._readings.get(key)
            if kept is None or monotonic() - kept.at > STALE_AFTER:
                self._readings.pop(key, None)
                while len(self._readings) >= KEPT:
                    self._readings.pop(next(iter(self._readings)))
                self._readings[key] = kept = Reading(await load(self._database, day, _end_of(as_known_on)))
            return kept


async def load(database: Database, day: date, instant: datetime | None) -> Known:
    """Every row that the indicators read, with only the fields that they read."""
    rows = await asyncio.gather(*(_rows(database, name, instant) for name in COLUMNS))
    return Known(day=day, hours=await _hours(database, instant), **dict(zip(COLUMNS, rows, strict=True)))


async def _rows(database: Database, name: str, instant: datetime | None) -> list[dict[str, Any]]:
    histories = HISTORIES.get(name, ())
    columns: dict[str, Any] = {
        f"facts.{column}": 1 if instant or column in histories else {"$slice": -1} for column in COLUMNS[name]
    }
    found = await database[name].find(fields=columns)
    rows = []
    for stored in found:
        if row := as_of(stored, instant):
            row.update({column: told(stored, column, instant) for column in histories})
            rows.append(row)
    return rows


def told(stored: Mapping[str, Any], column: str, instant: datetime | None) -> list[Any]:
    """Every value of a fact told by an instant, in order."""
    limit = _text(instant) if instant else "9999"
    return [value for at, value in stored["facts"].get(column, ()) if at <= limit]


async def _hours(database: Database, instant: datetime | None) -> list[dict[str, Any]]:
    """Minutes by kind of each enrolment, summed where the rows are: weeks are the many."""

    def last(column: str) -> dict[str, Any]:
        history: Any = f"$facts.{column}"
        if instant:
            by_then = {"$lte": [{"$first": "$$this"}, _text(instant)]}
            history = {"$filter": {"input": history, "cond": by_then}}
        return {"$last": {"$last": history}}

    by = ("school", "programme", "enrolment_id")
    pipeline: list[dict[str, Any]] = [
        {"$project": {"_id": 0, "minutes": last("minutes"), **{column: last(column) for column in by}}},
        {"$match": {"minutes": {"$ne": None}}},
        {"$group": {"_id": {column: f"${column}" for column in by}, **{kind: {"$sum": f"$minutes.{kind}"} for kind in KINDS}}},
    ]
    return [{**row.pop("_id"), **row} for row in await database["weeks"].aggregate(pipeline)]


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _end_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), PARIS).astimezone(UTC) - timedelta(microseconds=1)
