"""Names of hosts asked of the DNS, without a thread that a silent server of somebody's would hold."""

from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

import dns.asyncresolver
from dns.exception import DNSException

from shared.kernel.addresses import Address, is_loopback

WITHIN_SECONDS = 3.0
HERE: Sequence[Address] = (ip_address("127.0.0.1"), ip_address("::1"))


class Unresolved(Exception):
    """A name that leads nowhere, or whose servers do not say in time where."""


Resolve = Callable[[str], Awaitable[Sequence[Address]]]
"""From a host, as an address has it, to its addresses. Raises Unresolved."""


async def resolve(host: str) -> Sequence[Address]:
    """The addresses of a host, IPv4 first; one that is written as an address is itself, and nothing else is."""
    try:
        return [ip_address(host)]
    except ValueError:
        pass
    if is_loopback(host):
        return HERE  # RFC 6761: no server is asked
    try:
        answers = await dns.asyncresolver.resolve_name(host, lifetime=WITHIN_SECONDS)
    except (DNSException, OSError, ValueError) as error:
        raise Unresolved(type(error).__name__) from None
    return sorted(map(ip_address, answers.addresses()), key=lambda address: address.version)
