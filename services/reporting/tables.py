"""Every table as known at an instant, with what its rows are looked up by."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from sys import intern
from typing import Any, Protocol, TypeVar
from uuid import UUID

from services.reporting.projections.agencies import AgencyRow
from services.reporting.projections.aliases import AliasRow
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.exams import ExamRow
from services.reporting.projections.grants import GrantRow, PaymentRow
from services.reporting.projections.intakes import IntakeRow
from services.reporting.projections.orders import OrderRow
from services.reporting.projections.outcomes import OutcomeRow, retained
from services.reporting.projections.referrals import ReferralRow
from services.reporting.projections.schools import ProgrammeRow, SchoolRow
from services.reporting.projections.weeks import HoursLogged, Minutes, Week, WeekRow
from shared.events.referral import AgencyKind
from shared.kernel.open_days import OpenDays
from shared.persistence.mongo import Where
from shared.projections.aliases import kept_of
from shared.projections.history import last_value_as_of
from shared.projections.read_model import Stored
from shared.projections.table import PAGE, READING, Collections, in_pages, of_ids, read


class OfEnrolment(Protocol):
    """A row that names an enrolment."""

    @property
    def enrolment_id(self) -> UUID: ...


T = TypeVar("T", bound=OfEnrolment)


@dataclass(frozen=True, eq=False)
class Tables:
    """Every row that the indicators read, as known at an instant of the day `day`."""

    day: date
    agencies: Sequence[AgencyRow] = ()
    schools: Sequence[SchoolRow] = ()
    programmes: Sequence[ProgrammeRow] = ()
    intakes: Sequence[IntakeRow] = ()
    referrals: Sequence[ReferralRow] = ()
    applications: Sequence[ApplicationRow] = ()
    enrolments: Sequence[EnrolmentRow] = ()
    exams: Sequence[ExamRow] = ()
    outcomes: Sequence[OutcomeRow] = ()
    orders: Sequence[OrderRow] = ()
    hours: Sequence[HoursLogged] = ()
    grants: Sequence[GrantRow] = ()
    payments: Sequence[PaymentRow] = ()
    aliases: Sequence[AliasRow] = ()

    @cached_property
    def intake(self) -> Mapping[UUID, IntakeRow]:
        return {row.id: row for row in self.intakes}

    def title_of(self, programme: str) -> str:
        """What its schools call a programme; where they do not agree, each title with those who use it: none names another's."""
        schools = {row.id: row.name for row in self.schools}
        using: dict[str, list[str]] = defaultdict(list)
        for row in self.programmes:
            if row.programme == programme:
                using[row.title_on(self.day)].append(schools.get(row.school, row.school))
        if len(using) == 1:
            return next(iter(using))
        return " ; ".join(f"{title} ({', '.join(sorted(names))})" for title, names in sorted(using.items()))

    def open_days_of(self, school: str | None) -> OpenDays:
        """Those of a school, as far as it is known; of metropolitan France, for none."""
        return self._open_days.get(school or "", OpenDays())

    @cached_property
    def _open_days(self) -> Mapping[str, OpenDays]:
        return {row.id: row.open_days for row in self.schools}

    @cached_property
    def kind_of_agency(self) -> Mapping[str, AgencyKind]:
        return {row.id: row.kind for row in self.agencies}

    @cached_property
    def kept(self) -> Mapping[UUID, UUID]:
        """Whom each alias is one of."""
        return {row.id: row.kept for row in self.aliases if row.kept}

    def person(self, young_id: UUID) -> UUID:
        """Who a `young_id` is: the one that stands for all of a person, who counts once."""
        return kept_of(young_id, self.kept)

    @cached_property
    def registered_of(self) -> Mapping[UUID, Sequence[ExamRow]]:
        """The examinations that each enrolment was said to sit, those that were taken back too."""
        return by_enrolment(self.exams)

    @cached_property
    def exams_of(self) -> Mapping[UUID, Sequence[ExamRow]]:
        """The examinations of each enrolment that stand."""
        return {id: stand for id, rows in self.registered_of.items() if (stand := [row for row in rows if row.session])}

    @cached_property
    def declared_of(self) -> Mapping[UUID, Sequence[OutcomeRow]]:
        """What each source says became of each enrolment."""
        return by_enrolment(self.outcomes)

    @cached_property
    def outcomes_of(self) -> Mapping[UUID, Mapping[int, OutcomeRow]]:
        """What is retained for each enrolment, at each horizon, of what was declared since they left."""
        left = {row.id: row.gone_on for row in self.enrolments if row.id in self.declared_of}
        return {
            id: retained(row for row in rows if (day := left.get(id)) and row.declared_on >= day)
            for id, rows in self.declared_of.items()
        }


