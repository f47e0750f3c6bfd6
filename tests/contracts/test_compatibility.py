"""What is a break of a contract and what is not, and that a release freezes what it published."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.contracts.__main__ import main
from deploy.contracts.accepts import Side, breaks
from deploy.contracts.asyncapi import asyncapi
from deploy.contracts.compatibility import contract_breaks, event_breaks, openapi_breaks, topic_breaks
from deploy.contracts.documents import FOLDER, generated, published, write
from deploy.contracts.openapi import openapi

Change = Callable[[Any], Any]
OFFER = "/intakes/{intake_id}/applications/{young_id}/offer"
ENROLMENT = openapi("enrolment")


def changed(change: Change) -> list[str]:
    """The breaks of enrolment's document after a change of a copy of it."""
    document = copy.deepcopy(ENROLMENT)
    change(document)
    return openapi_breaks(ENROLMENT, document)


def schema_of(document: Any, name: str) -> Any:
    return document["components"]["schemas"][name]


def parameter(document: Any, path: str, name: str) -> Any:
    return next(one for one in document["paths"][path]["get"]["parameters"] if one["name"] == name)


BREAKS: dict[str, Change] = {
    "a route": lambda d: d["paths"].pop(OFFER),
    "a method": lambda d: d["paths"]["/intakes"].pop("get"),
    "the name of an operation": lambda d: d["paths"]["/intakes"]["get"].update(operationId="intakes"),
    "a field of a response": lambda d: schema_of(d, "ApplicationResponse")["properties"].pop("rank"),
    "a field of a nested response": lambda d: schema_of(d, "ReferringResponse")["properties"].pop("agency"),
    "a certainty of a response": lambda d: schema_of(d, "ApplicationResponse")["required"].remove("status"),
    "the type of a response's field": lambda d: schema_of(d, "SeatsResponse")["properties"].update(seats={"type": "string"}),
    "a status of a response": lambda d: d["paths"]["/intakes"]["post"]["responses"].pop("201"),
    "a value that a response may have": lambda d: schema_of(d, "ApplicationStatus")["enum"].append("dreaming"),
    "a new required field of a request": lambda d: schema_of(d, "SeatsRequest")["required"].append("on"),
    "a field of a request": lambda d: schema_of(d, "SeatsRequest")["properties"].pop("on"),
    "a value that a request may have": lambda d: schema_of(d, "RefusalCode")["enum"].remove("other"),
    "a bound of a request": lambda d: schema_of(d, "SeatsRequest")["properties"]["seats"].update(maximum=400),
    "a pattern of a request": lambda d: schema_of(d, "ExamRequest")["properties"]["session"].update(pattern="^2026"),
    "a new required parameter": lambda d: d["paths"]["/schools"]["get"]["parameters"].append(
        {"name": "town", "in": "query", "required": True, "schema": {"type": "string"}}
    ),
    "a parameter": lambda d: d["paths"]["/intakes"]["get"]["parameters"].pop(),
    "a parameter's freedom": lambda d: parameter(d, "/intakes", "school").update(required=True),
    "the values of a parameter": lambda d: parameter(d, "/applications", "status").update(schema={"enum": ["offered"]}),
}
ALLOWED: dict[str, Change] = {
    "nothing": lambda d: None,
    "a new route": lambda d: d["paths"].update({"/towns": {"get": {"operationId": "list_towns", "responses": {}}}}),
    "a new field of a response": lambda d: schema_of(d, "SeatsResponse")["properties"].update(town={"type": "string"}),
    "a new optional field of a request": lambda d: schema_of(d, "SeatsRequest")["properties"].update(town={"type": "string"}),
    "a new optional parameter": lambda d: d["paths"]["/schools"]["get"]["parameters"].append(
        {"name": "town", "in": "query", "required": False, "schema": {"type": "string"}}
    ),
    "a wider bound of a request": lambda d: schema_of(d, "SeatsRequest")["properties"]["seats"].update(maximum=600),
    "a value more in a request": lambda d: schema_of(d, "OutcomeRequest")["properties"]["horizon"]["enum"].append(36),
    "another sentence": lambda d: d["paths"][OFFER]["post"].update(description="Other words."),
    "a code more of a problem": lambda d: d["paths"][OFFER]["post"]["responses"]["409"].update(description="Other."),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_client_of_the_old_routes_is_not_let_down(change: Change) -> None:
    assert changed(change)


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_only_gives_more_is_no_break(change: Change) -> None:
    assert changed(change) == []


@pytest.mark.parametrize("service", ["referral", "production", "reporting"])
def test_a_document_is_no_break_of_itself(service: str) -> None:
    assert openapi_breaks(openapi(service), openapi(service)) == []


@pytest.mark.parametrize(
    ("new", "broken"),
    [
        ({"properties": {"on": {"type": "string"}, "town": {"type": "string"}}, "required": ["on"]}, False),
        ({"properties": {"on": {"type": "string", "description": "Day."}}, "required": ["on"]}, False),
        ({"properties": {}, "required": ["on"]}, True),
        ({"properties": {"on": {"type": "integer"}}, "required": ["on"]}, True),
        ({"properties": {"on": {"type": "string"}, "town": {"type": "string"}}, "required": ["on", "town"]}, True),
        ({"properties": {"on": {"type": "string"}}, "required": []}, True),
        ({"properties": {"on": {"type": "string"}}, "required": ["on"], "additionalProperties": False}, True),
    ],
)
def test_an_event_gains_optional_fields_alone(new: Any, broken: bool) -> None:
    assert bool(event_breaks({"properties": {"on": {"type": "string"}}, "required": ["on"]}, new)) is broken


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d["channels"].pop("etabli.referral"), "etabli.referral : retiré"),
        (
            lambda d: d["channels"]["etabli.referral"]["bindings"]["kafka"].update(partitions=6),
            "etabli.referral : réglé autrement",
        ),
        (lambda d: d["channels"]["etabli.referral"]["messages"].popitem(), "etabli.referral : fr.etabli"),
    ],
)
def test_a_topic_keeps_its_settings_and_its_messages(change: Change, sentence: str) -> None:
    document = copy.deepcopy(asyncapi())
    change(document)
    (found,) = topic_breaks(asyncapi(), document)
    assert found.startswith(sentence)
    assert topic_breaks(asyncapi(), asyncapi()) == []


