"""What every service answers to what it should not be asked."""

import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import Request
from pydantic import BaseModel, ConfigDict

from shared.kernel.caller import SYSTEM
from shared.kernel.identifiers import Uai
from shared.kernel.tracing import TRACE
from shared.persistence.failures import Away, Clash
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.app import Service
from shared.web.auth import COOKIE, CurrentCaller, require
from shared.web.idempotency import Idempotency
from shared.web.router import Router
from shared.web.runtime import runtime
from tests.conftest import Start
from tests.persistence.builders import TOYS, Toy, receive

router = Router()


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    uai: Uai
    seats: int


class Store:
    def __init__(self, persistence: Persistence) -> None:
        self.clock = persistence.clock
        self.toys = Repository(persistence, TOYS)

    async def prepare(self) -> None:
        """Nothing to index."""


@router.post("/things", dependencies=[require("school:head")])
async def make(asked: Body, once: Idempotency, who: CurrentCaller) -> dict[str, str]:
    return {"id": str(once.id), "print": once.fingerprint, "tenant": who.tenant}


@router.put("/toys/{id}")
async def receive_a_toy(id: uuid.UUID, who: CurrentCaller, request: Request) -> Toy:
    toy: Toy = await runtime(request).store.toys.acting(who).create(id, receive, id=id, school=who.tenant)
    return toy


@router.get("/broken")
async def broken() -> None:
    raise ValueError("family name: Dupont")


FAILURES = {"away": Away, "clash": Clash, "overflow": OverflowError}


@router.get("/failing/{how}")
async def failing(how: str) -> None:
    raise FAILURES[how]


def toy(settings: Settings) -> Service[Store]:
    return Service("requests", settings, Store, routers=[router])


ROOT = Path(__file__).parents[2]
A_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GOOD = {"uai": "025 0032 z", "seats": 12}


async def test_every_no_is_a_problem_in_french_that_repeats_no_value(running: Start) -> None:
    async with running(toy) as here:
        head = here.as_("school:dole:head")
        malformed = await head.post("/things", content=b'{"uai": ', headers={"content-type": "application/json"})
        wrong = await head.post("/things", json={"uai": "0250032A", "seats": "douze", "nom": "Dupont"})
        bug = await head.get("/broken")
        nowhere = await head.get("/nowhere")
        large = await head.post("/things", content=b" " * 2_000_000, headers={"content-type": "application/json"})
    for answer, status, code in (
        (malformed, 400, "malformed"), (wrong, 422, "invalid"), (bug, 500, "bug"), (nowhere, 404, "http_404"),
        (large, 413, "too_large"),
    ):  # fmt: skip
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
        assert "Dupont" not in answer.text
        assert answer.json()["title"]
    assert wrong.json()["errors"] == [
        {"field": "uai", "detail": "Ce code UAI n'est pas valable : vérifiez sa lettre de contrôle."},
        {"field": "seats", "detail": "Un nombre entier est attendu."},
        {"field": "nom", "detail": "Ce champ n'est pas connu."},
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"uai": "0250032Z", "seats": 1000000000000000000000000000000}', 200),
        (b'{"uai": "\\ud800", "seats": 1}', 422),
        (b'{"uai": "0250032Z", "seats": ' + b"[" * 300 + b"]" * 300 + b"}", 422),
        (b"[" * 100_000, 400),
        (b'{"uai": "0250032Z", "seats": NaN}', 422),
        (b"\xff\xfe", 400),
        (b"", 422),
    ],
)
async def test_odd_json_is_no_fault_of_ours(running: Start, body: bytes, status: int) -> None:
    async with running(toy) as here:
        answer = await here.as_("school:dole:head").post("/things", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.headers["content-type"] == "application/problem+json"


async def test_a_body_in_chunks_stops_at_the_limit_too(running: Start) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    async with running(toy) as here:
        json = {"content-type": "application/json"}
        answer = await here.as_("school:dole:head").post("/things", content=chunks(), headers=json)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "many", "١٢"])
