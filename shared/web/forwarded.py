"""What a proxy in front of us says of a request (X-Forwarded-*): believed of those that we trust, of nobody else."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kernel.addresses import Address, address_in
from shared.web.proxies import Proxies

PREFIX = re.compile(r"(/[A-Za-z0-9_~-]+)+")
HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
TOLD = (b"forwarded", b"x-real-ip")
"""What nobody behind us may read, beside all that begins with `x-forwarded-`."""


class Forwarded:
    """The outermost ASGI layer: from whom a request comes, and by which scheme, host and prefix, as a trusted proxy tells."""

    def __init__(self, app: ASGIApp, *, trusted: Proxies) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._learn(scope)
            scope = self._told(scope)
        await self._app(scope, receive, send)

    async def _learn(self, scope: Scope) -> None:
        """Know our proxies by their present addresses before one is believed or not."""
        peer = _peer(scope)
        if peer is not None and any(_is_told(name) for name, _ in scope["headers"]):
            await self._trusted.learn(peer)

    def _told(self, scope: Scope) -> Scope:
        """The request as it was asked of the proxy; as it came, where nobody whom we trust brings it."""
        headers, peer = Headers(scope=scope), _peer(scope)
        told = {**scope, "headers": [(name, value) for name, value in scope["headers"] if not _is_told(name)]}
        if peer is None or peer not in self._trusted:
            return told
        told["client"] = (str(self._client(headers.getlist("x-forwarded-for"), peer)), 0)
        if (scheme := _nearest(headers, "x-forwarded-proto").lower()) in ("http", "https"):
            told["scheme"] = scheme
        if HOST.fullmatch(host := _nearest(headers, "x-forwarded-host")):
            MutableHeaders(scope=told)["host"] = host
        if PREFIX.fullmatch(prefix := _nearest(headers, "x-forwarded-prefix").rstrip("/")):
            raw = scope.get("raw_path") or scope["path"].encode()
            told |= {"root_path": prefix, "path": prefix + scope["path"], "raw_path": prefix.encode() + raw}
        return told

    def _client(self, hops: Sequence[str], peer: Address) -> Address:
        """The right-most hop that we do not trust: whatever stands left of it anybody may have written."""
        nearest = peer
        for hop in reversed([one.strip() for line in hops for one in line.split(",")]):
            if nearest not in self._trusted or (address := address_in(hop)) is None:
                break
            nearest = address
        return nearest


def _peer(scope: Scope) -> Address | None:
    return address_in((scope.get("client") or ("",))[0])


def _is_told(name: bytes) -> bool:
    return name in TOLD or name.startswith(b"x-forwarded-")


def _nearest(headers: Headers, name: str) -> str:
    """What the nearest proxy says, where several said something."""
    return (headers.getlist(name) or [""])[-1].rpartition(",")[2].strip()
