"""How much one organisation, or one address, may ask at once: requests a minute, and streams that stay open. Per replica."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from shared.kernel.errors import TooMany, Unavailable

A_NETWORK = (1 << 64) - 1
"""What one customer of a provider holds of IPv6, and changes at will."""


class Rate:
    """So many requests a minute of each; 0 is as many as they like."""

    def __init__(self, most: int) -> None:
        self._most = RateLimitItemPerMinute(most) if most else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def take(self, who: str, count: int = 1) -> None:
        """Count one more of theirs, or several. Raises TooMany, which says when to come back.

        More at once than a minute has are all of a minute: else they would never come.
        """
        if self._most and not await self._limiter.hit(self._most, who, cost=min(count, self._most.amount)):
            free_at = (await self._limiter.get_window_stats(self._most, who)).reset_time
            raise TooMany("too_many_requests", "Trop de demandes en peu de temps.", retry_after=max(1, ceil(free_at - time())))


class Streams:
    """The streams that are open in this process."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._open: Counter[str] = Counter()

    @contextmanager
    def opened(self, organisation: str) -> Iterator[None]:
        """One more, as long as it lasts. Raises TooMany where it has too many itself, Unavailable where all together do."""
        if self._open[organisation] >= self._most_of_one:
            raise TooMany("too_many_streams", "Votre organisation a trop de flux ouverts : fermez-en.", retry_after=60)
        if self._open.total() >= self._most:
            raise Unavailable("busy", "Trop de flux sont ouverts en même temps : recommencez dans un instant.")
        self._open[organisation] += 1
        try:
            yield
        finally:
            self._open[organisation] -= 1
            self._open += Counter()  # forgets those who have none


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """By what an address is counted: itself or, in IPv6, its customer’s network (a mapped IPv4 is itself). Others stay."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    return str(known.ipv4_mapped or IPv6Address(int(known) & ~A_NETWORK))