async def test_a_length_that_is_none_cannot_be_read(running: Start, length: str) -> None:
    async with running(toy) as here:
        answer = await here.as_("school:dole:head").post("/things", content=b"{}", headers={b"content-length": length.encode()})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_a_parameter_that_is_not_known_is_refused_and_not_repeated(running: Start) -> None:
    async with running(toy) as here:
        answer = await here.as_("school:dole:head").post("/things", params={"Dupont": "Zélie"}, json=GOOD)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "Dupont" not in answer.text


async def test_an_address_names_all_its_methods(running: Start) -> None:
    async with running(toy) as here:
        admin = here.as_("admin")
        answers = {address: await admin.delete(address) for address in ("/admin/clock", "/things", "/broken")}
    assert {address: (answer.status_code, answer.headers["allow"]) for address, answer in answers.items()} == {
        "/admin/clock": (405, "GET, POST"),
        "/things": (405, "POST"),
        "/broken": (405, "GET"),
    }


async def test_who_must_sign_in_hears_how(running: Start) -> None:
    async with running(toy) as here:
        answer = await here.signed_out().get("/admin/clock")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_an_answer_that_the_document_does_not_list_fails_a_test(running: Start) -> None:
    async with running(toy) as here:
        document = here.app.openapi()
        document["paths"]["/admin/clock"]["get"]["responses"].pop("401")
        with pytest.raises(AssertionError, match="status not listed"):
            await here.signed_out().get("/admin/clock")


async def test_the_same_key_gives_the_same_id_to_the_same_person_alone(running: Start) -> None:
    async with running(toy) as here:
        key = {"Idempotency-Key": "a"}
        dole, chalon = here.as_("school:dole:head"), here.as_("school:chalon:head")
        one = (await dole.post("/things", json=GOOD, headers=key)).json()
        again = (await dole.post("/things", json=dict(reversed(GOOD.items())), headers=key)).json()
        other_body = (await dole.post("/things", json={**GOOD, "seats": 13}, headers=key)).json()
        other_school = (await chalon.post("/things", json=GOOD, headers=key)).json()
        colleague = (await here.as_("school:dole:head", sub="other").post("/things", json=GOOD, headers=key)).json()
        no_key = (await dole.post("/things", json=GOOD)).json()
    assert one == again
    assert (other_body["id"], other_body["print"]) == (one["id"], other_body["print"])
    assert other_body["print"] != one["print"]
    assert len({one["id"], other_school["id"], colleague["id"], no_key["id"]}) == 4


async def test_a_token_is_needed_and_its_role_decides(running: Start) -> None:
    async with running(toy) as here:
        assert (await here.signed_out().post("/things", json=GOOD)).status_code == 401
        forged = here.signed_out()
        forged.headers["Authorization"] = "Bearer " + here.as_("school:dole:head").headers["Authorization"][7:-4] + "AAAA"
        assert (await forged.post("/things", json=GOOD)).status_code == 401
        assert (await here.as_("school:dole:workshop").post("/things", json=GOOD)).status_code == 403
        assert (await here.as_("agency:cio").post("/things", json=GOOD)).status_code == 403
        assert (await here.as_("school:dole:head").get("/admin/clock")).status_code == 403
        assert (await here.as_("school:dole:head").post("/things", json=GOOD)).json()["tenant"] == "dole"


async def test_a_cookie_opens_reading_only_and_no_answer_is_cached(running: Start) -> None:
    async with running(toy) as here:
        page = here.signed_out()
        page.cookies.set(COOKIE, here.as_("admin").headers["Authorization"][7:])
        read = await page.get("/admin/clock")
        assert (read.status_code, read.headers["cache-control"]) == (200, "no-store")
        assert (await page.post("/admin/unpark")).status_code == 401


