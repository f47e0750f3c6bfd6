"""What every address of the four services answers to a method or a parameter that it has not."""

import re
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services import SERVICES
from shared.web.app import build
from shared.web.signin.routes import RETURN
from tests.contracts.test_roles import routes_of, service_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
PLACES = {"partition": "0", "offset": "0", "week": "2025-W37"}


def built(name: str) -> FastAPI:
    """The application, whose routes answer before anything is asked of a server."""
    app = build(service_of(name))
    app.state.runtime = SimpleNamespace(prepared=True)
    return app


def filled(path: str) -> str:
    """An address of a path: every parameter something that may stand there."""
    return re.sub(r"\{(\w+)\}", lambda name: PLACES.get(name[1], str(UUID(int=1)) if name[1].endswith("_id") else "x"), path)


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://etabli")


def addresses(name: str) -> dict[str, set[str]]:
    """By address, its methods: those of every route that it fits. `/referrals/batch` may be read as well, as an id of nothing."""
    routes = list(routes_of(service_of(name)))
    named = {filled(route.path) for route in routes}
    return {
        address: {method for route in routes if route.path_regex.match(address) for method in route.methods or ()}
        for address in named
    }


@pytest.mark.parametrize("name", SERVICES)
async def test_an_address_names_every_method_that_it_has_to_who_uses_another(name: str) -> None:
    async with client_of(built(name)) as client:
        for address, known in addresses(name).items():
            for method in set(METHODS) - known:
                answer = await client.request(method, address)
                assert (method, address, answer.status_code) == (method, address, 405)
                assert (address, set(answer.headers["allow"].split(", "))) == (address, known)
                assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", SERVICES)
async def test_every_address_refuses_a_parameter_that_it_does_not_know(name: str) -> None:
    async with client_of(built(name)) as client:
        for address, known in addresses(name).items():
            if address == RETURN:
                continue  # a provider may send more than we know of, which is left alone (RFC 6749, 4.1.2)
            for method in known:
                for query in ("?nom=Dupont", "?access_token=x", "?=", "?Dupont"):
                    answer = await client.request(method, address + query)
                    assert (method, address, query, answer.status_code) == (method, address, query, 422)
                    assert "Dupont" not in answer.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/docs", "/redoc", "/schools/", "//schools", "/health", "/%2e%2e/x", "/é", "/admin"]
)
async def test_an_address_that_is_none_is_a_problem_in_french(path: str) -> None:
    async with client_of(built("enrolment")) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "Cette adresse n’existe pas."
