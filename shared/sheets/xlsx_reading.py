"""XLSX, row by row, by openpyxl: what each cell shows of days and numbers, and of a formula its text, never its result."""

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import structlog
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from shared.kernel.errors import Problem
from shared.sheets.cells import Cell, Form, Limits, Row, Sheet
from shared.sheets.csv_files import too_many_columns, too_many_rows
from shared.sheets.decoding import unreadable
from shared.sheets.neutral import restored
from shared.sheets.xlsx_guard import ensure_harmless

log = structlog.get_logger()
EMPTY = Cell()
LAST_ROW = 1_048_576
"""Of any sheet."""


def read_xlsx(raw: bytes, limits: Limits, *, named: str = "") -> Sheet:
    """The table on a workbook's sheet of this name, else on its first that is shown and holds something. Raises Invalid."""
    try:
        with ZipFile(BytesIO(raw)) as archive:
            ensure_harmless(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote cells, and what they say of styles is of no use here
            return _read(raw, limits, named)
    except Problem:
        raise
    except BadZipFile:
        raise unreadable("Ce classeur est abîmé : ouvrez-le et enregistrez-le de nouveau.") from None
    except Exception as error:  # whatever a file can make the library raise, whose words may quote it
        sentence = "Ce classeur ne peut être lu : ouvrez-le dans un tableur, et enregistrez-le de nouveau en .xlsx ou en CSV."
        log.info("sheet.unreadable", error=type(error).__name__)
        raise unreadable(sentence) from None


def _read(raw: bytes, limits: Limits, named: str) -> Sheet:
    workbook = load_workbook(BytesIO(raw), read_only=True, keep_links=False)
    form = Form("xlsx", since_1904=workbook.epoch == CALENDAR_MAC_1904)
    sheets = [one for one in workbook.worksheets if one.sheet_state == "visible"]
    for sheet in sorted(sheets, key=lambda one: one.title != named):
        if (found := _table(form, sheet, limits)).header:
            return found
    return Sheet(form, (), [])


def _table(form: Form, sheet: Any, limits: Limits) -> Sheet:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    empty, last = 0, 0
    for row in _rows(sheet, limits):
        if header:
            empty += row.number - last - 1
            rows.append(row)
        else:
            header = tuple(cell.text.strip() for cell in row.cells)
        last = row.number
        if len(rows) > limits.rows:
            raise too_many_rows(limits)
    return Sheet(form, header, rows, empty)


def _rows(sheet: Any, limits: Limits) -> Iterator[Row]:
    """The rows that are not empty."""
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    for number, found in enumerate(sheet.iter_rows(max_row=LAST_ROW), start=1):
        cells = list(map(_cell, found))
        while cells and cells[-1].empty:
            cells.pop()
        if len(cells) > limits.columns:
            raise too_many_columns(limits)
        if cells:
            yield Row(number, tuple(cells))


def _cell(found: Any) -> Cell:
    value = found.value
    if value is None:
        return EMPTY
    if found.data_type == "f":
        return Cell(str(getattr(value, "text", None) or value), "formula")  # an array's is an object
    if found.data_type == "e":
        return Cell(str(value), "error")
    return Cell(restored(value)) if isinstance(value, str) else Cell.of(value)
