"""XLSX, by xlsxwriter: texts stay texts, in memory alone, for what is written may be about people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from shared.sheets.cells import Cell
from shared.sheets.neutral import neutralised

NO_GUESS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MOST_REMARKS = 2_000
"""Each is a drawing of its own, and a spreadsheet with more opens slowly."""
DAY, INSTANT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
WIDTH, SHOWN_ROWS = 20, 5_000
EXACT = 15
"""Digits that a spreadsheet keeps of a number: longer ones are written as texts."""
WRONG: dict[str, Any] = {"bg_color": "#FFD7D7"}
Place = tuple[int, int]
"""A row and a column, from 0."""


@dataclass(frozen=True)
class Written:
    """A sheet to write, its header first. `remarks` are shown over the cells that they are about, which are coloured.

    `choices` gives a column the cells, on whatever sheet, whose values it allows; `days` are columns of days; the others of a
    sheet `to_fill` hold texts, whose zeros in front stay.
    """

    title: str
    rows: Sequence[Sequence[Cell]] = field(repr=False)
    remarks: Mapping[Place, str] = field(default_factory=dict)
    choices: Mapping[int, str] = field(default_factory=dict)
    days: frozenset[int] = frozenset()
    to_fill: bool = False


def write_xlsx(*sheets: Written, since_1904: bool = False) -> bytes:
    """A workbook of these sheets."""
    into = BytesIO()
    with Workbook(into, {**NO_GUESS, "date_1904": since_1904}) as workbook:
        for sheet in sheets:
            _write(workbook, workbook.add_worksheet(sheet.title), sheet)
    return into.getvalue()


def _write(workbook: Workbook, page: Any, sheet: Written) -> None:
    known: dict[str, Any] = {}

    def styled(**style: Any) -> Any:
        return known.setdefault(repr(style), workbook.add_format(style)) if style else None

    page.freeze_panes(1, 0)
    for column in range(len(sheet.rows[0])):
        kind = {"num_format": DAY if column in sheet.days else "@"} if sheet.to_fill else {}
        page.set_column(column, column, WIDTH, styled(**kind))
    for rank, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            style: dict[str, Any] = {"bold": True} if rank == 0 else WRONG if (rank, column) in sheet.remarks else {}
            _write_cell(page, (rank, column), cell, partial(styled, **style))
    for place, remark in list(sheet.remarks.items())[:MOST_REMARKS]:
        page.write_comment(*place, remark)
    for column, cells in sheet.choices.items():
        page.data_validation(1, column, SHOWN_ROWS, column, {"validate": "list", "source": cells, "error_type": "warning"})


def _write_cell(page: Any, place: Place, cell: Cell, styled: Callable[..., Any]) -> None:
    if cell.kind == "number" and len(cell.text) <= EXACT:
        page.write_number(*place, float(cell.text), styled())
    elif cell.kind == "day" and (day := _day(cell.text)):
        page.write_datetime(*place, day, styled(num_format=INSTANT if isinstance(day, datetime) else DAY))
    elif cell.kind == "flag":
        page.write_boolean(*place, cell.text == "VRAI", styled())
    elif cell.text or styled():
        page.write_string(*place, neutralised(cell.text), styled())


def _day(text: str) -> date | datetime | None:
    """A day that a workbook can hold."""
    found = datetime.fromisoformat(text)
    if found.year < 1905:
        return None
    return found if "T" in text else found.date()