def by_enrolment(rows: Iterable[T]) -> dict[UUID, list[T]]:
    """Rows that name an enrolment, by it."""
    grouped: dict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        grouped[row.enrolment_id].append(row)
    return grouped


async def load(rows: Collections, day: date, instant: datetime) -> Tables:
    """Every table as known at an instant of a day."""
    return Tables(
        day=day,
        agencies=await read(rows, AgencyRow, instant),
        schools=await read(rows, SchoolRow, instant),
        programmes=await read(rows, ProgrammeRow, instant),
        intakes=await read(rows, IntakeRow, instant),
        referrals=await read(rows, ReferralRow, instant),
        applications=await read(rows, ApplicationRow, instant),
        enrolments=await read(rows, EnrolmentRow, instant),
        exams=await read(rows, ExamRow, instant),
        outcomes=await read(rows, OutcomeRow, instant),
        orders=await read(rows, OrderRow, instant),
        hours=await hours_logged(rows, instant),
        grants=await read(rows, GrantRow, instant),
        payments=await read(rows, PaymentRow, instant),
        aliases=await read(rows, AliasRow, instant),
    )


async def hours_logged(rows: Collections, instant: datetime) -> list[HoursLogged]:
    """Minutes by kind of each enrolment, summed where the rows are: weeks are the many."""
    group_keys = [name for name in HoursLogged.model_fields if name != "minutes"]
    sums = {kind: {"$sum": f"$minutes.{kind}"} for kind in Minutes.model_fields}
    group = {"_id": {name: f"${name}" for name in group_keys}, **sums}
    summed = (
        await rows[WeekRow.projection.name]
        .patient(READING)
        .aggregate([{"$project": _last(instant)}, {"$match": {"minutes": {"$ne": None}}}, {"$group": group}])
    )
    return [HoursLogged(**row.pop("_id"), minutes=Minutes(**row)) for row in summed]


async def week_pages(rows: Collections, ids: Iterable[str] | None = None) -> AsyncIterator[list[Week]]:
    """Every week as known now, or those that have these ids, so many at a time."""
    find = partial(_find_weeks, rows)
    async for page in in_pages(find) if ids is None else of_ids(find, ids):
        yield [_week(row) for row in page if row["minutes"]]


async def _find_weeks(rows: Collections, where: Where) -> list[Stored]:
    """Only what is kept of each, which MongoDB takes out of its history three times as fast as it hands the history over."""
    page: list[Where] = [{"$match": where}, {"$sort": {"_id": 1}}, {"$limit": PAGE}, {"$project": _last(None)}]
    return await rows[WeekRow.projection.name].patient(READING).aggregate(page)


def _last(instant: datetime | None) -> dict[str, Any]:
    return {name: last_value_as_of(f"$facts.{name}", instant) for name in HoursLogged.model_fields}


def _week(row: Stored) -> Week:
    minutes = tuple(row["minutes"].get(kind, 0) for kind in Minutes.model_fields)
    return Week(row["_id"], (UUID(row["enrolment_id"]), intern(row["school"]), intern(row["programme"])), minutes)
