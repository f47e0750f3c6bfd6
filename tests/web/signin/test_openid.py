"""Signing in with a real OpenID provider, over HTTP with cookies: the whole way, and whatever is refused on it."""

import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest_asyncio

from shared.kernel.caller import Caller
from shared.web.tokens import LEEWAY
from tests.conftest import Running, Start
from tests.web.signin.builders import TABLE, asked, been_there, begun, opens, through, with_provider
from tests.web.signin.provider import BACK, CLIENT, SECRET, Claims, OpenIdProvider, a_key, basic, provided

LATE = LEEWAY.total_seconds() + 30


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def provider() -> AsyncIterator[OpenIdProvider]:
    async with provided() as there:
        yield there


@pytest_asyncio.fixture(loop_scope="session")
async def here(running: Start, provider: OpenIdProvider, tmp_path: Path) -> AsyncIterator[Running]:
    provider.lie, provider.sign = (lambda claims: claims), None
    provider.who["groups"], provider.who["email"] = ["staff", "region"], "marie@region.example"
    async with with_provider(running, provider, tmp_path) as service:
        yield service


async def test_somebody_signs_in_reads_and_signs_out_here_and_there(here: Running, provider: OpenIdProvider) -> None:
    browser = here.browser()
    assert not await opens(browser)
    address = await begun(browser, "/names?first=A")
    sent = asked(address)
    assert (sent["code_challenge_method"], sent["response_type"], sent["redirect_uri"]) == ("S256", "code", BACK)
    assert len({sent["state"], sent["nonce"], sent["code_challenge"]}) == 3
    back = await browser.get(await been_there(address))
    assert (back.status_code, back.headers["location"]) == (303, "/names?first=A")
    cookie = next(one for one in back.headers.get_list("set-cookie") if one.startswith("etabli_desk="))
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=28800"))
    assert "Secure" not in cookie  # this machine's own
    assert await opens(browser)
    session = await here.runtime.desk.sessions.read(browser.cookies["etabli_desk"])
    assert (session.caller, session.name) == (Caller("marie-7f3a", "region", "", "reader"), "Marie Curie")

    stolen = browser.cookies["etabli_desk"]
    out = await browser.post("/signout", data={"form_token": here.runtime.desk.sessions.form_token(session)})
    assert out.headers["location"].startswith(f"{provider.issuer}/end_session?")
    assert asked(out.headers["location"])["post_logout_redirect_uri"] == "http://127.0.0.1/signin/out"
    assert jwt.decode(asked(out.headers["location"])["id_token_hint"], options={"verify_signature": False})["sub"] == "marie-7f3a"
    assert (await browser.get(await been_there(out.headers["location"]))).status_code == 200
    browser.cookies.set("etabli_desk", stolen)
    assert not await opens(browser)


