"""A proxy is believed by its address, its network or its name; of nobody else are X-Forwarded-* read."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

import pytest

from shared.kernel.addresses import Address, address_in
from shared.web.proxies import KNOWN_SECONDS, Proxies

EDGE, NEXT, STRANGER = (address for text in ("172.18.0.9", "172.18.0.10", "172.18.0.3") if (address := address_in(text)))


@dataclass
class Names:
    """A name that stands for one address after another, and how often it was asked."""

    address: Address | None = EDGE
    asked: list[str] = field(default_factory=list)

    async def __call__(self, name: str) -> Collection[Address]:
        self.asked.append(name)
        return {self.address} if self.address else ()


async def test_a_name_is_believed_at_its_address_alone() -> None:
    names = Names()
    proxies = Proxies("edge", look_up=names)
    await proxies.learn(EDGE)
    assert EDGE in proxies
    assert STRANGER not in proxies
    assert names.asked == ["edge"]


async def test_a_proxy_that_is_made_anew_is_found_at_its_new_address_and_its_old_one_is_a_stranger_s() -> None:
    names, now = Names(), [0.0]
    proxies = Proxies("edge", look_up=names, clock=lambda: now[0])
    await proxies.learn(EDGE)
    names.address, now[0] = NEXT, 2.0
    await proxies.learn(NEXT)
    assert NEXT in proxies
    assert EDGE not in proxies


async def test_an_address_is_asked_for_again_in_time_whoever_has_it() -> None:
    names, now = Names(), [0.0]
    proxies = Proxies("edge", look_up=names, clock=lambda: now[0])
    await proxies.learn(EDGE)
    names.address, now[0] = None, KNOWN_SECONDS + 1
    await proxies.learn(EDGE)
    assert EDGE not in proxies


async def test_strangers_who_claim_to_be_a_proxy_do_not_have_the_name_asked_for_each_time() -> None:
    names, now = Names(), [0.0]
    proxies = Proxies("edge", look_up=names, clock=lambda: now[0])
    for _ in range(50):
        await proxies.learn(STRANGER)
    assert names.asked == ["edge"]


async def test_all_who_come_at_once_while_the_name_is_looked_up_are_believed() -> None:
    async def slowly(_: str) -> Collection[Address]:
        await asyncio.sleep(0.01)
        return {EDGE}

    async def believed(proxies: Proxies) -> bool:
        await proxies.learn(EDGE)
        return EDGE in proxies

    proxies = Proxies("edge", look_up=slowly)
    assert await asyncio.gather(*(believed(proxies) for _ in range(5))) == [True] * 5


async def test_a_look_up_that_was_cut_short_is_made_by_the_next() -> None:
    names = Names()

    async def cut(name: str) -> Collection[Address]:
        if not names.asked:
            await names(name)
            raise asyncio.CancelledError
        return await names(name)

    proxies = Proxies("edge", look_up=cut)
    with pytest.raises(asyncio.CancelledError):
        await proxies.learn(EDGE)
    await proxies.learn(EDGE)
    assert EDGE in proxies


async def test_addresses_and_networks_are_looked_up_nowhere() -> None:
    names = Names()
    proxies = Proxies("172.18.0.9, 10.0.0.0/8", look_up=names)
    await proxies.learn(EDGE)
    assert EDGE in proxies
    assert STRANGER not in proxies
    assert names.asked == []


async def test_a_name_that_nobody_knows_is_nobody() -> None:
    proxies = Proxies("nowhere.invalid")
    await proxies.learn(STRANGER)
    assert STRANGER not in proxies


@pytest.mark.parametrize("text", ["10.0.0.0/33", "Edge!", "edge:8443", "300.1.1.1"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Proxies(text)
