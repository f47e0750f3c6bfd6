"""No field of a request or an event guesses: a number is no day, a truth value no number, a text no amount.

Whatever field is added, of whatever request, is tried by its type; none can forget to be strict.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel, ValidationError

from deploy.contracts.openapi import application
from services import SERVICES
from shared.events import EVENTS

NAN, INFINITE = float("nan"), float("inf")
WRONG: dict[type, tuple[Any, ...]] = {
    date: (
        0, 1700000000, 1699920000, 1.5, True, "1700000000", "1699920000", "2026-1-5", "20260105", "2026-W01-1", "2026-005",
        "2026-01-05T00:00:00", "2026-01-05T00:00:00Z", " 2026-01-05", "2026-01-05 ", "２０２６-０１-０５", "05/01/2026", "",
    ),
    datetime: (
        1700000000, 1.5, True, "1700000000", "2026-01-05", "2026-01-05T08:00:00", "20260105T080000Z", "2026-01-05T08:00", "",
    ),
    int: (True, False, "12", "1e3", " 12", "１２", "12.0", 12.5, NAN, INFINITE, -INFINITE, "", [12]),
    bool: (0, 1, 1.0, "true", "1", "yes", "on", ""),
    float: (True, "1.5", "NaN", NAN, INFINITE),
    Decimal: (True, "1.5", 1.5, NAN, INFINITE),
}  # fmt: skip
WRONG[AwareDatetime] = WRONG[datetime]
AS_THEY_ARE = (str, UUID, Enum, BaseModel, type(None))
"""What needs no strictness: a text of another kind is refused by pydantic, or has a form of its own."""
JUDGED_APART = {("BatchRequest", "items")}
"""Lists of which each item is judged on its own, by a model that stands among these all the same: `ReferralRequest`."""
IN_ADDRESSES: dict[type, tuple[str, ...]] = {
    date: tuple(text for text in WRONG[date] if isinstance(text, str)),
    int: ("1.0", "1e3", "+1", "1_000", " 1", "1 ", "１", "true", "0x1", "1" * 30, ""),
}


def scalars(kind: Any) -> Iterator[tuple[type, bool]]:
    """The plain types in an annotation, and whether each stands in a list."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from scalars(get_args(kind)[0])
    elif origin is Literal:
        yield from ((type(value), False) for value in get_args(kind)[:1])
    elif origin in (Union, UnionType):
        for one in get_args(kind):
            yield from scalars(one)
    elif origin is not None:
        yield from ((one, True) for inner in get_args(kind) for one, _ in scalars(inner))
    elif isinstance(kind, type):
        yield kind, False


def reached(model: type[Any], known: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """A model and those in its fields."""
    if issubclass(model, BaseModel) and model not in known:
        known.add(model)
        for field in model.model_fields.values():
            for kind, _ in scalars(field.annotation):
                reached(kind, known)
    return known


def tried(models: set[type[BaseModel]]) -> Iterator[tuple[type[BaseModel], str, Any]]:
    """Each strict field of these models, with each value of the wrong kind."""
    for model in sorted(models, key=lambda one: one.__qualname__):
        for name, field in model.model_fields.items():
            if (model.__name__, name) in JUDGED_APART:
                continue
            for kind, listed in scalars(field.annotation):
                assert kind in WRONG or issubclass(kind, AS_THEY_ARE), f"{kind}: what would be of another kind?"
                if kind in WRONG:
                    yield from ((model, name, [wrong] if listed else wrong) for wrong in WRONG[kind])


def routes(service: str) -> list[APIRoute]:
    return list(flat(application(service).routes))


def flat(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """FastAPI keeps an included router as it is."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from flat(included.routes)


def bodies() -> set[type[BaseModel]]:
    """What the requests of all services are made of."""
    found: set[type[BaseModel]] = set()
    for service in SERVICES:
        for route in routes(service):
            for kind, _ in scalars(route.body_field.field_info.annotation) if route.body_field else ():
                reached(kind, found)
    return found


def says_it_is_wrong(error: ValidationError, name: str) -> bool:
    return any(one["loc"][:1] == (name,) and one["type"] != "missing" for one in error.errors())


def test_no_field_of_a_request_takes_a_value_of_another_kind() -> None:
    taken, count = [], 0
    for model, name, wrong in tried(bodies()):
        count += 1
        try:
            model.model_validate({name: wrong})
        except ValidationError as error:
            if says_it_is_wrong(error, name):
                continue
        taken.append((model.__name__, name, wrong))
    assert taken == []
    assert count > 500


def test_no_parameter_of_an_address_takes_a_text_that_is_no_number_or_day() -> None:
    taken, seen = [], set()
    for service in SERVICES:
        for route in routes(service):
            for field in parameters(route.dependant):
                for kind, _ in scalars(field.field_info.annotation):
                    for wrong in IN_ADDRESSES.get(kind, ()):
                        seen.add(kind)
                        if not field.validate(wrong, {}, loc=("query", field.alias))[1]:
                            taken.append((route.path, field.alias, wrong))
    assert taken == []
    assert seen == {date, int}


def parameters(dependant: Dependant) -> Iterator[Any]:
    """Those of the address, of a route and of what it needs."""
    yield from (*dependant.query_params, *dependant.path_params, *dependant.header_params)
    for one in dependant.dependencies:
        yield from parameters(one)


def test_no_field_of_an_event_takes_a_value_of_another_kind() -> None:
    models: set[type[BaseModel]] = set()
    for event in EVENTS.values():
        reached(event, models)
    taken = []
    for model, name, wrong in tried(models):
        try:
            model.model_validate_json(json.dumps({name: wrong}))
        except ValidationError as error:
            if says_it_is_wrong(error, name) or any(one["type"] == "json_invalid" for one in error.errors()):
                continue
        taken.append((model.__name__, name, wrong))
    assert taken == []
