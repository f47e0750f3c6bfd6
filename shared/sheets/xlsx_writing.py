"""XLSX, by xlsxwriter: texts stay texts, in memory alone, for what is written may be about people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
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
    formats = {"header": workbook.add_format({"bold": True}), "text": workbook.add_format({"num_format": "@"})}
    formats |= {name: workbook.add_format({"num_format": name}) for name in (DAY, INSTANT)}
    wrong = {**formats, **{name: workbook.add_format({"bg_color": "#FFD7D7", "num_format": name}) for name in (DAY, INSTANT)}}
    wrong["text"] = workbook.add_format({"bg_color": "#FFD7D7"})
    page.freeze_panes(1, 0)
    for column in range(len(sheet.rows[0]) if sheet.rows else 0):
        kind = (formats[DAY] if column in sheet.days else formats["text"]) if sheet.to_fill else None
        page.set_column(column, column, WIDTH, kind)
    for rank, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            as_is = formats if (rank, column) not in sheet.remarks else wrong
            _write_cell(page, rank, column, cell, as_is, formats["header"] if rank == 0 else None)
    for place, remark in list(sheet.remarks.items())[:MOST_REMARKS]:
        page.write_comment(*place, remark)
    for column, cells in sheet.choices.items():
        page.data_validation(1, column, SHOWN_ROWS, column, {"validate": "list", "source": cells, "error_type": "warning"})


def _write_cell(page: Any, row: int, column: int, cell: Cell, formats: Mapping[str, Any], header: Any) -> None:
    plain = header or (formats["text"] if formats["text"].bg_color else None)
    if cell.kind == "number" and len(cell.text) <= 17:
        page.write_number(row, column, float(cell.text), plain)
    elif cell.kind == "day" and (day := _day(cell.text)):
        page.write_datetime(row, column, day, formats[INSTANT if isinstance(day, datetime) else DAY])
    elif cell.kind == "flag":
        page.write_boolean(row, column, cell.text == "VRAI", plain)
    elif cell.text or plain:
        page.write_string(row, column, neutralised(cell.text), plain)


def _day(text: str) -> date | datetime | None:
    """A day that a workbook can hold."""
    found = datetime.fromisoformat(text)
    if found.year < 1905:
        return None
    return found if "T" in text else found.date()
