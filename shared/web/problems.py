"""Every error as problem+json (RFC 9457), in French, without a value that was sent."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from shared.kernel.errors import Problem
from shared.persistence.failures import is_transient

log = structlog.get_logger()
TITLES: Mapping[int, str] = {
    400: "Demande illisible", 401: "Identification nécessaire", 403: "Action non permise", 404: "Introuvable",
    405: "Méthode non permise", 409: "Refusé par une règle", 410: "Effacé", 413: "Demande trop volumineuse",
    422: "Demande incorrecte", 500: "Erreur de notre fait", 503: "Service momentanément indisponible",
}  # fmt: skip
SENTENCES: Mapping[str, str] = {
    "missing": "Ce champ est obligatoire.",
    "json_invalid": "Le JSON est mal formé.",
    "extra_forbidden": "Ce champ n'est pas connu.",
    "date_from_datetime_parsing": "Cette date n'est pas valable ; on l'écrit 2026-09-01.",
    "date_parsing": "Cette date n'est pas valable ; on l'écrit 2026-09-01.",
    "date_type": "Une date est attendue, écrite 2026-09-01.",
    "uuid_parsing": "Cet identifiant n'est pas valable.",
    "uuid_type": "Cet identifiant n'est pas valable.",
    "enum": "Cette valeur n'est pas dans la liste permise.",
    "literal_error": "Cette valeur n'est pas dans la liste permise.",
    "int_parsing": "Un nombre entier est attendu.",
    "int_type": "Un nombre entier est attendu.",
    "string_type": "Un texte est attendu.",
    "string_too_short": "Ce texte est trop court.",
    "string_too_long": "Ce texte est trop long.",
    "string_pattern_mismatch": "Ce texte n'a pas la forme attendue.",
    "too_long": "Il y a trop d'éléments.",
    "too_short": "Il manque au moins un élément.",
    "greater_than": "Ce nombre est trop petit.",
    "greater_than_equal": "Ce nombre est trop petit.",
    "less_than_equal": "Ce nombre est trop grand.",
    "less_than": "Ce nombre est trop grand.",
    "model_attributes_type": "Un objet JSON est attendu.",
}


def problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    """A problem+json answer: `title` for the status, `code` for machines, `detail` for people."""
    body = {
        "type": f"urn:etabli:{code}",
        "title": TITLES.get(status, "Erreur"),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    headers = {"Retry-After": "2"} if status == 503 else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def sentence_of(error: Mapping[str, Any]) -> str:
    """What pydantic found wrong, in French. A rule of ours has its own sentence."""
    said = error.get("ctx", {})
    if error["type"] == "identifier":
        return str(said["sentence"])
    if error["type"] == "value_error":
        return str(said["error"])
    return SENTENCES.get(error["type"], "Cette valeur n'est pas acceptée.")


def fields_of(error: RequestValidationError) -> list[dict[str, str]]:
    """Each field that is wrong: where it stands and a French sentence; never its value."""
    return [
        {"field": ".".join(str(step) for step in one["loc"] if step not in ("body", "query", "path")), "detail": sentence_of(one)}
        for one in error.errors()
    ]


def answer_errors(app: FastAPI) -> None:
    """Have every error of this application answered as a problem."""

    async def told_no(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return problem(error.status, error.code, error.sentence)

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fields = fields_of(error)
        malformed = any(one["type"] == "json_invalid" for one in error.errors())
        detail = " ".join(f"{one['field']} : {one['detail']}" if one["field"] else one["detail"] for one in fields[:5])
        return problem(400 if malformed else 422, "malformed" if malformed else "invalid", detail, errors=fields)

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail = "Cette adresse n'existe pas." if error.status_code == 404 else TITLES.get(error.status_code, "Erreur")
        return problem(error.status_code, f"http_{error.status_code}", detail)

    async def unexpected(_request: Request, error: Exception) -> Response:
        if is_transient(error):
            return problem(
                503, "database_away", "La base de données ne répond pas. Rien n'est perdu : recommencez dans un instant."
            )
        if isinstance(error, OverflowError):
            return problem(422, "out_of_range", "Un nombre ou une date dépasse ce que l'on sait garder.")
        log.error("request.failed", error=type(error).__name__)
        return problem(
            500,
            "bug",
            "Une erreur de notre fait ; elle est notée. Vérifiez si votre demande a été enregistrée avant de la refaire.",
        )

    app.add_exception_handler(Problem, told_no)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)
