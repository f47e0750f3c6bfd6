"""Strict JSON types: no number for a truth value, no text for a number, no instant or number for a day."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, StrictBool, StringConstraints
from pydantic_core import PydanticCustomError


def _only(fits: Callable[[object], bool], type: str) -> BeforeValidator:
    """Refuses what pydantic would have guessed from, under the name of its own error."""

    def check(value: object) -> object:
        if not fits(value):
            raise PydanticCustomError(type, "not written as JSON writes it")
        return value

    return BeforeValidator(check)


def _is_a_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _writes_a_day(value: object) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value))
    return isinstance(value, date) and not isinstance(value, datetime)


WHOLE = _only(_is_a_number, "int_type")
"""For a whole number, after its bounds: `Annotated[int, Field(ge=0), WHOLE]`. `5.0` is one, as JSON Schema has it."""
Flag = StrictBool
Day = Annotated[date, _only(_writes_a_day, "date_type")]
"""A day, written 2026-09-01."""
Instant = Annotated[AwareDatetime, _only(lambda value: isinstance(value, str | datetime), "datetime_type")]
"""An instant with its offset."""
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Field(json_schema_extra={"pattern": r"[^\s\u0085]"}),
]
"""A short text that people write, with more in it than spaces."""
