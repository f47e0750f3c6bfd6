"""Where a webhook may lead: to the public Internet, by an address written as it is and nothing of ours."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

from shared.kernel.addresses import Address, Network

NOT_FOR_US: Sequence[Network] = (
    IPv4Network("0.0.0.0/8"),  # this network
    IPv4Network("100.64.0.0/10"),  # carrier-grade NAT
    IPv4Network("168.63.129.16/32"),  # a cloud's own server, at a public address
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("198.18.0.0/15"),  # benchmarks
    IPv4Network("240.0.0.0/4"),  # reserved, broadcast
    IPv6Network("::/96"),  # IPv4 as IPv6 once wrote it, loopback, unspecified
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated (RFC 2765)
    IPv6Network("64:ff9b::/96"),  # NAT64
    IPv6Network("64:ff9b:1::/48"),  # NAT64 of a network's own
    IPv6Network("100::/64"),  # discarded
    IPv6Network("2001::/23"),  # protocol assignments, Teredo
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
    IPv6Network("5f00::/16"),  # segment routing
    IPv6Network("fec0::/10"),  # what sites once had
)
"""Beside what the standard library knows to be private: what it does not, or not in each of its versions."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet's, and leads to no other under its cover."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address in network for network in NOT_FOR_US if network.version == address.version)


def may_lead_to(address: Address, *, here: bool) -> bool:
    """Whether a webhook may be sent there. `here`: this machine itself too, for a playground."""
    return is_public(address) or (here and address.is_loopback)
