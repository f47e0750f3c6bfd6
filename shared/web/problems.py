"""Every error as problem+json (RFC 9457), in French, without a value that was sent."""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.kernel.errors import Problem, Refused, TooMany
from shared.persistence.failures import Away, Clash
from shared.web.access import METHODS, note_problem
from shared.web.refusals import OUT_OF_RANGE, FieldProblem, Refusal, by_a_rule, by_its_form

log = structlog.get_logger()
PROBLEM_JSON = "application/problem+json"
RETRY_AFTER = "2"
"""Seconds."""
NOWHERE = "Cette adresse n’existe pas."
TITLES: Mapping[int, str] = {
    400: "Demande illisible", 401: "Identification nécessaire", 403: "Action non permise", 404: "Introuvable",
    405: "Méthode non permise", 408: "Demande trop lente", 409: "Refusé par une règle", 410: "Effacé",
    413: "Demande trop volumineuse", 422: "Demande incorrecte", 429: "Trop de demandes", 431: "En-têtes trop longs",
    500: "Erreur de notre fait", 503: "Service momentanément indisponible",
}  # fmt: skip
HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"}, 408: {"Connection": "close"}, 503: {"Retry-After": RETRY_AFTER},
}  # fmt: skip


class ProblemResponse(BaseModel):
    """A problem (RFC 9457): `title` for the status, `code` for machines, `detail` in French for people."""

    model_config = ConfigDict(title="Problem", extra="allow")
    type: str = Field(pattern="^urn:etabli:[a-z_0-9]+$")
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = []


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem+json answer, with the headers that its status asks for."""
    note_problem(code)
    all_headers = {**HEADERS.get(status, {}), **(headers or {})}
    return JSONResponse(body_of(status, code, detail, **more), status, all_headers, media_type=PROBLEM_JSON)


def body_of(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """What a problem says, as JSON."""
    title = TITLES.get(status, "Erreur")
    return {"type": f"urn:etabli:{code}", "title": title, "status": status, "code": code, "detail": detail, **more}


def known_names(app: FastAPI) -> frozenset[str]:
    """Every name of a field or parameter that this application's OpenAPI tells."""
    if not hasattr(app.state, "known_names"):
        app.state.known_names = frozenset(_names_in(app.openapi()))
    names: frozenset[str] = app.state.known_names
    return names


def _names_in(document: Any) -> Iterator[str]:
    match document:
        case {"properties": dict(properties)}:
            yield from properties
        case {"in": str(), "name": str(name)}:
            yield name
    for inner in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from _names_in(inner)


def too_large() -> JSONResponse:
    """The body is over the limit."""
    return problem(413, "too_large", "La demande dépasse la taille permise.")


def too_slow() -> JSONResponse:
    """The body does not come."""
    return problem(408, "too_slow", "Cette demande est arrivée trop lentement.")


def too_many(error: TooMany) -> JSONResponse:
    """One asks too much, and when to come back."""
    return problem(error.status, error.code, error.sentence, {"Retry-After": str(error.retry_after)})


def malformed() -> JSONResponse:
    """The request itself cannot be read."""
    return problem(400, "malformed", "Cette demande ne peut être lue.")


def _methods_of(request: Request) -> list[str]:
    """Every method of an address: each has a route of its own, and Starlette names those of the first alone."""
    scopes = [{**request.scope, "method": method, "path_params": {}} for method in METHODS]
    routes = request.app.router.routes
    return [str(one["method"]) for one in scopes if any(route.matches(one)[0] is Match.FULL for route in routes)]


def answer_errors(app: FastAPI) -> None:
    """Have every error of this application answered as a problem."""
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for transient in (Away, Clash):
        app.add_exception_handler(transient, _away)
    app.add_exception_handler(OverflowError, _out_of_range)
    # of the last one alone Starlette tells the server, which says it at length and closes the client's connection
    app.add_exception_handler(Exception, _unexpected)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    caller = getattr(request.state, "caller", None)
    if isinstance(error, Refused) and error.moves is not None and caller:
        moves = [move.name for move in error.open_to(caller)]
        return problem(error.status, error.code, error.told_to(caller), open_moves=moves)
    if isinstance(error, TooMany):
        return too_many(error)
    return _said(by_a_rule(error))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _said(by_its_form(error.errors(), known_names(request.app)))


def _said(refusal: Refusal) -> Response:
    if not refusal.errors:
        return problem(refusal.status, refusal.code, refusal.detail)
    return problem(refusal.status, refusal.code, refusal.detail, errors=[dict(one) for one in refusal.errors])


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in (408, 413):
        return too_slow() if error.status_code == 408 else too_large()
    if error.status_code == 400:
        return malformed()
    headers = {"Allow": ", ".join(_methods_of(request))} if error.status_code == 405 else None
    detail = NOWHERE if error.status_code == 404 else TITLES.get(error.status_code, "Erreur")
    return problem(error.status_code, f"http_{error.status_code}", detail, headers)


async def _away(_request: Request, _error: Exception) -> Response:
    return problem(503, "database_away", "La base de données ne répond pas. Rien n’est perdu : recommencez dans un instant.")


async def _out_of_range(_request: Request, _error: Exception) -> Response:
    return _said(OUT_OF_RANGE)


async def _unexpected(_request: Request, error: Exception) -> Response:
    log.error("request.failed", error=type(error).__name__)
    return problem(
        500,
        "bug",
        "Une erreur de notre fait ; elle est notée. Vérifiez si votre demande a été enregistrée avant de la refaire.",
    )
