"""When what failed is tried again: waits that grow, over three days in all; then the webhook is disabled."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

FIRST_WAIT = 5.0
GROWTH: tuple[float, ...] = (1, 6, 24, 120, 360, 720, 1440, 2880, 4320)
"""Times the first wait: 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, then every 6 h."""
GIVE_UP_AFTER = timedelta(hours=72)
SPREAD = 0.2
"""Part of a wait by which it is longer, for some: those who failed together do not come back together."""


@dataclass(frozen=True)
class Waits:
    """How long one waits after so many failures, and after how long one gives up."""

    first: float = FIRST_WAIT
    """Seconds."""
    give_up_after: timedelta = field(default=GIVE_UP_AFTER)

    def after(self, tries: int, what: str) -> timedelta:
        """After so many failures in a row of this: the same each time it is asked, for the same."""
        spread = 1 + SPREAD * crc32(f"{what} {tries}".encode()) / 2**32
        return timedelta(seconds=self.first * GROWTH[min(tries, len(GROWTH)) - 1] * spread)

    def next_try(self, tries: int, what: str, *, since: datetime, now: datetime, at_least: float = 0.0) -> datetime:
        """When to try again what has failed since then: never long after one would give up, so that it is tried a last time."""
        until = now + max(self.after(tries, what), timedelta(seconds=at_least))
        return min(until, max(now, since + self.give_up_after))

    def is_over(self, since: datetime, now: datetime) -> bool:
        """Whether what has failed since then is given up."""
        return now >= since + self.give_up_after
