"""Addresses and networks of the Internet Protocol, as people and headers write them."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NAME = re.compile(r"(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


def hosts_in(text: str) -> tuple[tuple[Network, ...], tuple[str, ...]]:
    """Addresses and networks, and names of hosts, by commas. ValueError where one is neither."""
    said = [one.strip() for one in text.split(",") if one.strip()]
    names = tuple(one for one in said if NAME.fullmatch(one))
    return tuple(ip_network(one) for one in said if one not in names), names


@lru_cache(maxsize=10_000)
def address_in(text: str) -> Address | None:
    """An address, with its port or without; an IPv4 that IPv6 wraps is itself. None where it is none."""
    with_port = WITH_PORT.fullmatch(text)
    try:
        known = ip_address((with_port[1] or with_port[2]) if with_port else text)
    except ValueError:
        return None
    return known.ipv4_mapped or known if isinstance(known, IPv6Address) else known


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine itself."""
    address = address_in(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback)


def is_closed(url: str) -> bool:
    """Whether nobody on the way reads what is sent to this address: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
