"""What is asked of a workbook before it is opened: a file of some kilobytes can fill a machine's memory.

Each part is read once as a stream: how large it becomes, that it defines no entities (no workbook does), and how many cells,
in all and in one row, its sheets have.
"""

import lzma
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from shared.kernel.errors import Invalid
from shared.sheets.decoding import unreadable

MOST_PARTS, MOST_SHEETS, MOST_CELLS, MOST_IN_A_ROW = 500, 50, 2_000_000, 16_384
LARGEST_SHEET, LARGEST_PART, LARGEST = 80_000_000, 4_000_000, 160_000_000
"""Bytes once inflated: of a sheet or the texts of all, of another part, of the whole."""
A_PIECE = 1 << 16
READ = (".xml", ".rels")
DAMAGED = (
    expat.ExpatError, BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What reading a part may raise."""


def ensure_harmless(archive: ZipFile, *, most_cells: int = MOST_CELLS) -> None:
    """Raise Invalid for a workbook that would cost more than any that people write."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        raise too_much()
    if any(part.flag_bits & 1 for part in parts):
        raise unreadable("Ce classeur est protégé par un mot de passe : ôtez-le, ou enregistrez-le en CSV.")
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names:
        raise unreadable("Ce fichier n’est pas un classeur .xlsx : enregistrez-le sous ce format, ou en CSV.")
    for part in parts:
        if part.filename.casefold().endswith(READ):
            _look_at(archive, part, most_cells)


def too_much() -> Invalid:
    """It would take more than we give."""
    return unreadable("Ce classeur est trop grand une fois ouvert : copiez ses lignes dans un classeur neuf, ou en CSV.")


def _look_at(archive: ZipFile, part: ZipInfo, most_cells: int) -> None:
    large = "worksheets/" in part.filename or "sharedStrings" in part.filename
    if part.file_size > (LARGEST_SHEET if large else LARGEST_PART):
        raise too_much()
    parser = _parser(most_cells)
    try:
        with archive.open(part) as stream:
            while piece := stream.read(A_PIECE):
                parser.Parse(piece)
        parser.Parse(b"", True)
    except DAMAGED:
        raise unreadable("Ce classeur est abîmé : ouvrez-le et enregistrez-le de nouveau.") from None


def _parser(most_cells: int) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = _counting(most_cells)
    parser.StartDoctypeDeclHandler = _no_entities
    return parser


def _counting(most_cells: int) -> Callable[[str, Any], None]:
    """Counts what matters in a part, by the local names of its elements."""
    seen: Counter[str] = Counter()

    def started(name: str, _attributes: Any) -> None:
        local = name.rpartition(" ")[2]
        if local == "row":
            seen["in a row"] = 0
        elif local == "c":
            seen["c"] += 1
            seen["in a row"] += 1
            if seen["c"] > most_cells or seen["in a row"] > MOST_IN_A_ROW:
                raise too_much()
        elif local == "sheet":
            seen["sheet"] += 1
            if seen["sheet"] > MOST_SHEETS:
                raise too_much()

    return started


def _no_entities(*_declared: Any) -> None:
    raise unreadable("Ce classeur n’est pas de ceux qu’un tableur écrit : enregistrez-le de nouveau, ou en CSV.")
