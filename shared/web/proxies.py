"""The proxies that are believed: by address, by network, or by a name, which is looked up when somebody claims to be one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from socket import SOCK_STREAM, gaierror

from shared.kernel.addresses import Address, address_in, hosts_in

KNOWN_SECONDS = 30.0
"""How long the addresses of a name are believed: a container that is made anew may leave its own to another."""
AGAIN_SECONDS = 1.0
"""How often a name is looked up at most, whoever asks."""
LookUp = Callable[[str], Awaitable[Collection[Address]]]


async def look_up(name: str) -> Collection[Address]:
    """The addresses of a host; none where nobody knows it."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=SOCK_STREAM)
    except gaierror:
        return ()
    return {address for *_, where in found if (address := address_in(str(where[0])))}


class Proxies:
    """Those that a text names, by commas. ValueError where it says something else."""

    def __init__(self, text: str, *, look_up: LookUp = look_up, clock: Callable[[], float] = time.monotonic) -> None:
        self._networks, self._names = hosts_in(text)
        self._look_up, self._clock = look_up, clock
        self._found: Collection[Address] = ()
        self._at: float | None = None
        self._looking = asyncio.Lock()

    def __contains__(self, address: Address) -> bool:
        return address in self._found or any(address in network for network in self._networks)

    async def learn(self, peer: Address) -> None:
        """Look the names up again where what is known of them is old, or does not have this peer, who says it is one.

        Who comes while they are looked up waits for that: nobody is judged by what is not known yet.
        """
        if not self._names or not self._is_old(peer):
            return
        async with self._looking:
            if self._is_old(peer):
                self._found = {address for name in self._names for address in await self._look_up(name)}
                self._at = self._clock()

    def _is_old(self, peer: Address) -> bool:
        return self._at is None or self._clock() - self._at > (KNOWN_SECONDS if peer in self else AGAIN_SECONDS)
