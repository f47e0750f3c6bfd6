"""Connections of webhooks: a name is resolved once, checked, and the very address that was checked is connected to.

Resolved again between the check and the connection, a name could lead elsewhere (DNS rebinding). TLS still speaks to the name
(SNI, certificate), for httpcore takes that from the address asked for.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpcore

from shared.kernel.addresses import Address
from shared.webhooks.addresses import may_lead_to
from shared.webhooks.resolving import Resolve

NETWORK = httpcore.AnyIOBackend()
MOST_TRIED = 3
"""Addresses of one name."""


class NotPublic(Exception):
    """A name leads where no webhook may be sent: nothing was connected to."""


@dataclass(frozen=True)
class Outside(httpcore.AsyncNetworkBackend):
    """A network that has the public Internet alone and, for a playground, this machine (`here`)."""

    resolve: Resolve
    here: bool = False

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        found = await self.resolve(host)
        if not found or not all(may_lead_to(address, here=self.here) for address in found):
            raise NotPublic
        return await _first_to_answer(found[:MOST_TRIED], port, within=timeout)

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise NotPublic


async def _first_to_answer(found: Sequence[Address], port: int, *, within: float | None) -> httpcore.AsyncNetworkStream:
    *others, last = found
    for address in others:
        with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
            return await NETWORK.connect_tcp(str(address), port, timeout=within)
    return await NETWORK.connect_tcp(str(last), port, timeout=within)