def test_a_schema_that_holds_itself_is_compared_once() -> None:
    def tree(leaf: str) -> dict[str, Any]:
        node = {"properties": {"leaf": {"type": leaf}, "branches": {"type": "array", "items": {"$ref": "#/node"}}}}
        return {"node": {"type": "object", **node}}

    (found,) = breaks(Side.REQUEST, tree("string"), {"$ref": "#/node"}, tree("integer"), {"$ref": "#/node"}, "tree")
    assert found.startswith("tree.leaf : ")


def test_a_document_that_disappears_is_a_break() -> None:
    contracts: dict[str, Any] = {"schemas/a.json": {}, "openapi-a.json": {"paths": {}}}
    assert contract_breaks(contracts, {}) == ["schemas/a.json : retiré", "openapi-a.json : retiré"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose one commit holds the contracts of the code, but for a route and an event's field that it lost since."""
    contracts = json.loads(json.dumps(generated()))
    contracts["openapi-enrolment.json"]["paths"]["/towns"] = {"get": {"operationId": "list_towns", "responses": {}}}
    contracts["schemas/fr.etabli.production.order.started.v1.json"]["properties"]["town"] = {"type": "string"}
    write(contracts, tmp_path)
    someone = ["-c", "user.name=a", "-c", "user.email=a@b.test"]
    for command in (["init", "-q"], ["add", "."], [*someone, "commit", "-qm", "Contracts"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_before_a_release_a_break_is_said_and_written(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], repository) == 0
    sentence = capsys.readouterr().err
    assert "openapi-enrolment.json GET /towns : retirée" in sentence
    assert "order.started.v1.json/properties/town : retiré" in sentence
    assert "permis avant v1.0" in sentence
    assert main(["--check"], repository) == 0


def test_before_a_release_too_what_is_committed_must_be_what_the_code_says(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], repository) == 1
    assert f"{FOLDER}/openapi-enrolment.json : le code dit autre chose" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_after_a_release_a_break_fails_and_nothing_is_written(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    subprocess.run(["git", "tag", "v1.0"], cwd=repository, check=True)
    assert main(arguments, repository) == 1
    sentence = capsys.readouterr().err
    assert "openapi-enrolment.json GET /towns : retirée" in sentence
    assert "Une version publiée ne change pas" in sentence
    assert "/towns" in (repository / FOLDER / "openapi-enrolment.json").read_text()


def test_only_a_release_from_v1_on_freezes(repository: Path) -> None:
    for tag in ("v0.9", "v1.0-rc1", "demo"):
        subprocess.run(["git", "tag", tag], cwd=repository, check=True)
    assert published(repository) is None
    subprocess.run(["git", "tag", "v1.2.1"], cwd=repository, check=True)
    found = published(repository)
    assert found is not None
    assert "/towns" in found["openapi-enrolment.json"]["paths"]
