"""One-time links: opened by whatever reads mail, used once by a person, never told to a log."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest

from deploy.links import LIFETIME, link
from deploy.local.errors import CannotRun
from deploy.local.keys import Keys, make_keys, sign
from shared.kernel.caller import Caller, Grant
from shared.kernel.clock import real_now
from shared.kernel.errors import Unauthenticated
from shared.web.signin.guards import path_of_ours
from shared.web.signin.links import audience_of
from shared.web.signin.session import Session, Sessions
from tests.conftest import Start
from tests.web.signin.builders import desk, opens

HOUR = timedelta(hours=1)
ALONE = {"kafka": "127.0.0.1:9"}


def never(_: str) -> bool:
    """Nothing is revoked."""
    return False


def a_code(keys: Path, *, scope: str = "region", age: timedelta = timedelta(), audience: str = audience_of("desk")) -> str:
    """What stands behind the # of a link."""
    return sign(keys / "private.pem", scope, sub="Zélie Ångström", now=real_now() - age, lifetime=LIFETIME, audience=audience)


async def pressed(browser: httpx.AsyncClient, code: str, **headers: str) -> httpx.Response:
    """The button of a link's page, pressed."""
    return await browser.post("/signin/link", data={"code": code}, headers={"Origin": "http://127.0.0.1", **headers})


async def test_a_link_signs_in_by_its_name_and_role_once(running: Start, keys: Path) -> None:
    code = a_code(keys)
    async with running(desk, **ALONE) as here:
        browser, other = here.browser(), here.browser()
        for _ in range(3):  # a mail scanner, a preview
            assert (await other.get("/signin/link")).status_code == 200
        answer = await pressed(browser, code)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert code not in str(answer.headers)
        assert await opens(browser)
        session = await here.runtime.desk.sessions.read(browser.cookies["etabli_desk"])
        assert (session.caller, session.name) == (Caller("Zélie Ångström", "region", "", "reader"), "Zélie Ångström")
        again = await pressed(other, code)
        assert (again.status_code, "Ce lien a déjà servi" in again.text, "set-cookie" in again.headers) == (409, True, False)


async def test_of_many_who_press_at_once_on_two_replicas_one_is_signed_in(running: Start, keys: Path) -> None:
    code = a_code(keys)
    async with running(desk, **ALONE) as first, running(desk, fresh=False, **ALONE) as second:
        answers = await asyncio.gather(*(pressed(here.browser(), code) for here in (first, second) * 5))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 9


async def test_what_is_no_link_of_ours_any_more_opens_nothing(running: Start, keys: Path) -> None:
    codes = {
        "expired": a_code(keys, age=timedelta(minutes=17)), "a token": a_code(keys, audience="etabli"),
        "another service's": a_code(keys, audience=audience_of("reporting")), "half of it": a_code(keys)[:-40], "nothing": "",
    }  # fmt: skip
    async with running(desk, **ALONE) as here:
        for what, code in codes.items():
            answer = await pressed(here.browser(), code)
            assert (what, answer.status_code, "set-cookie" in answer.headers) == (what, 409, False)
            assert ("n’est plus valable" if what == "expired" else "n’est pas valable") in answer.text
        bearer = await here.browser().get("/names", headers={"Authorization": f"Bearer {a_code(keys)}"})
        assert bearer.status_code == 401  # nor is a link a token


async def test_a_link_can_be_taken_back_before_it_is_used(running: Start, keys: Path, tmp_path: Path) -> None:
    code, revoked = a_code(keys), tmp_path / "revoked"
    revoked.write_text(jwt.decode(code, options={"verify_signature": False})["jti"] + "\n")
    async with running(desk, revoked_file=revoked, **ALONE) as here:
        assert (await pressed(here.browser(), code)).status_code == 409


async def test_who_was_let_in_by_a_key_that_was_renewed_is_signed_out(running: Start, tmp_path: Path) -> None:
    make_keys(tmp_path / "private.pem", tmp_path / "jwks.json")
    async with running(desk, jwks_file=tmp_path / "jwks.json", **ALONE) as here:
        browser = here.browser()
        assert (await pressed(browser, a_code(tmp_path))).status_code == 303
        assert await opens(browser)
        (tmp_path / "private.pem").unlink()
        make_keys(tmp_path / "private.pem", tmp_path / "jwks.json")
        assert not await opens(browser)
        assert (await pressed(browser, a_code(tmp_path))).status_code == 303
        assert await opens(browser)


