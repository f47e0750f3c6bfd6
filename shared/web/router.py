"""Routes whose OpenAPI lists every answer they can give, and that refuse a query parameter they do not know."""

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from shared.kernel.errors import (
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Problem,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from shared.web.auth import Requirement, current_caller
from shared.web.cursor import UNKNOWN_CURSOR, paging
from shared.web.idempotency import idempotency_key
from shared.web.problems import PROBLEM_JSON, TITLES

Problems = Mapping[type[Problem], Iterable[str]]
"""By kind of problem, the codes that a router's own rules add to those that any route may answer."""
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "EdDSA, vérifié par un JWKS."},
    "cookie": {"type": "apiKey", "in": "cookie", "description": "La session d’une page, scellée ; pour lire seulement."},
}
RETRY_AFTER = {"Retry-After": {"required": True, "description": "Secondes.", "schema": {"type": "integer", "minimum": 1}}}
HEADERS: Mapping[int, Any] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}

OPEN_MOVES = {
    "type": "array", "items": {"type": "string"}, "description": "Ce que l’appelant peut faire maintenant, si un état en décide.",
}  # fmt: skip
OF_NEEDS: Mapping[Any, str] = {idempotency_key: "key_reused", paging: UNKNOWN_CURSOR}
"""What a route refuses (422) because of what it takes."""
PROPERTIES: Mapping[int, Any] = {Refused.status: {"open_moves": OPEN_MOVES}}
"""What the problems of a status may say beside."""


class Route(APIRoute):
    """A route that says its answers: those of its rules (`responses`, from its router), and what follows from what it takes."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        needs = needs_of(self)
        rules: dict[int, set[str]] = {status: set(documented["codes"]) for status, documented in _own(self.responses)}
        codes = dict(_answers(self, needs, rules))
        others = {status: documented for status, documented in self.responses.items() if "codes" not in documented}
        self.responses = {**others, **{status: answer(status, sorted(codes[status])) for status in sorted(codes)}}
        if current_caller in needs:
            ways = ("bearer", "cookie") if self.methods == {"GET"} else ("bearer",)
            self.openapi_extra = {**(self.openapi_extra or {}), "security": [{way: []} for way in ways]}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = {field.alias for one in _flat(self.dependant) for field in one.query_params}

        async def handle_known(request: Request) -> Response:
            unknown = sorted(request.query_params.keys() - known)
            if unknown:
                raise RequestValidationError([{"type": "unknown_parameter", "loc": ("query",)}])
            return await handle(request)

        return handle_known


class Router(APIRouter):
    """A router of such routes. `problems` names the codes of its rules; an operation's id is its function's name."""

    def __init__(self, *, problems: Problems | None = None, **options: Any) -> None:
        responses = responses_for(problems or {})
        super().__init__(route_class=Route, generate_unique_id_function=attrgetter("name"), responses=responses, **options)


def responses_for(problems: Problems) -> dict[int | str, Any]:
    """What one route adds to its router's problems: `responses=responses_for({NotFound: ()})`."""
    return {kind.status: {"codes": tuple(codes)} for kind, codes in problems.items()}


def answer(status: int, codes: Iterable[str]) -> dict[str, Any]:
    """One problem of an operation, for OpenAPI: its status, its codes, its headers."""
    properties = {"status": {"const": status}, "code": {"enum": list(codes)}, **PROPERTIES.get(status, {})}
    own = {"properties": properties}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, own]}
    documented = {"description": TITLES[status], "content": {PROBLEM_JSON: {"schema": schema}}}
    return {**documented, "headers": HEADERS[status]} if status in HEADERS else documented


def needs_of(route: APIRoute) -> set[Any]:
    """What a route depends on, all the way down: its function, the caller, requirements…"""
    return {one.call for one in _flat(route.dependant)}


def _answers(route: APIRoute, needs: set[Any], rules: Mapping[int, set[str]]) -> Iterator[tuple[int, set[str]]]:
    """The statuses that this route can answer, each with its codes."""
    yield TooLarge.status, {*TooLarge.codes, *rules.get(413, ())}
    yield 500, {"bug"}
    yield Unavailable.status, {*Unavailable.codes, *rules.get(503, ())}
    yield Invalid.status, {*Invalid.codes, *rules.get(422, ()), *(code for need, code in OF_NEEDS.items() if need in needs)}
    yield TooMany.status, {*TooMany.codes, *rules.get(429, ())}
    if route.body_field or "requestBody" in (route.openapi_extra or {}):
        yield 400, {"malformed"}
        yield 408, {"too_slow"}
    if current_caller in needs:
        yield Unauthenticated.status, set(Unauthenticated.codes)
    if any(isinstance(need, Requirement) for need in needs) or Forbidden.status in rules:
        yield Forbidden.status, set(Forbidden.codes)
    if "{" in route.path or NotFound.status in rules:
        yield NotFound.status, set(NotFound.codes)
    if Gone.status in rules:
        yield Gone.status, set(Gone.codes)
    if route.methods != {"GET"} and Refused.status in rules:
        yield Refused.status, rules[Refused.status]


def _own(responses: Mapping[int | str, Any]) -> Iterator[tuple[int, Any]]:
    return ((int(status), documented) for status, documented in responses.items() if "codes" in documented)


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    """What a route needs, and what that needs."""
    yield dependant
    for one in dependant.dependencies:
        yield from _flat(one)