LIES: dict[str, Callable[[Claims], Claims]] = {
    "a nonce of somebody else's": lambda claims: {**claims, "nonce": "another"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "expired": lambda claims: {**claims, "exp": time.time() - LATE},
    "good for ever": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "made tomorrow": lambda claims: {**claims, "iat": time.time() + 86_400},
    "another audience": lambda claims: {**claims, "aud": "another"},
    "several audiences and no party": lambda claims: {**claims, "aud": [CLIENT, "another"]},
    "another party": lambda claims: {**claims, "aud": [CLIENT], "azp": "another"},
    "another issuer": lambda claims: {**claims, "iss": "https://another.example"},
    "nobody": lambda claims: {**claims, "sub": ""},
    "no text": lambda claims: {**claims, "sub": 7},
    "another access token's": lambda claims: {**claims, "at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


async def test_an_id_token_that_is_not_the_answer_to_what_we_asked_opens_nothing(here: Running, provider: OpenIdProvider) -> None:
    for name, lie in LIES.items():
        provider.lie, browser = lie, here.browser()
        answer = await through(browser)
        assert (name, answer.status_code, "etabli_desk" in browser.cookies) == (name, 403, False)
        assert "rien n’a été fait" in answer.text
        assert not await opens(browser)


FORGER = a_key("first")
FORGED: dict[str, Callable[[Claims], str]] = {
    "a secret that both know": lambda claims: jwt.encode(claims, SECRET, "HS256", headers={"kid": "first"}),
    "nothing": lambda claims: jwt.encode(claims, "", "none", headers={"kid": "first"}),
    "another's key under its name": lambda claims: OpenIdProvider("http://another", key=FORGER).signed(claims),
    "a key that is not published": lambda claims: jwt.encode(claims, SECRET, "HS256", headers={"kid": "unknown"}),
    "no token": lambda claims: "x.y.z",
}


async def test_an_id_token_signed_by_anything_but_its_key_opens_nothing(here: Running, provider: OpenIdProvider) -> None:
    for name, sign in FORGED.items():
        provider.sign, browser = sign, here.browser()
        assert (name, (await through(browser)).status_code) == (name, 403)
        assert not await opens(browser)


async def test_clocks_may_be_a_minute_apart(here: Running, provider: OpenIdProvider) -> None:
    provider.lie = lambda claims: {**claims, "exp": time.time() - 30, "iat": time.time() + 30}
    assert (await through(here.browser())).status_code == 303


async def test_only_the_browser_that_began_may_come_back_and_once(here: Running) -> None:
    browser, other = here.browser(), here.browser()
    back = await been_there(await begun(browser))
    attempts = dict(browser.cookies)
    assert (await other.get(back)).status_code == 403
    await begun(other)
    assert (await other.get(back)).status_code == 403
    assert (await browser.get(back.replace("state=", "state=x"))).status_code == 403
    assert (await browser.get(back)).status_code == 303
    assert (await browser.get(back)).status_code == 403  # the attempt is forgotten
    again = here.browser()
    for name, value in attempts.items():
        again.cookies.set(name, value)
    assert (await again.get(back)).status_code == 403  # the provider gives nothing for a code that was used
    assert not await opens(again)


async def test_a_code_is_worth_nothing_without_the_verifier_of_its_challenge(here: Running, provider: OpenIdProvider) -> None:
    browser = here.browser()
    tampered = httpx.URL(await begun(browser)).copy_set_param("code_challenge", "A" * 43)
    assert (await browser.get(await been_there(str(tampered)))).status_code == 403
    code = asked(await been_there(await begun(browser)))["code"]
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    async with httpx.AsyncClient() as thief:
        answer = await thief.post(f"{provider.issuer}/token", data=sent, headers={"Authorization": basic(CLIENT, SECRET)})
    assert answer.status_code == 400


async def test_who_gave_up_there_and_whatever_else_comes_back_reads_why(here: Running, provider: OpenIdProvider) -> None:
    browser = here.browser()
    state = asked(await begun(browser))["state"]
    gave_up = await browser.get(
        "/signin/openid/return", params={"state": state, "error": "access_denied", "error_description": "x"}
    )
    assert (gave_up.status_code, "Vous avez renoncé" in gave_up.text) == (403, True)
    state = asked(await begun(browser))["state"]
    assert (await browser.get("/signin/openid/return", params={"state": state})).status_code == 403
    mixed_up = await been_there(await begun(browser)) + "&iss=https://another.example"
    assert (await browser.get(mixed_up)).status_code == 403
    assert (await browser.get("/signin/openid/return")).status_code == 403


async def test_whom_no_rule_knows_reads_whom_to_turn_to_until_the_table_says_more(
    here: Running, provider: OpenIdProvider, tmp_path: Path
) -> None:
    provider.who["groups"] = ["staff"]
    refused = await through(here.browser())
    assert (refused.status_code, "la cellule numérique (numerique@region.example)" in refused.text) == (403, True)
    (tmp_path / "claims.yaml").write_text(TABLE + "  - {claim: groups, value: staff, organisation: federation, role: reader}\n")
    browser = here.browser()
    assert (await through(browser)).status_code == 303
    assert (await here.runtime.desk.sessions.read(browser.cookies["etabli_desk"])).caller.kind == "federation"
    (tmp_path / "claims.yaml").write_text("rules: [")
    assert (await through(here.browser())).status_code == 303  # what it said last holds


async def test_whose_rule_is_taken_away_is_signed_out(here: Running, tmp_path: Path) -> None:
    browser = here.browser()
    await through(browser)
    (tmp_path / "claims.yaml").write_text(
        "# moved\n" + TABLE + "  - {claim: a, value: b, organisation: federation, role: reader}\n"
    )
    assert await opens(browser)
    (tmp_path / "claims.yaml").write_text(TABLE.replace("value: region", "value: another"))
    assert not await opens(browser)


async def test_a_new_key_of_the_provider_s_is_read_when_it_first_signs(here: Running, provider: OpenIdProvider) -> None:
    assert (await through(here.browser())).status_code == 303
    here.runtime.desk.open_id.provider._keys_read -= 60  # type: ignore[union-attr]  # the last reading was a while ago
    provider.rotate()
    assert (await through(here.browser())).status_code == 303


async def test_a_session_can_be_revoked(running: Start, provider: OpenIdProvider, tmp_path: Path) -> None:
    revoked = tmp_path / "revoked"
    revoked.touch()
    async with with_provider(running, provider, tmp_path, revoked_file=revoked) as here:
        browser = here.browser()
        await through(browser)
        assert await opens(browser)
        revoked.write_text((await here.runtime.desk.sessions.read(browser.cookies["etabli_desk"])).id + "\n")
        assert not await opens(browser)


async def test_a_provider_that_is_away_is_said_and_a_link_opens_meanwhile(running: Start, tmp_path: Path) -> None:
    away = OpenIdProvider("http://127.0.0.1:9", key=FORGER)
    async with with_provider(running, away, tmp_path) as here:
        answer = await here.browser().get("/signin/openid")
        page = await here.browser().get("/signin")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "Le service d’identité (le compte de la Région) ne répond pas" in answer.text
    assert "Se connecter avec le compte de la Région" in page.text


async def test_metadata_of_the_wrong_types_break_nothing(here: Running, tmp_path: Path) -> None:
    there = here.runtime.desk.open_id.provider  # type: ignore[union-attr]
    methods: list[Any] = [7, "client_secret_basic", {}, True]
    for odd in methods:
        back = await been_there(await begun(browser := here.browser()))
        there._metadata = {**there._metadata, "token_endpoint_auth_methods_supported": odd}
        assert (odd, (await browser.get(back)).status_code) == (odd, 303)
    for odd in [7, "https://idp.example:port/out", "https://[", None]:
        there._metadata = {**there._metadata, "end_session_endpoint": odd}
        assert await there.sign_out_address("hint", "https://etabli.example/signin/out") is None
    back = await been_there(await begun(browser := here.browser()))
    (tmp_path / "secret").unlink()
    assert (await browser.get(back)).status_code == 403


NONSENSE = {
    "broken": (500, ""), "deep": (200, "[" * 100_000), "a page": (200, "<html>"), "a list": (200, "[]"),
    "nothing there": (404, ""),
}  # fmt: skip


async def test_a_provider_that_says_nonsense_is_no_traceback(here: Running) -> None:
    there = here.runtime.desk.open_id.provider  # type: ignore[union-attr]
    for name, (status, text) in NONSENSE.items():
        there._transport = httpx.MockTransport(partial(said, status, text))
        there._metadata_read = -1e9
        assert (name, (await here.browser().get("/signin/openid")).status_code in (403, 503)) == (name, True)


def said(status: int, text: str, _: httpx.Request) -> httpx.Response:
    return httpx.Response(status, text=text)
