"""Whether an answer is one that the service's OpenAPI lists: what each request of every test over HTTP is held to."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from shared.web.app import Service

Json = dict[str, Any]
ROOT = "urn:openapi"


_documents: dict[tuple[Any, ...], tuple[Sequence[APIRouter], Json]] = {}
"""By the identities of the routers it describes: made for each test again, it was a third of all that the tests do."""


def described_once(service: Service[Any], app: FastAPI) -> None:
    """Have an application tell the document that an earlier one of these routers made, where one did."""
    routers, make = service.every_router, app.openapi
    described = (service.name, *map(id, routers))

    def openapi() -> Json:
        if described not in _documents:
            _documents[described] = routers, make()
        return _documents[described][1]

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way


def holds_to_contract(app: FastAPI) -> Callable[[httpx.Response], Awaitable[None]]:
    """An httpx hook that fails on an answer that the document which `app` serves does not list."""

    async def check(response: httpx.Response) -> None:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            return
        await response.aread()
        assert (found := list(departures(app.openapi(), response))) == [], found

    return check


def departures(document: Json, response: httpx.Response) -> Iterator[str]:
    """What an answer does that its operation does not say. Addresses that the document does not know (pages) say nothing."""
    request = response.request
    path = next((path for path in document["paths"] if _matches(path, request.url.path)), None)
    if path is None:
        return
    here = f"{request.method} {path} {response.status_code}"
    operation = document["paths"][path].get(request.method.lower())
    if operation is None:
        if response.status_code != 405 or not response.headers.get("allow"):
            yield f"{here}: a method that is not listed"
        return
    documented = operation["responses"].get(str(response.status_code))
    if documented is None:
        yield f"{here}: status not listed ({response.text[:200]})"
        return
    yield from (f"{here}: no header {name}" for name in documented.get("headers", ()) if name not in response.headers)
    kind = response.headers.get("content-type", "").partition(";")[0]
    if "content" not in documented:
        yield from [f"{here}: content not listed"] * bool(response.content)
    elif kind not in documented["content"]:
        yield f"{here}: {kind or 'no content type'} not listed"
    elif kind.endswith("json"):
        yield from (f"{here}: {fault}" for fault in _faults(document, documented["content"][kind]["schema"], response.json()))


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path) is not None


def _faults(document: Json, schema: Json, value: Any) -> list[str]:
    registry: Registry[Any] = Registry().with_resource(ROOT, DRAFT202012.create_resource({"$id": ROOT, **document}))
    errors = Draft202012Validator(_rooted(schema), registry=registry).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in errors]


def _rooted(schema: Any) -> Any:
    """The same schema, whose references name the document they point into."""
    if isinstance(schema, dict):
        return {name: ROOT + documented if name == "$ref" else _rooted(documented) for name, documented in schema.items()}
    return [_rooted(one) for one in schema] if isinstance(schema, list) else schema
