"""The OpenAPI documents: valid, with every answer, every code that a rule raises, and who must sign in."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from deploy.contracts.openapi import openapi
from services import SERVICES
from shared.kernel.errors import Forbidden, Invalid, NotFound, Problem, Refused, Unauthenticated, Unavailable

ROOT = Path(__file__).parents[2]
KINDS = {kind.__name__: kind for kind in (Unauthenticated, Forbidden, NotFound, Refused, Invalid, Unavailable)}
RULES = ("Refused", "Invalid", "Unavailable")
OPEN = {"live", "ready", "metrics"}
"""Operations that nobody signs in for."""
document = cache(openapi)
each_service = pytest.mark.parametrize("service", SERVICES)


def operations(service: str) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document(service)["paths"].items():
        yield from ((path, method, operation) for method, operation in methods.items())


def codes(answer: Any) -> set[str]:
    (documented,) = answer["content"].values()
    return set(documented["schema"]["allOf"][1]["properties"]["code"]["enum"])


@each_service
def test_the_document_is_valid(service: str) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document(service)).iter_errors()] == []


@each_service
def test_an_operation_is_named_once_and_by_words(service: str) -> None:
    names = [operation["operationId"] for _, _, operation in operations(service)]
    assert len(names) == len(set(names))
    assert all(name.replace("_", "").isalpha() for name in names)


@each_service
def test_every_answer_has_its_schema_and_every_problem_its_codes(service: str) -> None:
    for path, method, operation in operations(service):
        for status, answer in operation["responses"].items():
            where = f"{method} {path} {status}"
            assert ("content" in answer) is (status != "204"), where
            for kind, documented in answer.get("content", {}).items():  # a file may be of two kinds
                assert documented["schema"], where
                assert status.startswith("2") or (kind == "application/problem+json" and codes(answer)), where
                assert documented["schema"] != {"type": "object", "additionalProperties": True}, where


@each_service
def test_what_any_route_can_answer_stands_on_each(service: str) -> None:
    for path, method, operation in operations(service):
        always = {"413", "422", "500", "503"} | ({"400"} if "requestBody" in operation else set())
        signed_in = set() if operation["operationId"] in OPEN else {"401"}
        named = {"404"} if "{" in path else set()
        assert operation["responses"].keys() >= always | signed_in | named, f"{method} {path}"
        assert "Retry-After" in operation["responses"]["503"]["headers"]


@each_service
def test_a_protected_route_says_how_to_sign_in_and_a_cookie_is_for_reading(service: str) -> None:
    for path, method, operation in operations(service):
        ways = {way for one in operation.get("security", ()) for way in one}
        if operation["operationId"] in OPEN:
            assert ways == set()
        else:
            assert ways == ({"bearer", "cookie"} if method == "get" else {"bearer"}), f"{method} {path}"
    assert document(service)["components"]["securitySchemes"].keys() == {"bearer", "cookie"}


@each_service
def test_every_list_is_answered_in_parts(service: str) -> None:
    for path, method, operation in operations(service):
        if method == "get" and operation["operationId"].startswith("list_"):
            (answered,) = operation["responses"]["200"]["content"].values()
            assert {"cursor", "limit"} <= {one["name"] for one in operation["parameters"]}, path
            assert "Page_" in answered["schema"]["$ref"], path
        elif method == "get":
            assert '"type": "array"' not in json.dumps(operation["responses"]["200"]), path


@each_service
def test_no_schema_of_the_framework_stays(service: str) -> None:
    assert "HTTPValidationError" not in document(service)["components"]["schemas"]
    assert document(service)["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "code", "detail"]


@each_service
def test_every_code_that_a_rule_raises_stands_in_the_document(service: str) -> None:
    listed: dict[int, set[str]] = {}
    for _, _, operation in operations(service):
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                listed.setdefault(int(status), set()).update(codes(answer))
    for kind, raised in raised_codes(ROOT / "services" / service).items():
        assert raised <= listed[kind.status], f"{kind.__name__}: {raised - listed[kind.status]} listed by no route"


@each_service
def test_no_code_stands_in_the_document_that_nothing_says(service: str) -> None:
    source = "".join(file.read_text() for room in ("shared", f"services/{service}") for file in (ROOT / room).rglob("*.py"))
    own = {code for _, _, operation in operations(service) for code in codes(operation["responses"].get("409", NOTHING))}
    declared = {code for code in own if source.count(f'"{code}"') < 2}  # once where it is listed, once where it is raised
    assert declared == set()


NOTHING: Any = {"content": {"": {"schema": {"allOf": [{}, {"properties": {"code": {"enum": []}}}]}}}}


def raised_codes(folder: Path) -> dict[type[Problem], set[str]]:
    """The codes written where a problem is made: `Refused("no_place", …)`."""
    found: dict[type[Problem], set[str]] = {}
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RULES:
                found.setdefault(KINDS[node.func.id], set()).update(
                    one.value for one in node.args[:1] if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )
    return found
