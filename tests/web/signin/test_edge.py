"""The edge's own Caddyfile, on a real Caddy before two real services."""

import asyncio
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest
import pytest_asyncio

from deploy.bench.region import ALONE
from deploy.links import link
from deploy.local.keys import Keys
from deploy.local.ports import HOST
from services.production.main import service as production
from services.reporting.main import service as reporting
from services.reporting.settings import Settings
from tests.conftest import Running, Start
from tests.web.test_serving import served

CADDY = shutil.which("caddy")
CADDYFILE = Path(__file__).parents[3] / "deploy" / "edge" / "Caddyfile"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CADDY is None, reason="Caddy is not on this machine.")]
FORGED = {
    "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=6.6.6.6;host=evil.example",
}  # fmt: skip


async def ran(folder: Path, *arguments: str, **told: str) -> asyncio.subprocess.Process:
    """Caddy, whose state is in this folder."""
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), **told}
    log = (folder / "log").open("ab")
    return await asyncio.create_subprocess_exec(str(CADDY), *arguments, cwd=folder, env=environment, stdout=log, stderr=log)


@pytest.mark.parametrize(
    "told", [{}, {"ETABLI_DOMAIN": "etabli.region.example"}, {"ETABLI_DOMAIN": "etabli.lan", "ETABLI_TLS": "tls internal"}]
)
async def test_the_file_is_one_that_caddy_takes(tmp_path: Path, told: dict[str, str]) -> None:
    caddy = await ran(tmp_path, "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile", **told)
    assert await caddy.wait() == 0, (tmp_path / "log").read_text()


class Edge:
    """A Caddy that runs: its origin, its log, and the service behind it."""

    def __init__(self, origin: str, folder: Path, behind: Running) -> None:
        self.origin, self.folder, self.behind = origin, folder, behind

    def client(self) -> httpx.AsyncClient:
        """A browser that trusts the edge's own authority."""
        trusted = ssl.create_default_context(cafile=self.folder / "caddy" / "pki" / "authorities" / "local" / "root.crt")
        return httpx.AsyncClient(base_url=self.origin, verify=trusted, timeout=10)


@pytest_asyncio.fixture(loop_scope="session")
async def edge(running: Start, tmp_path: Path, unused_ports: tuple[int, int]) -> AsyncIterator[Edge]:
    knobs = {"trusted_proxies": HOST, "kafka": ALONE["kafka"]}
    async with running(reporting, Settings, **knobs) as first, running(production, **knobs) as second, AsyncExitStack() as stack:
        behind = {"reporting": first, "production": second}
        ports = {name: await stack.enter_async_context(served(one)) for name, one in behind.items()}
        yield Edge(await stack.enter_async_context(caddy_before(ports, tmp_path, unused_ports)), tmp_path, first)


@pytest.fixture
def unused_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


@asynccontextmanager
async def caddy_before(ports: dict[str, int], folder: Path, listening: tuple[int, int]) -> AsyncIterator[str]:
    """Where the edge answers; the names of its network's services are ports of this machine."""
    known = "\n".join(f"\t\t\t{name} {HOST}:{port}" for name, port in ports.items())
    names = f"map {{re.service.1}} {{upstream}} {{\n{known}\n\t\t\tdefault {HOST}:9\n\t\t}}\n\t\turi strip_prefix"
    text = CADDYFILE.read_text().replace("uri strip_prefix", names).replace("{re.service.1}:8000", "{upstream}")
    (folder / "Caddyfile").write_text(text)
    http, https = map(str, listening)
    caddy = await ran(
        folder, "run", "--config", "Caddyfile", "--adapter", "caddyfile", ETABLI_HTTP_PORT=http, ETABLI_HTTPS_PORT=https
    )
    try:
        async with asyncio.timeout(60):
            while not await answers(int(https)):
                assert caddy.returncode is None, (folder / "log").read_text()
                await asyncio.sleep(0.2)
        yield f"https://localhost:{https}"
    finally:
        caddy.terminate()
        await caddy.wait()


async def answers(port: int) -> bool:
    try:
        async with httpx.AsyncClient(verify=False) as client:  # its authority is being made
            return (await client.get(f"https://localhost:{port}/")).status_code == 302
    except httpx.HTTPError:
        return False


WITHIN = (
    "metrics", "admin/clock", "health/ready", "/metrics", "%6detrics", "./admin/clock", "x/../metrics", "ADMIN/clock",
    "metrics%0A", "health/ready%0a", "admin/clock%0A", "metrics%0D", "metrics%00", "%0ametrics",
)  # fmt: skip


async def test_one_origin_leads_to_each_service_and_to_nothing_of_operations(edge: Edge) -> None:
    async with edge.client() as browser:
        assert (await browser.get("/")).headers["location"] == "/reporting/"
        assert (await browser.get("/production")).headers["location"] == "/production/"
        assert (await browser.get("/production/orders")).status_code == 401
        assert (await browser.get("/enrolment/schools")).status_code == 502
        assert (await browser.get("/elsewhere")).status_code == 404
        for path in WITHIN:
            answer = await browser.get(f"/reporting/{path}")
            assert (path, answer.status_code, answer.text) == (path, 404, "Cette adresse n’existe pas.")
        assert (await browser.get("/reporting%2Fmetrics")).status_code == 404
        refused = [await browser.post("/production/orders", content=b"x" * size) for size in (1_200_000, 3_000_000)]
        assert [answer.status_code for answer in refused] == [413, 413]


async def test_a_page_is_kept_safe_and_knows_where_it_stands_whatever_a_client_says(edge: Edge) -> None:
    async with edge.client() as browser:
        page = await browser.get("/reporting/", headers=FORGED)
        files = [one.split('"')[0] for one in page.text.split('href="')[1:] if one.startswith("/reporting/static/")]
        assert (await browser.get(files[0])).status_code == 200
        asked = await browser.get("/production/orders", headers=FORGED)
    assert page.status_code == 401
    assert "evil" not in page.text
    for answer in (page, asked):
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "server" not in answer.headers
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_link_signs_in_through_the_edge_reads_live_and_signs_out(
    edge: Edge, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETABLI_PUBLIC_URL", edge.origin)
    address, _, code = link(Keys.of(keys), "region", {}, name="Zélie Ångström").partition("#")
    async with edge.client() as browser:
        assert (await browser.get(address)).status_code == 200
        pressed = await browser.post(address, data={"code": code}, headers={**FORGED, "Origin": edge.origin})
        assert (pressed.status_code, pressed.headers["location"]) == (303, "/reporting/")
        assert all(word in pressed.headers["set-cookie"] for word in ("Path=/reporting/", "Secure", "HttpOnly"))
        page = await browser.get("/reporting/")
        assert "Zélie Ångström" in page.text
        assert 'data-events="/reporting/events"' in page.text
        began = monotonic()
        async with browser.stream("GET", "/reporting/events", headers={"Last-Event-ID": "never"}) as live, asyncio.timeout(5):
            await edge.behind.store.projector.changes.reach(7)
            assert "changed" in await anext(live.aiter_text())
        assert monotonic() - began < 5
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        out = await browser.post("/reporting/signout", data={"form_token": token}, headers={"Origin": edge.origin})
        assert out.headers["location"] == "/reporting/signin/out"
        assert (await browser.get("/reporting/")).status_code == 401


async def test_no_query_and_no_client_stands_in_its_log(edge: Edge) -> None:
    async with edge.client() as browser:
        await browser.get("/reporting/signin/openid/return?code=hush&state=hush")
        await browser.get("/enrolment/schools?code=hush")
    assert "hush" not in (edge.folder / "log").read_text()
