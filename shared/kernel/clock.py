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

    def __init__(self, standing: datetime | None = None) -> None:
        self._standing = standing

    @property
    def simulated(self) -> bool:
        return self._standing is not None

    def now(self) -> datetime:
        """The current instant, UTC, to the microsecond."""
        return self._standing or real_now()

    def today(self) -> date:
        """The current day in France."""
        return self.now().astimezone(PARIS).date()

    def advance(self, to: datetime) -> None:
        """Put a simulated clock at a later instant. Going back is refused: what was told stays told."""
        if self._standing is None:
            raise Refused("real_clock", "Cette installation suit l’heure réelle : son horloge ne s’avance pas.")
        if to < self._standing:
            raise Refused("clock_goes_back", "L’horloge simulée ne recule pas.")
        self._standing = to.astimezone(UTC)

    def day(self, said: date | None) -> date:
        """The day the speaker says it happened: today unless said otherwise, of this century and never after today (422)."""
        if said is not None and said > self.today():
            raise Invalid("in_the_future", f"Le {said:%d/%m/%Y} n’est pas encore arrivé.")
        if said is not None and said < FIRST:
            raise Invalid("too_long_ago", f"Le {said:%d/%m/%Y} est trop ancien : vérifiez l’année.")
        return said or self.today()
