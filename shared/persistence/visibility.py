"""Who sees what of an aggregate's documents: a person what is their tenant's, an administrator and the system all of it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from shared.kernel.aggregate import Aggregate
from shared.kernel.caller import Actor, Caller


def filter_for(aggregate: Aggregate[Any, Any], actor: Actor, where: Mapping[str, Any]) -> dict[str, Any] | None:
    """A MongoDB filter, narrowed to what this actor may see; None where that is nothing."""
    if not isinstance(actor, Caller) or actor.is_admin:
        return dict(where)
    own = aggregate.visible_to(actor)
    return None if own is None else {"$and": [dict(where), {f"state.{field}": value for field, value in own.items()}]}


def sees(aggregate: Aggregate[Any, Any], actor: Actor, state: BaseModel) -> bool:
    """Whether this actor may see a document in this state."""
    if not isinstance(actor, Caller) or actor.is_admin:
        return True
    own = aggregate.visible_to(actor)
    return own is not None and all(_holds(getattr(state, field), value) for field, value in own.items())


def _holds(found: object, value: str) -> bool:
    """Whether a field of a state is what a tenant filter asks for, or holds it."""
    return value in found if isinstance(found, list | tuple) else found == value
