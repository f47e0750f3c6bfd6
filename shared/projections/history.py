"""As-of reads: the values of a fact, each with the instant it was published, as they stood at an instant."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

History = Sequence[Sequence[Any]]
"""`[instant as text, value]` pairs, in the order they were published."""


def instant_text(instant: datetime) -> str:
    """An instant as it is kept: UTC to the microsecond, so that texts compare as instants do."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def values_as_of(history: History, instant: datetime | None) -> list[Any]:
    """Every value published by an instant (None: all of them), in that order."""
    if instant is None:
        return [value for _, value in history]
    limit = instant_text(instant)
    return [value for at, value in history if at <= limit]


def last_value_as_of(history: str, instant: datetime | None) -> dict[str, Any]:
    """The same question asked of MongoDB: an expression for the last value published by an instant, null where there is none.

    `history` is the path of the field (`$facts.minutes`).
    """
    values: Any = history
    if instant is not None:
        values = {"$filter": {"input": history, "cond": {"$lte": [{"$first": "$$this"}, instant_text(instant)]}}}
    return {"$last": {"$last": values}}
