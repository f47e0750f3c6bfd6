"""The OpenAPI document of a service: what FastAPI makes of its routes, with the problems and the ways to sign in."""

from typing import Any

from fastapi import FastAPI

from shared.web.problems import ProblemResponse
from shared.web.router import SECURITY_SCHEMES
from shared.web.signin.session import cookie_of

VERSION = "1.0"
DESCRIPTION = """
Chaque erreur est un problème (RFC 9457) : `code` est stable, `detail` est une phrase française. Un paramètre inconnu est refusé.
""".strip()


def describe(app: FastAPI, service: str) -> None:
    """Have `app.openapi()`, and so `/openapi.json`, say what no route says by itself."""
    routes_alone = app.openapi

    def whole() -> dict[str, Any]:
        document = routes_alone()
        for operation in (one for path in document["paths"].values() for one in path.values()):
            _without_null(operation)
            _with_events(operation)
        components = document.setdefault("components", {})
        components["securitySchemes"] = {**SECURITY_SCHEMES, "cookie": {**SECURITY_SCHEMES["cookie"], "name": cookie_of(service)}}
        components.setdefault("schemas", {}).update(_problem())
        return document

    app.version, app.description = VERSION, DESCRIPTION
    app.openapi = whole  # type: ignore[method-assign]  # FastAPI's own way


def _without_null(operation: dict[str, Any]) -> None:
    """A parameter may be left out; an address or a header has no way to say null."""
    for parameter in operation.get("parameters", ()):
        match parameter["schema"]:
            case {"anyOf": [value, {"type": "null"}], **rest}:
                parameter["schema"] = {**value, **rest}


def _with_events(operation: dict[str, Any]) -> None:
    """FastAPI says what each event of a stream is in OpenAPI 3.2's own word, in a document that says it is 3.1."""
    for answer in operation["responses"].values():
        if stream := answer.get("content", {}).get("text/event-stream"):
            stream["schema"] = stream.pop("itemSchema", stream.get("schema"))


def _problem() -> dict[str, Any]:
    """The schema of every problem, and of what it says of a field."""
    schema = ProblemResponse.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