@pytest.mark.parametrize(
    ("said", "kept"), [(A_TRACE, True), ("Zelie Quintard 06 12 34 56 78", False), (A_TRACE + "x" * 5000, False)]
)
async def test_a_trace_is_kept_only_if_it_is_one(running: Start, said: str, kept: bool) -> None:
    async with running(toy, kafka="127.0.0.1:9") as here:
        id = uuid.uuid4()
        answer = await here.as_("school:dole:head").put(f"/toys/{id}", headers={"traceparent": said})
        assert answer.status_code == 200
        document = await here.store.toys.collection.find_one({"_id": str(id)})
        assert (document["outbox"][0]["trace"] == said) is kept
        assert TRACE.fullmatch(document["outbox"][0]["trace"])


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [("away", 503, "database_away"), ("clash", 503, "database_away"), ("overflow", 422, "out_of_range")],
)
async def test_what_is_no_bug_of_ours_is_not_raised_to_the_server(running: Start, how: str, status: int, code: str) -> None:
    async with running(toy) as here:  # which would say it at length, once per request, and close the client's connection
        transport = httpx.ASGITransport(app=here.app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://etabli") as client:
            answer = await client.get(f"/failing/{how}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_what_fails_is_logged_by_its_type_and_place_without_its_words() -> None:
    script = (
        "import logging, structlog\nfrom shared.logs import set_up\nset_up('toy', 'INFO')\n"
        "try: raise ValueError('family name: Dupont')\n"
        "except ValueError as error:\n"
        "    structlog.get_logger().error('failed', exc_info=True)\n"
        "    structlog.get_logger().error('failed', exc_info=error)\n"
        "    logging.getLogger('uvicorn.error').exception('Exception in ASGI application')\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert said.returncode == 0
    assert said.stderr.count("ValueError") == 3
    assert "Dupont" not in said.stderr


def test_a_secret_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short\n")
    with pytest.raises(ValueError, match="32 bytes"):
        assert Settings(jwks_file=tmp_path, secret_file=tmp_path / "secret").secret


async def test_the_simulated_clock_advances_never_goes_back_and_is_remembered(running: Start) -> None:
    async with running(toy) as here:
        admin = here.as_("admin")
        ahead = {"now": datetime(2026, 1, 5, 8, tzinfo=UTC).isoformat()}
        assert (await admin.post("/admin/clock", json=ahead)).json()["today"] == "2026-01-05"
        back = await admin.post("/admin/clock", json={"now": "2025-12-01T08:00:00Z"})
        assert (back.status_code, back.json()["code"]) == (409, "clock_goes_back")
        assert await here.runtime.persistence.database["clock"].find_one() == {
            "_id": "clock",
            "now": datetime(2026, 1, 5, 8, tzinfo=UTC),
        }


@pytest.mark.parametrize("far", ["9999-12-31T23:30:00Z", "9999-12-31T23:30:00-12:00", "2030-09-01T06:00:01Z"])
async def test_a_simulated_clock_put_too_far_is_refused_before_anything_is_kept(running: Start, far: str) -> None:
    async with running(toy) as here:
        admin = here.as_("admin")
        refused = await admin.post("/admin/clock", json={"now": far})
        assert (refused.status_code, refused.json()["code"]) == (409, "clock_too_far")
        assert await here.runtime.persistence.database["clock"].find_one() is None
        assert (await admin.get("/admin/clock")).json()["now"] == "2025-09-01T06:00:00Z"


async def test_a_service_with_too_much_untold_says_that_it_is_not_ready(running: Start) -> None:
    async with running(toy, kafka="127.0.0.1:9", outbox_limit=2) as here:
        toys = here.store.toys
        for told in range(1, 4):
            id = uuid.uuid4()
            await toys.acting(SYSTEM).create(id, receive, id=id, school="dole")
            ready = await here.signed_out().get("/health/ready")
            assert (ready.status_code, ready.json()["pending"]) == ((200, told) if told < 3 else (503, 3))
        assert ready.headers["Retry-After"]
        assert ready.json()["code"] == "outbox_full"


async def test_a_real_clock_is_nobodys_to_advance(running: Start) -> None:
    async with running(toy, simulated=False) as here:
        answer = await here.as_("admin").post("/admin/clock", json={"now": "9999-12-31T23:30:00Z"})
        assert (answer.status_code, answer.json()["code"]) == (409, "real_clock")
