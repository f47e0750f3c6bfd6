"""A small service with pages of signing in, and how a browser goes through them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from shared.settings import Settings
from shared.web.app import Service
from shared.web.pages import static
from shared.web.signin import routes
from tests.conftest import Running, Start
from tests.web.builders import Store, router
from tests.web.signin.provider import CLIENT, SECRET, OpenIdProvider

PAGE = "/names"
"""Of the toy: whoever is signed in reads it."""
TABLE = """\
help: la cellule numérique (numerique@region.example)
rules:
  - {claim: groups, value: administrators, organisation: admin, role: admin}
  - {claim: groups, value: region, organisation: region, role: reader}
  - {claim: email, value: directrice@dole.example, organisation: "school:dole", role: head}
"""


def desk(settings: Settings) -> Service[Store]:
    return Service("desk", settings, Store, routers=[router, routes.router, routes.returns, static])


@asynccontextmanager
async def with_provider(running: Start, provider: OpenIdProvider, folder: Path, **knobs: object) -> AsyncIterator[Running]:
    """The service, which goes by that provider and by TABLE."""
    (folder / "secret").write_text(SECRET + "\n")
    (folder / "claims.yaml").write_text(TABLE)
    known = {
        "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret_file": folder / "secret",
        "oidc_claims_file": folder / "claims.yaml", "oidc_name": "le compte de la Région", "kafka": "127.0.0.1:9",
    }  # fmt: skip
    async with running(desk, **{**known, **knobs}) as here:
        yield here


async def begun(browser: httpx.AsyncClient, to: str = PAGE) -> str:
    """The provider's address to which a browser is sent."""
    answer = await browser.get("/signin/openid", params={"to": to})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def been_there(address: str) -> str:
    """The address with which the provider sends the browser back."""
    async with httpx.AsyncClient() as web:
        answer = await web.get(address)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def through(browser: httpx.AsyncClient, to: str = PAGE) -> httpx.Response:
    """The whole way, until what we answer to who comes back."""
    return await browser.get(await been_there(await begun(browser, to)))


def asked(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def opens(browser: httpx.AsyncClient) -> bool:
    """Whether a browser reads what is for who is signed in."""
    return (await browser.get(PAGE)).status_code == 200