async def test_a_page_of_elsewhere_signs_nobody_in(running: Start, keys: Path) -> None:
    async with running(desk, **ALONE) as here:
        code = a_code(keys)
        for origin in ("http://127.0.0.1:8001", "null", "https://evil.example", ""):
            assert (origin, (await pressed(here.browser(), code, Origin=origin)).status_code) == (origin, 403)
        of_a_site = await here.browser().post("/signin/link", data={"code": code}, headers={"Sec-Fetch-Site": "cross-site"})
        assert of_a_site.status_code == 403
        assert (await pressed(here.browser(), code)).status_code == 303  # and has not used the link up


async def test_nobody_signs_in_where_others_read_along(running: Start, keys: Path) -> None:
    async with running(desk, **ALONE) as here:
        browser, code = here.browser("http://etabli.example"), a_code(keys)
        answer = await browser.post("/signin/link", data={"code": code})
        assert (answer.status_code, "n’est pas chiffrée" in answer.text) == (403, True)
        assert "Ouvrez-la par https" in (await browser.get("/signin")).text
        encrypted = await here.browser("https://etabli.example").post("/signin/link", data={"code": code})
        assert (encrypted.status_code, "Secure" in encrypted.headers["set-cookie"]) == (303, True)


async def test_a_form_signs_out_only_from_a_page_of_the_same_session(running: Start) -> None:
    async with running(desk, **ALONE) as here:
        marie, paul = await here.signed_in("region"), await here.signed_in("region")
        sessions = here.runtime.desk.sessions
        of_paul = sessions.form_token(await sessions.read(paul.cookies["etabli_desk"]))
        for token in ("", of_paul, "é"):
            assert (await marie.post("/signout", data={"form_token": token})).status_code == 403
        assert await opens(marie)
        out = await paul.post("/signout", data={"form_token": of_paul}, headers={"Origin": "http://127.0.0.1:9"})
        assert (out.status_code, await opens(paul)) == (403, True)
        out = await paul.post("/signout", data={"form_token": of_paul})
        assert (out.status_code, out.headers["location"]) == (303, "/signin/out")
        assert out.headers["set-cookie"].startswith('etabli_desk=""; HttpOnly; Max-Age=0')
        assert not await opens(paul)  # though the browser of this test kept it
        assert await opens(marie)


async def test_a_session_ends_at_its_hour_and_opens_no_other_service(running: Start, keys: Path) -> None:
    async with running(desk, **ALONE) as here:
        browser = await here.signed_in("region")
        sessions, cookie = here.runtime.desk.sessions, browser.cookies["etabli_desk"]
        sessions._about = "session of another"
        assert not await opens(browser)
        sessions._about = "session of desk"
        for changed in (cookie[:-6] + "AAAAAA", cookie[:40], "é", "A" * 5_000):
            with pytest.raises(Exception, match="unauthenticated"):
                await sessions.read(changed)
        sessions._now = lambda: real_now() + timedelta(hours=8, seconds=1)
        assert not await opens(browser)


async def test_whoever_knows_a_former_secret_writes_no_cookie_that_opens(running: Start) -> None:
    async with running(desk, **ALONE) as here:
        before = here.runtime.persistence
        former, now = Sessions(before, never, HOUR), Sessions(replace(before, secrets=(b"7" * 64, *before.secrets)), never, HOUR)
        mine, _ = await now.begin(Grant.parse("region").held_by("marie"), "Marie")
        forged = former._closed(Session(mine.id, Grant.parse("admin").held_by("marie"), "Marie", mine.until))
        assert (await former.read(forged)).caller.is_admin
        with pytest.raises(Unauthenticated):
            await now.read(forged)


def test_a_link_is_made_for_those_who_have_pages_and_through_the_edge_where_there_is_one(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, addresses = Keys.of(keys), {"reporting": "http://127.0.0.1:8014"}
    monkeypatch.delenv("ETABLI_PUBLIC_URL", raising=False)
    address, _, code = link(here, "region", addresses, name="Zélie").partition("#")
    assert address == "http://127.0.0.1:8014/signin/link"
    claims = jwt.decode(code, options={"verify_signature": False})
    assert (claims["sub"], claims["aud"], claims["exp"] - claims["iat"]) == ("Zélie", "etabli sign-in reporting", 900)
    monkeypatch.setenv("ETABLI_PUBLIC_URL", "https://etabli.example/")
    assert link(here, "admin", addresses).startswith("https://etabli.example/reporting/signin/link#")
    for scope in ("school:dole", "agency:cio-dole", "landlord"):
        with pytest.raises(CannotRun):
            link(here, scope, addresses)


@pytest.mark.parametrize(
    ("to", "goes"),
    [
        ("/names?first=A", "/names?first=A"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"),
        ("/\t/evil.example", "/"), ("", "/"), ("javascript:alert(1)", "/"), ("/a\nb", "/"),
    ],
)  # fmt: skip
def test_one_comes_back_to_pages_of_ours_only(to: str, goes: str) -> None:
    assert path_of_ours(to) == goes
