"""What a sheet holds: its header, its rows under the numbers that a spreadsheet shows, and each cell as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Self

Kind = Literal["text", "number", "day", "flag", "formula", "error"]


@dataclass(frozen=True)
class Cell:
    """A cell's text, and what it was in the file: all of a CSV are texts.

    A number is its digits, a day 2009-05-14 (an instant 2009-05-14T08:30:00), a formula its text from `=` on, not its result.
    """

    text: str = field(default="", repr=False)
    kind: Kind = "text"

    @classmethod
    def of(cls, value: object) -> Self:
        """A cell of a workbook, from what its reader made of it."""
        match value:
            case None:
                return cls()
            case bool():
                return cls("VRAI" if value else "FAUX", "flag")
            case int():
                return cls(str(value), "number")
            case float():
                return cls(str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value), "number")
            case datetime():
                midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
                return cls(value.date().isoformat() if midnight else value.replace(microsecond=0).isoformat(), "day")
            case date():
                return cls(value.isoformat(), "day")
            case _:
                return cls(str(value))

    @property
    def empty(self) -> bool:
        """Whether nothing is written there but spaces."""
        return not self.text.strip()

    @property
    def kept(self) -> Any:
        """As JSON keeps it."""
        return self.text if self.kind == "text" else [self.kind, self.text]

    @classmethod
    def again(cls, kept: Any) -> Self:
        """From what JSON kept."""
        return cls(kept) if isinstance(kept, str) else cls(kept[1], kept[0])


@dataclass(frozen=True)
class Row:
    """A row, by the number that a spreadsheet shows beside it: the header's counts, and empty ones do."""

    number: int
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def empty(self) -> bool:
        """Whether nothing is written in any of its cells."""
        return all(cell.empty for cell in self.cells)


@dataclass(frozen=True)
class Form:
    """How a file is written: what is written back to its sender is in the same form."""

    kind: Literal["csv", "xlsx"]
    encoding: str = "utf-8-sig"
    delimiter: str = ";"
    since_1904: bool = False
    """Whether the numbers of its days count from 1904, as old workbooks of Macintosh do, or from 1900."""


@dataclass(frozen=True)
class Sheet:
    """A table: its header, its rows that are not empty, how many were, and the form of its file."""

    form: Form
    header: tuple[str, ...]
    rows: Sequence[Row]
    empty: int = 0


@dataclass(frozen=True)
class Limits:
    """How much of a file is read: rows below the header, columns."""

    rows: int = 20_000
    columns: int = 300
