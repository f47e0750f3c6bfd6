"""Every error as problem+json (RFC 9457), in French, without a value that was sent."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.kernel.errors import Invalid, Problem, Refused, TooMany
from shared.persistence.failures import Away, Clash
from shared.web.access import METHODS, note_problem

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
SENTENCES: Mapping[str, str] = {
    "missing": "Ce champ est obligatoire.",
    "json_invalid": "Le JSON est mal formé.",
    "extra_forbidden": "Un champ qui n’est pas connu s’y trouve.",
    "unknown_parameter": "Un paramètre de cette adresse n’est pas connu.",
    "date_from_datetime_parsing": "Cette date n’est pas valable ; on l’écrit 2026-09-01.",
    "date_parsing": "Cette date n’est pas valable ; on l’écrit 2026-09-01.",
    "date_type": "Une date est attendue, écrite 2026-09-01.",
    "uuid_parsing": "Cet identifiant n’est pas valable.",
    "uuid_type": "Cet identifiant n’est pas valable.",
    "enum": "Cette valeur n’est pas dans la liste permise.",
    "literal_error": "Cette valeur n’est pas dans la liste permise.",
    "union_tag_invalid": "Cette valeur n’est pas dans la liste permise.",
    "union_tag_not_found": "Il y manque ce qui dit de quelle sorte il s’agit.",
    "int_parsing": "Un nombre entier est attendu.",
    "bool_type": "Vrai ou faux est attendu.",
    "datetime_type": "Un instant est attendu, écrit 2026-09-01T08:00:00+02:00.",
    "float_type": "Un nombre est attendu, sans guillemets.",
    "finite_number": "Un nombre est attendu.",
    "int_type": "Un nombre entier est attendu.",
    "int_from_float": "Un nombre entier est attendu.",
    "string_type": "Un texte est attendu.",
    "string_unicode": "Ce texte contient un signe qui ne peut s’écrire.",
    "tuple_type": "Une liste est attendue.",
    "list_type": "Une liste est attendue.",
    "string_too_short": "Ce texte est trop court.",
    "string_too_long": "Ce texte est trop long.",
    "string_pattern_mismatch": "Ce texte n’a pas la forme attendue.",
    "too_long": "Il y a trop d’éléments.",
    "too_short": "Il manque au moins un élément.",
    "greater_than": "Ce nombre est trop petit.",
    "greater_than_equal": "Ce nombre est trop petit.",
    "less_than_equal": "Ce nombre est trop grand.",
    "less_than": "Ce nombre est trop grand.",
    "model_attributes_type": "Un objet JSON est attendu.",
}


class FieldProblem(BaseModel):
    """Where a request is wrong: the field's path, empty for the whole, and a French sentence; never its value."""

    field: str
    detail: str


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


def sentence_of(error: Mapping[str, Any]) -> str:
    """What pydantic found wrong, in French. A rule of ours has its own sentence."""
    context = error.get("ctx", {})
    if "sentence" in context:
        return str(context["sentence"])
    if error["type"] == "value_error":
        return str(context["error"])
    return SENTENCES.get(error["type"], "Cette valeur n’est pas acceptée.")


def fields_of(error: RequestValidationError, known: Container[str]) -> list[dict[str, str]]:
    """Each field that is wrong: where it stands and a French sentence; never its value, nor a name that the sender made up."""
    return [{"field": _path(one["loc"], known), "detail": sentence_of(one)} for one in error.errors()]


def _path(steps: Iterable[int | str], known: Container[str]) -> str:
    return ".".join(str(step) for step in steps if isinstance(step, int) or step in known)


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
    if isinstance(error, Invalid) and error.fields:
        fields = [{"field": field, "detail": detail} for field, detail in error.fields.items()]
        return problem(error.status, error.code, error.sentence, errors=fields)
    return problem(error.status, error.code, error.sentence)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields, types = fields_of(error, known_names(request.app)), {one["type"] for one in error.errors()}
    detail = " ".join(f"{one['field']} : {one['detail']}" if one["field"] else one["detail"] for one in fields[:5])
    if "json_invalid" in types:
        return problem(400, "malformed", detail, errors=fields)
    rules_alone = types == {"value_error"}  # ours, between fields that are each right
    return problem(422, "inconsistent" if rules_alone else "invalid", detail, errors=fields)


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
    return problem(422, "out_of_range", "Un nombre ou une date dépasse ce que l’on sait garder.")


async def _unexpected(_request: Request, error: Exception) -> Response:
    log.error("request.failed", error=type(error).__name__)
    return problem(
        500,
        "bug",
        "Une erreur de notre fait ; elle est notée. Vérifiez si votre demande a été enregistrée avant de la refaire.",
    )
