"""X-Forwarded-*: believed of the proxies that are trusted, of nobody else."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from shared.kernel.addresses import address_in, hosts_in, is_closed, is_loopback
from shared.kernel.caller import Grant
from shared.web.forwarded import Forwarded
from shared.web.proxies import Proxies
from tests.conftest import Running, Start
from tests.web.minutes import early_in_a_minute
from tests.web.signin.builders import desk

PROXY, TRUSTED = "10.1.0.2", "10.1.0.0/29, 192.0.2.7"
HOSTILE = {
    "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9", "X-Forwarded-User": "admin",
}  # fmt: skip


async def told(peer: str | None, headers: list[tuple[str, str]], trusted: str = TRUSTED) -> dict[str, Any]:
    """The request as the application gets it."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    sent = [(b"host", b"inside:8000"), *((name.lower().encode(), value.encode()) for name, value in headers)]
    asked = {
        "type": "http", "method": "GET", "scheme": "http", "path": "/page", "raw_path": b"/page", "query_string": b"",
        "root_path": "",
        "client": (peer, 4711) if peer else None, "server": ("inside", 8000), "headers": sent,
    }  # fmt: skip
    await Forwarded(app, trusted=Proxies(trusted))(asked, None, None)  # type: ignore[arg-type]  # never called
    return seen


@pytest.mark.parametrize("peer", ["203.0.113.1", "10.1.0.9", "testclient", None])
async def test_of_whoever_is_not_trusted_nothing_is_believed_or_passed_on(peer: str | None) -> None:
    scope = await told(peer, list(HOSTILE.items()))
    assert (scope["scheme"], scope["path"], scope["root_path"]) == ("http", "/page", "")
    assert scope["client"] == ((peer, 4711) if peer else None)
    assert scope["headers"] == [(b"host", b"inside:8000")]


async def test_where_nobody_is_trusted_nobody_is() -> None:
    assert (await told("127.0.0.1", list(HOSTILE.items()), ""))["scheme"] == "http"


async def test_of_a_trusted_proxy_scheme_host_prefix_and_client_are() -> None:
    names = ("For", "Proto", "Host", "Prefix")
    values = ("203.0.113.9", "https", "etabli.example:8443", "/reporting/")
    scope = await told(PROXY, [(f"X-Forwarded-{name}", value) for name, value in zip(names, values, strict=True)])
    assert (scope["scheme"], scope["client"][0], scope["root_path"]) == ("https", "203.0.113.9", "/reporting")
    assert (scope["path"], scope["raw_path"]) == ("/reporting/page", b"/reporting/page")
    assert scope["headers"] == [(b"host", b"etabli.example:8443")]


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        (["203.0.113.9"], "203.0.113.9"),
        (["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        (["6.6.6.6, 203.0.113.9, 192.0.2.7"], "203.0.113.9"),
        (["6.6.6.6", "203.0.113.9, 10.1.0.3"], "203.0.113.9"),
        (["6.6.6.6, [2001:db8::1]:443"], "2001:db8::1"),
        (["203.0.113.9:4711"], "203.0.113.9"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        (["6.6.6.6, unknown"], PROXY),
        (["6.6.6.6, 192.0.2.7, <script>"], PROXY),
        ([""], PROXY),
        ([], PROXY),
        (["10.1.0.3, 192.0.2.7"], "10.1.0.3"),
    ],
)
async def test_the_client_is_the_right_most_hop_that_is_not_trusted(hops: list[str], client: str) -> None:
    assert (await told(PROXY, [("X-Forwarded-For", hop) for hop in hops]))["client"][0] == client


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Proto", "javascript"), ("Host", "evil.example/x"), ("Host", "a b"), ("Host", ""), ("Prefix", "//evil.example"),
        ("Prefix", "/../x"), ("Prefix", "reporting"), ("Prefix", '/"><script>'),
    ],
)  # fmt: skip
async def test_what_a_proxy_says_has_to_be_what_it_should(name: str, value: str) -> None:
    scope = await told(PROXY, [(f"X-Forwarded-{name}", value)])
    assert (scope["scheme"], scope["root_path"], scope["headers"]) == ("http", "", [(b"host", b"inside:8000")])


def statuses(here: Running, peer: str) -> Callable[..., Awaitable[list[int]]]:
    """What each request is answered that this peer brings, each with one X-Forwarded-For."""

    async def ask(*forwarded_for: str) -> list[int]:
        transport = httpx.ASGITransport(here.app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [(await client.get("/names", headers={"X-Forwarded-For": hop})).status_code for hop in forwarded_for]

    return ask


async def test_addresses_count_by_what_a_trusted_proxy_tells_and_by_nothing_else(running: Start) -> None:
    async with running(desk, kafka="127.0.0.1:9", rate_per_address=2, trusted_proxies=TRUSTED) as here:
        await early_in_a_minute()
        proxy = statuses(here, PROXY)
        by_client = await proxy(*(f"203.0.113.{n}" for n in range(4)))
        by_one = await proxy(*(f"6.6.6.{n}, 203.0.113.99" for n in range(4)))
        hidden = await statuses(here, "203.0.113.50")(*(f"6.6.6.{n}" for n in range(4)))
    assert (by_client, by_one, hidden) == ([401] * 4, [401, 401, 429, 429], [401, 401, 429, 429])


async def test_an_address_that_begins_as_those_of_operations_counts_as_every_other(running: Start) -> None:
    async with running(desk, kafka="127.0.0.1:9", rate_per_address=2) as here:
        await early_in_a_minute()
        browser = here.browser()
        guessed = [(await browser.get(f"/{name}")).status_code for name in ("healthy", "metrics2", "health-x", "healthz")]
        asked = [(await browser.get(path)).status_code for path in ("/health/live", "/metrics", "/health/live")]
    assert (guessed, asked) == ([404, 404, 429, 429], [200, 200, 200])


async def test_pages_under_a_prefix_lead_to_themselves_and_their_cookies_go_nowhere_else(running: Start) -> None:
    edge = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "etabli.example", "X-Forwarded-Prefix": "/reporting"}
    async with running(desk, kafka="127.0.0.1:9", trusted_proxies="127.0.0.1") as here:
        session, cookie = await here.runtime.desk.sessions.begin(Grant.parse("region").held_by("marie"), "Marie")
        browser = here.browser()
        page = await browser.get("/signin/out", headers=edge)
        assert 'href="/reporting/"' in page.text
        assert 'href="/reporting/static/' in page.text
        out = await browser.post(
            "/signout", headers={**edge, "Origin": "https://etabli.example", "Cookie": f"etabli_desk={cookie}"},
            data={"form_token": here.runtime.desk.sessions.form_token(session)},
        )  # fmt: skip
    assert out.headers["location"] == "/reporting/signin/out"
    assert all(word in out.headers["set-cookie"] for word in ("Path=/reporting/", "Secure", "HttpOnly"))


def test_addresses_are_read_as_they_are_written() -> None:
    assert str(address_in("[2001:db8::1]")) == "2001:db8::1"
    assert [address_in(text) for text in ("", "unknown", "1.2.3", "1.2.3.4, 5.6.7.8")] == [None] * 4
    assert all(is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "a.localhost"))
    assert not any(is_loopback(host) for host in ("10.0.0.1", "localhost.evil.example", ""))
    assert is_closed("https://idp.example/x")
    assert is_closed("http://127.0.0.1:9000")
    assert not any(
        is_closed(url) for url in ("http://idp.example", "ftp://idp.example", "https://", "idp.example", "http://[::1")
    )
    with pytest.raises(ValueError, match="does not appear"):
        hosts_in("10.0.0.1/99")
