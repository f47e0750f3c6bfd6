"""CSV, as spreadsheets of France write it and others do: commas, semicolons or tabs, quoted line ends, `sep=` in front."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from shared.kernel.errors import Invalid
from shared.sheets.cells import Cell, Form, Limits, Row, Sheet
from shared.sheets.decoding import decoded, unreadable
from shared.sheets.neutral import neutralised, restored

DELIMITERS = (";", ",", "\t")
_SAID = re.compile(r"\ufeff?\"?sep=(.)\"?(\r\n|\r|\n)", re.IGNORECASE)
"""How Excel may begin a CSV, to say what separates its cells. It is no row."""


def read_csv(raw: bytes, limits: Limits) -> Sheet:
    """The table in a CSV file. Raises Invalid where it cannot be read, or is more than the limits."""
    text, encoding = decoded(raw)
    said = _SAID.match(text)
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter_of(text)
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    empty = 0
    for row in _rows(text, delimiter, limits):
        if row.empty:
            empty += bool(header)
        elif header:
            rows.append(row)
        else:
            header = tuple(cell.text.strip() for cell in row.cells)
        if len(rows) > limits.rows:
            raise too_many_rows(limits)
    return Sheet(Form("csv", encoding, delimiter), header, rows, empty)


def write_csv(form: Form, rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV in the form of a file that came: every cell in quotes, no text one that a spreadsheet would run."""
    into = StringIO(newline="")
    writer = csv.writer(into, delimiter=form.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([neutralised(cell.text) for cell in row] for row in rows)
    text = into.getvalue().replace("\u202f", "\xa0")  # which Windows-1252 lacks: in sentences of ours alone
    return text.encode(form.encoding, errors="replace")


def too_many_rows(limits: Limits) -> Invalid:
    """More rows than are read of one file."""
    return Invalid("too_many_rows", f"Ce fichier a plus de {limits.rows} lignes : coupez-le en plusieurs.")


def too_many_columns(limits: Limits) -> Invalid:
    """More columns than are read of one file."""
    return unreadable(f"Ce fichier a plus de {limits.columns} colonnes : ne gardez que celles du modèle.")


def _rows(text: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    """Every row under its number. A quote left open would take the rest of the file for one cell."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > limits.columns and any(cells[limits.columns :]):
                raise too_many_columns(limits)
            yield Row(number, tuple(Cell(restored(cell)) for cell in cells[: limits.columns]))
    except csv.Error:
        raise unreadable(f"La ligne {number + 1} ne peut être lue : un guillemet y reste ouvert, ou en trop ?") from None


def _delimiter_of(text: str) -> str:
    """That which gives the first row that is not empty the most cells; the semicolon where several do."""
    first = next((line for line in text.splitlines() if line.strip(" ;,\t\ufeff")), "")
    return max(DELIMITERS, key=lambda one: len(re.sub(r'"(?:[^"]|"")*"', "", first).split(one)))
