"""Whether a JSON Schema of a request still accepts all that the old one did, or of a response promises nothing less."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

Json = dict[str, Any]
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
WHOLE = ("pattern", "format", "uniqueItems", "multipleOf")


class Side(Enum):
    """Who writes what the schema describes: what it takes from others may only widen, what it gives only narrow."""

    REQUEST = "request"
    RESPONSE = "response"


def breaks(side: Side, old: Json, was: Json, new: Json, now: Json, at: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Where `now` (of document `new`) breaks what `was` (of `old`) promised."""
    seen = seen | ({was["$ref"]} if "$ref" in was else set())
    was, now = _resolved(old, was), _resolved(new, now)
    if _variants(was) or _variants(now):
        yield from _of_variants(side, old, was, new, now, at, seen)
        return
    narrower, wider = (was, now) if side is Side.REQUEST else (now, was)
    if narrows(narrower, wider):
        yield f"{at} : {_short(was)} devient {_short(now)}"
    yield from _of_fields(side, old, was, new, now, at, seen)
    for part in ("items", "additionalProperties"):
        before, after = was.get(part), now.get(part)
        if isinstance(before, dict) and isinstance(after, dict) and before.get("$ref") not in seen:
            yield from breaks(side, old, before, new, after, f"{at}[]", seen)


def narrows(old: Json, new: Json) -> bool:
    """Whether a plain value that `old` accepts may not be one for `new`."""
    types, values = _types(old), _values(old)
    if _types(new) and not (types and all(_fits(one, _types(new)) for one in types)):
        return True
    if _values(new) is not None and (values is None or not values <= (_values(new) or set())):
        return True
    if any(name in new and new[name] > old.get(name, float("-inf")) for name in LOWER):
        return True
    if any(name in new and new[name] < old.get(name, float("inf")) for name in UPPER):
        return True
    return any(name in new and new[name] != old.get(name) for name in WHOLE)


def _of_fields(side: Side, old: Json, was: Json, new: Json, now: Json, at: str, seen: frozenset[str]) -> Iterator[str]:
    before, after = was.get("properties", {}), now.get("properties", {})
    needed, needs = set(was.get("required", ())), set(now.get("required", ()))
    yield from (f"{at}.{name} : champ retiré" for name in before if name not in after)
    if side is Side.REQUEST:
        yield from (f"{at}.{name} : champ devenu obligatoire" for name in sorted(needs - needed))
    else:
        yield from (f"{at}.{name} : champ devenu facultatif" for name in sorted((needed - needs) & after.keys()))
    for name in before.keys() & after.keys():
        if before[name].get("$ref") not in seen:
            yield from breaks(side, old, before[name], new, after[name], f"{at}.{name}", seen)


def _of_variants(side: Side, old: Json, was: Json, new: Json, now: Json, at: str, seen: frozenset[str]) -> Iterator[str]:
    """Of a request, each old variant is still taken; of a response, each new one is as an old one."""
    before, after = _variants(was) or [was], _variants(now) or [now]
    if side is Side.REQUEST:
        compatible = all(any(not [*breaks(side, old, one, new, other, at, seen)] for other in after) for one in before)
    else:
        compatible = all(any(not [*breaks(side, old, one, new, other, at, seen)] for one in before) for other in after)
    if not compatible:
        yield f"{at} : {_short(was)} devient {_short(now)}"


def _variants(schema: Json) -> list[Json]:
    return list(schema.get("anyOf") or schema.get("oneOf") or ())


def _resolved(document: Json, schema: Json) -> Json:
    """The schema that a reference of its document names; parts that must all hold as one."""
    if "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _resolved(document, {**found, **{name: value for name, value in schema.items() if name != "$ref"}})
    if "allOf" in schema:
        return _merged([_resolved(document, one) for one in schema["allOf"]])
    return schema


def _merged(parts: list[Json]) -> Json:
    whole: Json = {}
    for part in parts:
        properties = {**whole.get("properties", {}), **part.get("properties", {})}
        required = [*whole.get("required", ()), *part.get("required", ())]
        whole = {**whole, **part, "properties": properties, "required": required}
    return whole


def _types(schema: Json) -> set[str]:
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types)


def _fits(type: str, types: set[str]) -> bool:
    return type in types or (type == "integer" and "number" in types)


def _values(schema: Mapping[str, Any]) -> set[str] | None:
    """The only values, as text; None where any will do."""
    if "const" in schema:
        return {repr(schema["const"])}
    return {repr(one) for one in schema["enum"]} if "enum" in schema else None


def _short(schema: Json) -> str:
    text = str({name: value for name, value in schema.items() if name not in ("title", "description", "properties", "required")})
    return text if len(text) <= 120 else f"{text[:117]}..."
