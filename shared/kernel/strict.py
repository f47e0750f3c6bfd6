"""Strict JSON types: no number for a truth value, no text for a number, no instant or number for a day.

Requests are read from what FastAPI made of their JSON, events from JSON itself: there pydantic's own strictness will do for
numbers and truth values, and is quicker. Of days it will not: it reads "1699920000" as one.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Strict, StrictBool
from pydantic_core import PydanticCustomError

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
"""RFC 3339, the seconds left out where one likes."""


def _only(fits: Callable[[object], bool], type: str) -> BeforeValidator:
    """Refuses what pydantic would have guessed from, under the name of its own error."""

    def check(value: object) -> object:
        if not fits(value):
            raise PydanticCustomError(type, "not written as JSON writes it")
        return value

    return BeforeValidator(check)


def _whole(value: object) -> object:
    """`12.0` is the same number as `12`, as JSON Schema has it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("int_type", "not written as JSON writes it")
    return value


def _writes_a_number(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and bool(re.fullmatch(r"[0-9]{1,19}", value)))


def _writes_an_instant(value: object) -> bool:
    if isinstance(value, str):
        return bool(INSTANT.fullmatch(value))
    return isinstance(value, datetime)


def writes_a_day(value: object) -> bool:
    """2026-09-01, or a date; not an instant, nor another of ISO 8601's ways to write a day."""
    if isinstance(value, str):
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value))
    return isinstance(value, date) and not isinstance(value, datetime)


WHOLE = BeforeValidator(_whole)
"""For a whole number, after its bounds: `Annotated[int, Field(ge=0), WHOLE]`."""
IN_ADDRESS = _only(_writes_a_number, "int_type")
"""The same in an address, where all is text: digits alone."""
Flag = StrictBool
Published = Strict()
"""For the numbers and truth values of an event: `Annotated[int, Field(ge=0), Published]`."""
Day = Annotated[date, _only(writes_a_day, "date_type")]
"""A day, written 2026-09-01."""
Instant = Annotated[AwareDatetime, _only(_writes_an_instant, "datetime_type")]
"""An instant with its offset."""
