"""Tables: a projection's rows as models, whose fields give columns, types and histories, from events to what is read."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial, wraps
from typing import Annotated, Any, ClassVar, Final, Protocol, Self, TypeAlias, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events import Event
from shared.persistence.mongo import Collection, Where
from shared.projections.history import values_as_of
from shared.projections.projection import Projection, Row
from shared.projections.read_model import Stored

E = TypeVar("E", bound=Event)
R = TypeVar("R", bound="TableRow")
T = TypeVar("T")
PAGE = 1_000
"""Rows that are read at once: some twenty milliseconds of the event loop."""
READING = 10.0
"""Seconds for which a whole table may be read: a minute would hold everybody who asks while a server is frozen in the middle."""
EVERY_VALUE: Final = "every value"
History: TypeAlias = Annotated[tuple[T, ...], EVERY_VALUE]
"""A field of which every value counts, in the order they were published; of any other the last one does."""
THE_LATEST: Final = "the latest value"
Latest: TypeAlias = Annotated[T, THE_LATEST]
"""A field that is read as it is known now, whatever the instant of reading: whether something was corrected since."""
REQUIRED: Any = object()
"""Default of a field without which a row is not read: another source's part of it came first."""


class Collections(Protocol):
    """Where rows are, by the name of their table: one generation of them."""

    def __getitem__(self, table: str) -> Collection: ...


class TableRow(BaseModel):
    """One row as known at an instant; or, given only some of its fields, what one event says of it.

    class OrderRow(TableRow, table="orders"):
        id: UUID
        school: str = REQUIRED
        completed_on: date | None = None

    @OrderRow.on(OrderCompleted)
    def completed(event: OrderCompleted) -> OrderRow:
        return OrderRow(id=event.order_id, completed_on=event.on)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    projection: ClassVar[Projection]
    columns: ClassVar[tuple[str, ...]]
    histories: ClassVar[frozenset[str]]
    latest: ClassVar[frozenset[str]]
    required: ClassVar[frozenset[str]]

    id: UUID | str

    def __init_subclass__(cls, *, table: str, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.projection = Projection(table)

    @classmethod
    def __pydantic_init_subclass__(cls, **_rest: Any) -> None:
        fields = {name: field for name, field in cls.model_fields.items() if name != "id"}
        cls.columns = tuple(fields)
        cls.histories = frozenset(name for name, field in fields.items() if EVERY_VALUE in field.metadata)
        cls.latest = frozenset(name for name, field in fields.items() if THE_LATEST in field.metadata)
        cls.required = frozenset(name for name, field in fields.items() if field.default is REQUIRED)

    @classmethod
    def on(cls, *events: type[E]) -> Callable[[Callable[[E], Self]], Callable[[E], Self]]:
        """Declare a pure function as what these events say of a row."""

        def declare(function: Callable[[E], Self]) -> Callable[[E], Self]:
            @wraps(function)
            def facts(event: E) -> Row:
                return function(event).facts()

            cls.projection.on(*events)(facts)
            return function

        return declare

    @classmethod
    def told(cls, *events: type[E]) -> Callable[[Callable[[E, datetime], Self]], Callable[[E, datetime], Self]]:
        """The same, of a function that also takes the instant when its teller recorded the event."""

        def declare(function: Callable[[E, datetime], Self]) -> Callable[[E, datetime], Self]:
            @wraps(function)
            def facts(event: E, time: datetime) -> Row:
                return function(event, time).facts()

            cls.projection.told(*events)(facts)
            return function

        return declare

    def facts(self) -> Row:
        """The fields that were given, as the projection folds them: one value of a history, JSON-able ones."""
        facts = self.model_dump(mode="json", include=self.model_fields_set)
        for field in self.histories & facts.keys():
            (facts[field],) = facts[field]
        return Row(facts.pop("id"), **facts)

    @classmethod
    def as_known(cls, stored: Stored, instant: datetime | None = None) -> Self | None:
        """The row as known at an instant (None: now); None while what it cannot be read without is not known.

        A column that this version does not know is another's, before or after it: it is passed over until a rebuild.
        """
        known: dict[str, Any] = {"id": stored["_id"]}
        for field, history in stored["facts"].items():
            if field in cls.model_fields and (values := values_as_of(history, None if field in cls.latest else instant)):
                known[field] = values if field in cls.histories else values[-1]
        return cls.model_validate(known) if cls.required <= known.keys() else None


async def read(rows: Collections, of: type[R], instant: datetime | None = None) -> list[R]:
    """Every row of a table as known at an instant (None: now)."""
    found = in_pages(partial(_find, rows, of, instant))
    return [row async for page in found for row in _known(of, page, instant)]


async def read_pages(rows: Collections, of: type[R]) -> AsyncIterator[list[R]]:
    """Every row of a table as known now, so many at a time."""
    async for page in in_pages(partial(_find, rows, of, None)):
        yield _known(of, page)


async def read_some(rows: Collections, of: type[R], ids: Iterable[str]) -> list[R]:
    """These rows, as known now."""
    found = of_ids(partial(_find, rows, of, None), ids)
    return [row async for page in found for row in _known(of, page)]


Find = Callable[[Where], Awaitable[list[Stored]]]
"""Asks for a page of rows, by rising ids."""


async def in_pages(find: Find) -> AsyncIterator[list[Stored]]:
    """Every row, so many at a time: whoever else is served meanwhile waits for one page at most."""
    found = await find({})
    yield found
    while len(found) == PAGE:
        found = await find({"_id": {"$gt": found[-1]["_id"]}})
        yield found


async def of_ids(find: Find, ids: Iterable[str]) -> AsyncIterator[list[Stored]]:
    """The rows that have these ids, so many at a time."""
    left = sorted(ids)
    while left:
        yield await find({"_id": {"$in": left[:PAGE]}})
        left = left[PAGE:]


def _known(of: type[R], found: Iterable[Stored], instant: datetime | None = None) -> list[R]:
    return [row for stored in found if (row := of.as_known(stored, instant))]


async def _find(rows: Collections, of: type[TableRow], instant: datetime | None, where: Where) -> list[Stored]:
    columns: dict[str, Any] = {f"facts.{name}": 1 if instant or name in of.histories else {"$slice": -1} for name in of.columns}
    return await rows[of.projection.name].patient(READING).find(where, fields=columns, sort=["_id"], limit=PAGE)
