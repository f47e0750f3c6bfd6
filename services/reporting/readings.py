"""Tables to figures: read once per change and instant, counted once per perimeter and cohort."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from services.reporting.indicators import figures
from services.reporting.indicators.figure import Figure
from services.reporting.indicators.funnel import Step, funnel
from services.reporting.indicators.perimeter import Perimeter
from services.reporting.indicators.selection import Selection
from services.reporting.tables import Tables, load
from shared.kernel.calendar import PARIS
from shared.kernel.clock import Clock
from shared.persistence.mongo import PATIENT
from shared.persistence.queues import Queues
from shared.projections.tables import Generations

CACHE_SIZE = 4


@dataclass(eq=False)
class Reading:
    """The tables as known at an instant, and what was counted from them."""

    tables: Tables
    _counted: dict[tuple[Perimeter, str | None], list[Figure]] = field(default_factory=dict)

    def figures(self, perimeter: Perimeter, cohort: str | None) -> list[Figure]:
        """Every indicator of a perimeter, unmasked."""
        if (perimeter, cohort) not in self._counted:
            self._counted[perimeter, cohort] = figures(Selection(self.tables, perimeter, cohort))
        return self._counted[perimeter, cohort]

    def funnel(self, perimeter: Perimeter, cohort: str | None) -> list[Step]:
        """The steps from referral to insertion, unmasked."""
        return funnel(Selection(self.tables, perimeter, cohort))


class Readings:
    """Readings of the tables, shared by everyone who asks for the same."""

    def __init__(self, generations: Generations, clock: Clock) -> None:
        self._generations = generations
        self._clock = clock
        self._cache: dict[tuple[int, date, bool], Reading] = {}
        self._one_at_a_time = Queues(max_wait=PATIENT)

    async def read(self, as_known_on: date | None = None) -> Reading:
        """The tables as known now, or at the end of a day in France."""
        day = as_known_on or self._clock.today()
        async with self._one_at_a_time.turn("reading"):
            head = await self._generations.head()  # says in seconds that the database is away; what follows is large
            key = (head.change, day, as_known_on is None)
            if key not in self._cache:
                while len(self._cache) >= CACHE_SIZE:
                    self._cache.pop(next(iter(self._cache)))
                rows = self._generations.generation(head.current)
                self._cache[key] = Reading(await load(rows, day, _end_of(as_known_on)))
            return self._cache[key]


def _end_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), PARIS).astimezone(UTC) - timedelta(microseconds=1)
