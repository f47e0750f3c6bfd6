"""The rows as they are now, kept in memory; and, when some change, the part of them that those are about, before and after.

Counts add up over people and orders: whoever counted everything counts both parts, takes one out, and puts the other in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from operator import add
from typing import Any
from uuid import UUID

from services.reporting.projections.weeks import HoursLogged, Minutes, Week
from services.reporting.tables import Tables
from shared.projections.table import TableRow

OF_PEOPLE = ("referrals", "applications", "enrolments")
OF_ENROLMENTS = ("exams", "outcomes", "hours")
FEW = ("agencies", "schools", "programmes", "intakes", "grants", "payments", "aliases")
"""Tables that are in both parts whole: what they add to one, they add to the other."""
Changed = Mapping[str, Sequence[Any]]
"""Rows that were written, by table."""
HoursOf = tuple[UUID, str, str]
NOTHING = (0,) * len(Minutes.model_fields)


@dataclass(frozen=True)
class Touched:
    """Whom changed rows are about: all that is counted of others stays."""

    young: set[UUID] = field(default_factory=set)
    enrolments: set[UUID] = field(default_factory=set)
    orders: set[UUID] = field(default_factory=set)


class Table:
    """Rows by id, and by whom they are about."""

    def __init__(self, about: Callable[[Any], UUID] | None = None) -> None:
        self.rows: dict[Any, Any] = {}
        self._about = about
        self._ids: dict[UUID, set[Any]] = defaultdict(set)

    def put(self, id: Any, row: Any) -> None:
        """Keep a row in the place of the one that had its id."""
        if self._about:
            if (old := self.rows.get(id)) is not None:
                self._ids[self._about(old)].discard(id)
            self._ids[self._about(row)].add(id)
        self.rows[id] = row

    def of(self, whom: Iterable[UUID]) -> list[Any]:
        """The rows that are about these people, or enrolments."""
        return [self.rows[id] for one in whom for id in self._ids.get(one, ())]


class Kept:
    """Every row, by table. Weeks are the many: what is kept of each is its minutes, to be taken out of the sum it is in."""

    def __init__(self) -> None:
        about: dict[str, Callable[[Any], UUID]] = {
            **dict.fromkeys(OF_PEOPLE, lambda row: row.young_id), **dict.fromkeys(OF_ENROLMENTS, lambda row: row.enrolment_id),
        }  # fmt: skip
        self._tables = {name: Table(about.get(name)) for name in (*OF_PEOPLE, *OF_ENROLMENTS, *FEW, "orders")}
        self._weeks: dict[str, Week] = {}
        self._sums: dict[HoursOf, tuple[int, ...]] = {}
        self._unsettled: set[HoursOf] = set()

    def put(self, rows: Iterable[TableRow | Week]) -> None:
        """Keep these rows in the place of those that had their ids."""
        for row in rows:
            if isinstance(row, Week):
                self._log(row)
            else:
                self._tables[row.projection.name].put(row.id, row)

    def whole(self, day: date) -> Tables:
        """Every table, on a day of reading."""
        self._settle()
        return Tables(day=day, **{name: list(table.rows.values()) for name, table in self._tables.items()})

    def change(self, changed: Changed, day: date) -> tuple[Tables, Tables]:
        """Keep these rows, and give the part of everything that they are about, before and after."""
        touched = self._touched(changed)
        before = self._part(touched, day)
        self.put(chain.from_iterable(changed.values()))
        return before, self._part(touched, day)

    def _part(self, touched: Touched, day: date) -> Tables:
        self._settle()
        few = {name: list(self._tables[name].rows.values()) for name in FEW}
        of_people = {name: self._tables[name].of(touched.young) for name in OF_PEOPLE}
        of_enrolments = {name: self._tables[name].of(touched.enrolments) for name in OF_ENROLMENTS}
        orders = [row for id in touched.orders if (row := self._tables["orders"].rows.get(id))]
        return Tables(day=day, orders=orders, **few, **of_people, **of_enrolments)

    def _touched(self, changed: Changed) -> Touched:
        """Whom these rows are about, as they were or as they are: with a person, all of their enrolments, and the other way."""
        touched = Touched(orders={row.id for row in changed.get("orders", ())})
        enrolments = self._tables["enrolments"]
        touched.young.update(row.young_id for name in OF_PEOPLE for row in self._both(name, changed))
        touched.enrolments.update(row.enrolment_id for name in OF_ENROLMENTS for row in self._both(name, changed))
        touched.enrolments.update(week.of[0] for week in self._both_weeks(changed))
        touched.young.update(enrolments.rows[id].young_id for id in touched.enrolments & enrolments.rows.keys())
        touched.young.update(self._who_named(changed))
        touched.young.update(self._who_waited(changed))
        touched.young.update(self._one_person(touched.young, changed))
        touched.enrolments.update(row.id for row in enrolments.of(touched.young))
        touched.enrolments.update(row.id for row in self._both("enrolments", changed))
        return touched

    def _both(self, table: str, changed: Changed) -> Iterable[Any]:
        """The rows of a table that were written, and those whose place they take."""
        for row in changed.get(table, ()):
            yield row
            if old := self._tables[table].rows.get(row.id):
                yield old

    def _both_weeks(self, changed: Changed) -> Iterable[Week]:
        for week in changed.get("weeks", ()):
            yield week
            if old := self._weeks.get(week.id):
                yield old

    def _who_named(self, changed: Changed) -> Iterable[UUID]:
        """Who asked for an intake, or was referred by an agency, that was written: it says where, and among whom, they count."""
        intakes = {row.id for row in changed.get("intakes", ()) if self._is_elsewhere(row)}
        agencies = {row.id for row in changed.get("agencies", ())}
        if intakes or agencies:
            for row in self._tables["referrals"].rows.values():
                if row.agency in agencies or not intakes.isdisjoint(row.opened):
                    yield row.young_id
            for row in self._tables["applications"].rows.values():
                if not agencies.isdisjoint(row.agencies):
                    yield row.young_id

    def _who_waited(self, changed: Changed) -> Iterable[UUID]:
        """Who applied to a school whose open days changed: their delays count otherwise."""
        known = self._tables["schools"].rows
        others = {row.id for row in changed.get("schools", ()) if row.id not in known or known[row.id].open_days != row.open_days}
        return [row.young_id for row in self._tables["applications"].rows.values() if row.school in others]

    def _one_person(self, young: set[UUID], changed: Changed) -> set[UUID]:
        """All that are, or were, or will be of one person with any of these, or with an alias that was written."""
        linked: dict[UUID, set[UUID]] = defaultdict(set)
        for alias in (*self._tables["aliases"].rows.values(), *changed.get("aliases", ())):
            if alias.kept:
                linked[alias.id].add(alias.kept)
                linked[alias.kept].add(alias.id)
        found, new = set[UUID](), young | {alias.id for alias in changed.get("aliases", ())}
        while new:
            found |= new
            new = {other for one in new for other in linked.get(one, ())} - found
        return found

    def _is_elsewhere(self, intake: TableRow) -> bool:
        """Whether more of an intake is new than its seats, which are counted whole."""
        old = self._tables["intakes"].rows.get(intake.id)
        return old is None or old.model_dump(exclude={"seats"}) != intake.model_dump(exclude={"seats"})

    def _log(self, week: Week) -> None:
        """Put the minutes of a week into the sum of its enrolment, and take those out that it had said before."""
        if old := self._weeks.get(week.id):
            self._add(old.of, [-minutes for minutes in old.minutes])
        self._add(week.of, week.minutes)
        self._weeks[week.id] = week

    def _add(self, of: HoursOf, minutes: Iterable[int]) -> None:
        self._sums[of] = tuple(map(add, self._sums.get(of, NOTHING), minutes))
        self._unsettled.add(of)

    def _settle(self) -> None:
        """Have the sums that changed among the tables."""
        for of in self._unsettled:
            (enrolment_id, school, programme), sums = of, Minutes(**dict(zip(Minutes.model_fields, self._sums[of], strict=True)))
            hours = HoursLogged(school=school, programme=programme, enrolment_id=enrolment_id, minutes=sums)
            self._tables["hours"].put(of, hours)
        self._unsettled.clear()
