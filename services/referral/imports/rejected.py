"""The refused rows of a file, as they were and in its form, each with why: to be mended and sent again."""

from collections.abc import Iterator, Mapping, Sequence

from services.referral.domain.importing import Reason
from services.referral.imports.columns import ORIGIN, OURS, REASONS
from services.referral.imports.table import Header
from services.referral.imports.template import SHEET
from services.referral.imports.words import key_of
from shared.sheets.cells import Cell, Form, Row
from shared.sheets.csv_files import write_csv
from shared.sheets.xlsx_writing import Written, write_xlsx

Refused = tuple[Row, Sequence[Reason]]


def rejected_file(form: Form, header: Header, refused: Sequence[Refused]) -> bytes:
    """A file of these rows. In a workbook each wrong cell is coloured too, and says why over it."""
    own = [place for place, heading in enumerate(header.written) if key_of(heading) not in OURS]
    widest = max((len(row.cells) for row, _ in refused), default=0)
    places = [*own, *range(len(header.written), widest)]  # cells beyond the last heading stay where they stood
    rows = list(_rows(header, places, refused))
    if form.kind == "csv":
        return write_csv(form, rows)
    return write_xlsx(Written(SHEET, rows, _remarks(header, places, refused)), since_1904=form.since_1904)


def _rows(header: Header, places: Sequence[int], refused: Sequence[Refused]) -> Iterator[list[Cell]]:
    headings = [header.written[place] if place < len(header.written) else "" for place in places]
    yield [Cell(heading) for heading in (*headings, ORIGIN, REASONS)]
    for row, reasons in refused:
        cells = [row.cells[place] if place < len(row.cells) else Cell() for place in places]
        yield [*cells, Cell(str(row.number), "number"), Cell(" ".join(map(sentence, reasons)))]


def sentence(reason: Reason) -> str:
    """A reason, with the column that it is about."""
    return f"{reason.column} : {reason.detail}" if reason.column else reason.detail


def _remarks(header: Header, places: Sequence[int], refused: Sequence[Refused]) -> Mapping[tuple[int, int], str]:
    by_heading = {header.written[place]: shown for shown, place in enumerate(places) if place < len(header.written)}
    return {
        (rank, by_heading[reason.column]): reason.detail
        for rank, (_, reasons) in enumerate(refused, start=1)
        for reason in reasons
        if reason.column in by_heading
    }
