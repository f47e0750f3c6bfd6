"""The clock is a port: UTC instants for `time`, days in Europe/Paris for `on`."""

from datetime import UTC, date, datetime

from shared.kernel.calendar import PARIS
from shared.kernel.errors import Invalid, Refused

FIRST = date(2000, 1, 1)


def real_now() -> datetime:
    """The machine's own time, UTC: for tokens, leases and retries, which no simulation moves."""
    return datetime.now(UTC)


class Clock:
    """The service's time. It follows the machine's, or, on the embedded stack alone, stands where it was put."""

    def __init__(self, simulated_at: datetime | None = None) -> None:
        self._simulated_at = simulated_at

    @property
    def simulated(self) -> bool:
        return self._simulated_at is not None

    def now(self) -> datetime:
        """The current instant, UTC, to the microsecond."""
        return self._simulated_at or real_now()

    def today(self) -> date:
        """The current day in France."""
        return self.now().astimezone(PARIS).date()

    def advance(self, to: datetime) -> None:
        """Put a simulated clock at a later instant. Going back is refused: what was published stays published."""
        if self._simulated_at is None:
            raise Refused("real_clock", "Cette installation suit l’heure réelle : son horloge ne s’avance pas.")
        if to < self._simulated_at:
            raise Refused("clock_goes_back", "L’horloge simulée ne recule pas.")
        self._simulated_at = to.astimezone(UTC)

    def day(self, on: date | None) -> date:
        """The day the caller says it happened: today unless stated otherwise, of this century and never after today (422)."""
        if on is not None and on > self.today():
            raise Invalid("in_the_future", f"Le {on:%d/%m/%Y} n’est pas encore arrivé.")
        if on is not None and on < FIRST:
            raise Invalid("too_long_ago", f"Le {on:%d/%m/%Y} est trop ancien : vérifiez l’année.")
        return on or self.today()
