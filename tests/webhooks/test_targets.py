"""Where a webhook may lead: HTTPS on the public Internet, however the address is written."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from shared.kernel.addresses import Address
from shared.kernel.errors import Invalid
from shared.webhooks.addresses import is_public
from shared.webhooks.resolving import Resolve, Unresolved, resolve
from shared.webhooks.targets import Target, ensure_leads_outside, target_of

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.9.1", "168.63.129.16",
    "169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::a00:1",
    "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a01:e0a::1"]


def leads_to(*addresses: str) -> Resolve:
    async def found(_host: str) -> Sequence[Address]:
        if not addresses:
            raise Unresolved
        return [ip_address(one) for one in addresses]

    return found


async def is_permitted(url: str, asked: Resolve, *, here: bool = False) -> bool:
    try:
        await ensure_leads_outside(target_of(url, here=here), asked, here=here)
    except Invalid as error:
        return (error.code, set(error.fields)) != ("url_refused", {"url"})
    return True


@pytest.mark.parametrize("address", PRIVATE)
async def test_no_address_of_ours_or_of_nobody_is_led_to_by_a_name_or_written_out(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not await is_permitted("https://partenaire.example/", leads_to(address))
    assert not await is_permitted("https://partenaire.example/", leads_to("8.8.8.8", address))
    written = f"[{address}]" if ":" in address else address
    assert not await is_permitted(f"https://{written}/", resolve)


@pytest.mark.parametrize("address", PUBLIC)
async def test_an_address_of_the_public_internet_is(address: str) -> None:
    assert await is_permitted("https://partenaire.example/", leads_to(address))
    assert await is_permitted(f"https://{f'[{address}]' if ':' in address else address}/", resolve)


@pytest.mark.parametrize(
    "url",
    [
        "http://partenaire.example/", "ftp://partenaire.example/", "//partenaire.example/", "partenaire.example", "https:///hook",
        "https://", "https://user@partenaire.example/", "https://user:pass@partenaire.example/", "https://@partenaire.example/",
        "https://partenaire.example/#part", "https://partenaire.example/#", "https://partenaire.example:22/",
        "https://partenaire.example:80/", "https://partenaire.example:0/", "https://partenaire.example:65536/",
        "https://partenaire.example:8443x/", "https://parte naire.example/", "https://partenaire.example/\r\nx: y",
        "https://partenaire.example/\x00", "https://partenaire.example\\@127.0.0.1/", "javascript:alert(1)", "https://..",
        "https://partenaire.example/" + "a" * 2_000, "https://[::1", "https://[fe80::1%25eth0]/", "https://2130706433/",
        "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/", "https://localhost/", "https://a.localhost/",
        "https://①②⑦.0.0.1/", "https://127。0。0。1/",
    ],
)  # fmt: skip
async def test_an_address_written_otherwise_is_refused(url: str) -> None:
    async def asked(host: str) -> Sequence[Address]:
        if host == "partenaire.example":
            return [ip_address("8.8.8.8")]
        return await resolve(host) if "localhost" in host or host[0].isdigit() or ":" in host else [ip_address("127.0.0.1")]

    assert not await is_permitted(url, asked)


async def test_a_name_that_leads_nowhere_is_refused_in_the_same_words_as_one_of_ours() -> None:
    said = set()
    for asked in (leads_to(), leads_to("10.0.0.1")):
        with pytest.raises(Invalid) as refused:
            await ensure_leads_outside(target_of("https://x.example/"), asked, here=False)
        said.add(refused.value.sentence)
    assert len(said) == 1


def test_what_is_connected_to_and_asked_for_follows_from_the_address() -> None:
    assert target_of("HTTPS://Exämple.FR:8443/é?a=ü") == Target("https", "xn--exmple-cua.fr", 8443, "/%C3%A9?a=%C3%BC")
    assert target_of("https://partenaire.example").authority == "partenaire.example"
    assert target_of("https://[2a01:e0a::1]:4430/").authority == "[2a01:e0a::1]:4430"


@pytest.mark.parametrize("url", ["http://localhost:80/", "http://127.0.0.1:9000/x", "https://localhost:22/"])
async def test_a_playground_may_lead_to_this_machine_and_to_no_other_of_ours(url: str) -> None:
    assert await is_permitted(url, resolve, here=True)
    assert not await is_permitted(url, resolve)
    assert not await is_permitted(url, leads_to("10.0.0.1"), here=True)
    assert not await is_permitted(url, leads_to("127.0.0.1", "169.254.169.254"), here=True)
