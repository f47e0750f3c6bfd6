"""Workbooks: days by either calendar, formulas as their text, and those that would cost more than any that people write."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from shared.kernel.errors import Invalid
from shared.sheets.cells import Cell
from shared.sheets.reading import read_sheet
from shared.sheets.xlsx_guard import ensure_harmless
from shared.sheets.xlsx_writing import Written, write_xlsx


def a_workbook(*rows: list[Any], **options: Any) -> bytes:
    """As Excel would write it: days as numbers under a format, formulas with their results."""
    into = BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True, "default_date_format": "dd/mm/yyyy", **options}) as workbook:
        page = workbook.add_worksheet()
        for rank, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str) and value.startswith("="):
                    page.write_formula(rank, column, value, None, "un résultat")
                else:
                    page.write(rank, column, value)
    return into.getvalue()


def with_part(raw: bytes, name: str, content: bytes) -> bytes:
    """The same workbook with one of its parts replaced."""
    into = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as before, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            after.writestr(part, content if part == name else before.read(part))
    return into.getvalue()


@pytest.mark.parametrize("since_1904", [False, True])
def test_days_are_read_by_either_calendar(since_1904: bool) -> None:
    raw = a_workbook(["Né le", "À"], [date(2009, 5, 14), datetime(2025, 9, 1, 8, 30)], date_1904=since_1904)
    [row] = read_sheet(raw).rows
    assert row.cells == (Cell("2009-05-14", "day"), Cell("2025-09-01T08:30:00", "day"))
    assert read_sheet(raw).form.since_1904 is since_1904


def test_a_formula_is_its_text_never_its_result() -> None:
    raw = a_workbook(["Nom", "Prénom"], ['=HYPERLINK("http://x.test","Durand")', "Léa"])
    [row] = read_sheet(raw).rows
    assert row.cells[0] == Cell('=HYPERLINK("http://x.test","Durand")', "formula")


def test_numbers_flags_and_rows_left_out_keep_their_places() -> None:
    raw = a_workbook(["A", "B", "C"], [612345678, True, 1.5], [], [None, None, "x"])
    sheet = read_sheet(raw)
    assert [row.number for row in sheet.rows] == [2, 4]
    assert sheet.rows[0].cells == (Cell("612345678", "number"), Cell("VRAI", "flag"), Cell("1.5", "number"))
    assert (sheet.rows[1].cells[2].text, sheet.empty) == ("x", 1)


def test_what_is_written_holds_no_formula_and_comes_back_as_it_was() -> None:
    rows = [
        [Cell("Nom"), Cell("Né le")],
        [Cell("=1+1"), Cell("2009-05-14", "day")],
        [Cell("@x", "formula"), Cell("0612", "number")],
    ]
    made = write_xlsx(Written("Feuille", rows, {(1, 0): "Un nom contient au moins une lettre."}))
    page = openpyxl.load_workbook(BytesIO(made)).active
    assert page is not None
    assert [(cell.value, cell.data_type) for cell in page[2]] == [("'=1+1", "s"), (datetime(2009, 5, 14), "d")]
    assert page["A2"].comment is not None
    assert [[cell.text for cell in row.cells] for row in read_sheet(made).rows] == [["=1+1", "2009-05-14"], ["@x", "612"]]


def far_away() -> bytes:
    into = BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet()
        page.write(0, 0, "Nom")
        page.write(200_000, 16_383, "x")
    return into.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
OPENING = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, OPENING + b"<row>" + b"<c/>" * 20_000 + b"</row></sheetData></worksheet>"),
        (SHEET, OPENING + b" " * 85_000_000 + b"</sheetData></worksheet>"),
        (SHEET, LAUGHS + OPENING + b"<row><c><v>&b;</v></c></row></sheetData></worksheet>"),
        ("xl/styles.xml", b" " * 5_000_000),
        ("xl/workbook.xml", b"<workbook>" + b"<sheet/>" * 60 + b"</workbook>"),
        ("xl/workbook.xml", b"pas du xml"),
        ("[Content_Types].xml", b"<Types/>"),
    ],
)
def test_a_workbook_that_no_spreadsheet_writes_is_refused_in_words(part: str, content: bytes) -> None:
    raw = with_part(a_workbook(["Nom"], ["Durand"]), part, content)
    assert len(raw) < 2_000_000
    with pytest.raises(Invalid) as refused:
        read_sheet(raw)
    assert refused.value.code == "unreadable_file"


def test_entities_are_refused_before_anything_reads_them() -> None:
    raw = with_part(a_workbook(["Nom"]), SHEET, LAUGHS + OPENING + b"</sheetData></worksheet>")
    with zipfile.ZipFile(BytesIO(raw)) as archive, pytest.raises(Invalid):
        ensure_harmless(archive)


def test_a_workbook_of_too_many_cells_is_refused() -> None:
    rows = [["x"] * 100] * 30
    with zipfile.ZipFile(BytesIO(a_workbook(*rows))) as archive:
        ensure_harmless(archive, most_cells=3_000)
        with pytest.raises(Invalid):
            ensure_harmless(archive, most_cells=2_999)


def test_a_cell_far_away_costs_nothing() -> None:
    with pytest.raises(Invalid, match="unreadable_file"):
        read_sheet(far_away())


def test_another_archive_is_no_workbook() -> None:
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as other:
        other.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(Invalid) as refused:
        read_sheet(into.getvalue())
    assert "n’est pas un classeur .xlsx" in refused.value.sentence
