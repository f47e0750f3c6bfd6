"""JSON Schema of each published event's data, and one example that meets it."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shared.events import Event

Json = dict[str, Any]
TEXTS = ("besancon", "2026-06", "2026-0001", "enrolled_elsewhere")
"""Texts for fields that give no example of their own."""
BY_FORMAT: Mapping[str, str] = {"date": "2026-03-02", "date-time": "2026-03-02T08:15:00+00:00"}


def schema(event: type[Event]) -> Json:
    """The JSON Schema of one event's data."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{event.type}", **event.model_json_schema()}


def example(event: type[Event]) -> Json:
    """Data that this event may have: each field it must have, the same at every run."""
    whole = schema(event)
    data = _sample(whole, "", whole.get("$defs", {}))
    return event.model_validate(data).model_dump(mode="json", exclude_unset=True)


def _sample(schema: Json, name: str, definitions: Json) -> Any:
    match schema:
        case {"$ref": ref}:
            return _sample(definitions[ref.rpartition("/")[2]], name, definitions)
        case {"examples": [value, *_]}:
            return value
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"anyOf": [first, *_]}:
            return _sample(first, name, definitions)
        case {"type": "object"}:
            fields = schema.get("properties", {})
            return {field: _sample(fields[field], field, definitions) for field in schema.get("required", ())}
        case {"type": "array"}:
            return [_sample(schema["items"], name, definitions)] if schema.get("minItems") else []
        case {"type": "integer" | "number"}:
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case {"type": "boolean"}:
            return True
        case {"format": "uuid"}:
            return str(uuid5(NAMESPACE_URL, name))
        case {"format": format}:
            return BY_FORMAT[format]
    return next(text for text in TEXTS if re.search(schema.get("pattern", ""), text))  # StopIteration: give the field an example
