"""For whom a document is read or decided on, and what of a collection they see."""

from collections.abc import Mapping
from typing import Literal

from shared.events.message import Message
from shared.kernel.caller import Caller

By = Caller | Message | Literal["service"]
"""For whom a document is read or decided on: a person (only what their tenant sees), a message heard (once), or ourselves."""
Scope = Mapping[str, str] | None
"""What a caller sees of a collection: fields of the state and the value each must have (or hold); {} all, None nothing."""


def holds(found: object, value: str) -> bool:
    """Whether a field of a state is what a scope asks for, or holds it."""
    return value in found if isinstance(found, list | tuple) else found == value


def name_of(by: By) -> str:
    """Who did it, for the history: the person and their organisation, or the message that made us."""
    match by:
        case Caller():
            return f"{by.organisation} {by.sub}"
        case Message():
            return by.id
        case _:
            return by
