"""What every service answers to what it should not be asked."""

import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.kernel.clock import Clock
from shared.kernel.secrets import derived
from shared.kernel.tracing import TRACE
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from tests.conftest import Start
from tests.web.builders import toy

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
        {"field": "uai", "detail": "Ce code UAI n’est pas valable : vérifiez sa lettre de contrôle."},
        {"field": "seats", "detail": "Un nombre entier est attendu."},
        {"field": "", "detail": "Un champ qui n’est pas connu s’y trouve."},
    ]


async def test_an_address_and_the_end_of_a_line_are_another_address(running: Start) -> None:
    async with running(toy) as here:
        for path in ("/metrics", "/health/ready", "/health/live", "/admin/clock", "/openapi.json", "/names"):
            answer = await here.as_("admin").get(f"{path}%0A")
            assert (path, answer.status_code, answer.json()["code"]) == (path, 404, "http_404")


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


MADE_UP = {"Jean Dupont": 1}


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (MADE_UP, ""),
        ({"whose": {"kind": "a", "Jean Dupont": 1}}, "whose"),
        ({"whose": {"kind": "Jean Dupont"}}, "whose"),
        ({"whose": {"kind": "b", "days": {"Jean Dupont": "x"}}}, "whose.days"),
        ({"whose": {"kind": "b", "days": {"2026-01-01": MADE_UP}}}, "whose.days"),
        ({"several": [{"kind": "a"}, {"kind": "a", "Jean Dupont": 1}]}, "several.1"),
        ({"uai": MADE_UP}, "uai"),
        ({"colour": "Jean Dupont"}, "colour"),
    ],
)
async def test_no_name_that_a_sender_made_up_comes_back(running: Start, part: dict[str, object], field: str) -> None:
    async with running(toy) as here:
        answer = await here.as_("admin").post("/shapes", json={"uai": "0250032Z", **part})
    assert answer.status_code == 422, answer.text
    assert "Dupont" not in answer.text
    assert "2026-01-01" not in answer.text
    assert {one["field"] for one in answer.json()["errors"]} == {field}


@pytest.mark.parametrize("address", ["/failing/Jean Dupont/x", "/Jean Dupont", "/toys/Jean Dupont", "/admin/parked/Dupont/0/0"])
async def test_no_word_of_an_address_comes_back(running: Start, address: str) -> None:
    async with running(toy) as here:
        admin = here.as_("admin")
        answers = [await admin.get(address), await admin.put(address), await admin.get("/toys", params={"x": "Jean Dupont"})]
    assert not any("Dupont" in answer.text for answer in answers)


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
        page = await here.signed_in("admin")
        read = await page.get("/admin/clock")
        assert (read.status_code, read.headers["cache-control"]) == (200, "no-store")
        assert (await page.post("/admin/unpark")).status_code == 401


@pytest.mark.parametrize(
    ("header", "accepted"), [(A_TRACE, True), ("Zelie Quintard 06 12 34 56 78", False), (A_TRACE + "x" * 5000, False)]
)
async def test_a_trace_is_kept_only_if_it_is_one(running: Start, header: str, accepted: bool) -> None:
    async with running(toy, kafka="127.0.0.1:9") as here:
        id = uuid.uuid4()
        answer = await here.as_("school:dole:head").put(f"/toys/{id}", headers={"traceparent": header})
        assert answer.status_code == 200
        document = await here.store.toys.collection.find_one({"_id": str(id)})
        assert (document["outbox"][0]["trace"] == header) is accepted
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
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert result.returncode == 0
    assert result.stderr.count("ValueError") == 3
    assert "Dupont" not in result.stderr


def test_a_secret_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short\n")
    with pytest.raises(ValueError, match="32 bytes"):
        assert Settings(jwks_file=tmp_path, secret_file=tmp_path / "secret").secrets
    (tmp_path / "secret").write_text(f"{'5' * 64}\nshort\n")
    with pytest.raises(ValueError, match="32 bytes"):
        assert Settings(jwks_file=tmp_path, secret_file=tmp_path / "secret").secrets


def test_the_latest_secret_seals_and_the_first_ever_keys_the_hashes(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{'7' * 64}\n{'5' * 64}\n")
    secrets = Settings(jwks_file=tmp_path, secret_file=tmp_path / "secret").secrets
    persistence = Persistence(connect("mongodb://127.0.0.1", "test"), "test", Clock(), secrets=secrets)
    assert persistence.secret == b"5" * 64
    assert persistence.sealing_keys("titles") == (derived(b"7" * 64, "titles"), derived(b"5" * 64, "titles"))
