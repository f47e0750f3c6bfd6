"""The OpenAPI document of a service: what FastAPI makes of its routes, with the problems and the ways to sign in."""

from typing import Any

from fastapi import FastAPI

from shared.web.problems import ProblemResponse
from shared.web.router import SECURITY_SCHEMES

VERSION = "1.0"
DESCRIPTION = """
Chaque erreur est un problème (RFC 9457) : `code` est stable, `detail` est une phrase française. Un paramètre inconnu est refusé.
""".strip()


def describe(app: FastAPI) -> None:
    """Have `app.openapi()`, and so `/openapi.json`, say what no route says by itself."""
    routes_alone = app.openapi

    def whole() -> dict[str, Any]:
        document = routes_alone()
        _streams_as_text(document)
        components = document.setdefault("components", {})
        components["securitySchemes"] = SECURITY_SCHEMES
        components.setdefault("schemas", {}).update(_problem())
        return document

    app.version, app.description = VERSION, DESCRIPTION
    app.openapi = whole  # type: ignore[method-assign]  # FastAPI's own way


def _streams_as_text(document: dict[str, Any]) -> None:
    """FastAPI says a stream's events in OpenAPI 3.2's own word, in a document that says it is 3.1."""
    for said in (answer for path in document["paths"].values() for one in path.values() for answer in one["responses"].values()):
        if stream := said.get("content", {}).get("text/event-stream"):
            stream.pop("itemSchema", None)
            stream["schema"] = {"type": "string"}


def _problem() -> dict[str, Any]:
    """The schema of every problem, and of what it says of a field."""
    schema = ProblemResponse.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
