"""The operations of a bulk write."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
"""A document as it is stored."""


@dataclass(frozen=True)
class Insert:
    """A new document."""

    row: Row


@dataclass(frozen=True)
class Replace:
    """Another document for the first that matches; with `upsert`, a new one where none does."""

    where: Mapping[str, Any]
    row: Row
    upsert: bool = False


@dataclass(frozen=True)
class Update:
    """Changes to the first document that matches."""

    where: Mapping[str, Any]
    change: Mapping[str, Any]
    upsert: bool = False


Write = Insert | Replace | Update
