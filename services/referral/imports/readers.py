"""How a cell of each kind is read into what JSON says: a day as France writes it, or as a spreadsheet keeps it, a phone.

What cannot be read stays as it was written, with a sentence that says how to write it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.referral.imports.words import plain
from shared.sheets.cells import Cell

FROM_1900, FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)
"""The day before the first that a spreadsheet counts, as all but the first two months of 1900 have it."""
COUNTED = range(10_000, 80_000)
"""Days of these numbers: from 1927 to 2119."""
ERRORS = re.compile(r"#(N/A|REF!|VALEUR!|VALUE!|NOM\?|NAME\?|DIV/0!|NUL!|NULL!|NOMBRE!|NUM!|#+)", re.IGNORECASE)
MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
DAY = "Cette date ne peut être lue : écrivez-la 14/05/2009 ou 2009-05-14."
MONTH = "Ce mois ne peut être lu : écrivez-le 05/2025 ou 2025-05."
FORMULA = "Cette cellule est une formule : collez-y sa valeur seule."
NOW_A_DAY = "Le tableur a changé ce texte en date : mettez la colonne au format Texte, et écrivez-le de nouveau."
AN_ERROR = "Cette cellule porte une erreur du tableur : corrigez-la, ou videz-la."
A_LIST = "Le tableur a lu cette liste comme un nombre : séparez ses codes par un espace."


@dataclass(frozen=True)
class Read:
    """What a cell says, and the sentence where it could not be read."""

    value: Any
    fault: str | None = None


Reader = Callable[[Cell, bool], Read]
"""From a cell that is not empty, and whether its workbook counts days from 1904."""


def text(cell: Cell, _since_1904: bool) -> Read:
    """A text as it is written, without the spaces around it."""
    return Read(cell.text.strip(), NOW_A_DAY if cell.kind == "day" else _error(cell))


def day(cell: Cell, since_1904: bool) -> Read:
    """A day."""
    found = _day(cell.text.strip(), since_1904)
    return Read(found.isoformat()) if found else Read(cell.text.strip(), _why(cell, DAY))


def month(cell: Cell, since_1904: bool) -> Read:
    """A month; of a day, its month. Excel writes « juin-26 » of what was typed 06/2026."""
    written = cell.text.strip()
    found = re.fullmatch(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{4})", written)
    year_first = re.fullmatch(r"([0-9]{4})\s*[/.-]\s*([0-9]{1,2})", written)
    named = re.fullmatch(r"([a-z]{3,}) (20)?([0-9]{2})", plain(written))
    if found and int(found[1]) in range(1, 13):
        return Read(f"{found[2]}-{found[1]:0>2}")
    if year_first and int(year_first[2]) in range(1, 13):
        return Read(f"{year_first[1]}-{year_first[2]:0>2}")
    if named and (rank := _rank_of(named[1])):
        return Read(f"20{named[3]}-{rank:02}")
    in_it = _day(written, since_1904)
    return Read(f"{in_it:%Y-%m}") if in_it else Read(written, _why(cell, MONTH))


def phone(cell: Cell, since_1904: bool) -> Read:
    """A phone number, with the zero or the plus that a spreadsheet took from it."""
    digits = re.sub(r"[\s\u202f\xa0.]", "", cell.text)
    if re.fullmatch(r"[1-9][0-9]{8}", digits):
        return Read(f"0{digits}")
    if re.fullmatch(r"(33|262|590|594|596|508)[1-9][0-9]{8}|508[0-9]{6}", digits):
        return Read(f"+{digits}")
    return text(cell, since_1904)


def ine(cell: Cell, since_1904: bool) -> Read:
    """A student number; of digits alone, with the zeros that a spreadsheet took from it."""
    digits = cell.text.strip()
    return Read(digits.zfill(11)) if re.fullmatch(r"[0-9]{8,10}", digits) else text(cell, since_1904)


def commune(cell: Cell, since_1904: bool) -> Read:
    """A commune's code, with the zero that a spreadsheet took from it."""
    code = cell.text.strip()
    return Read(code.zfill(5)) if re.fullmatch(r"[0-9]{4}", code) else text(cell, since_1904)


def departments(cell: Cell, since_1904: bool) -> Read:
    """Several departments, parted by commas, semicolons, slashes or spaces."""
    if cell.kind == "number" and not cell.text.isdigit():
        return Read([cell.text], A_LIST)
    read = text(cell, since_1904)
    return Read([code for code in re.split(r"[\s,;/]+", read.value) if code], read.fault)


def year(cell: Cell, since_1904: bool) -> Read:
    """A year of study: 1, « 1re année »."""
    found = re.fullmatch(r"([0-9])( ?(re|ere|e|eme|nde))?( annee)?", plain(cell.text))
    return Read(int(found[1])) if found else Read(cell.text.strip(), _why(cell, "Écrivez 1, 2 ou 3."))


def choice(labels: Mapping[str, str], **others: str) -> Reader:
    """One of a list: `labels` by code, in French, and `others` that people write for a code, by commas; the code itself too."""
    known = {plain(written): code for code, those in others.items() for written in those.split(",")}
    known |= {plain(label): code for code, label in labels.items()} | {plain(code): code for code in labels}
    sentence = f"Écrivez l’une de ces valeurs : {' ; '.join(labels.values())}."

    def read(cell: Cell, _since_1904: bool) -> Read:
        code = known.get(plain(cell.text))
        return Read(code) if code else Read(cell.text.strip(), _why(cell, sentence))

    return read


def _rank_of(name: str) -> int | None:
    """A month's by its name, whole or cut as spreadsheets cut it: « juil », which « jui » is not."""
    found = [rank for rank, one in enumerate(MONTHS, start=1) if one.startswith(name)]
    return found[0] if len(found) == 1 else None


def _day(written: str, since_1904: bool) -> date | None:
    """14/05/2009, 14-05-2009, 14.05.2009, 2009-05-14, with midnight behind it or not; or the number of a day."""
    written = re.sub(r"[ T]0?0:00(:00)?(\.0+)?$", "", written)
    french = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.sub(r"\s", "", written))
    iso = re.fullmatch(r"([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2})", written)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        if iso:
            return date(*map(int, iso.groups()))
    except ValueError:
        return None
    counted = re.fullmatch(r"([0-9]{5})([.,]0+)?", written)
    number = int(counted[1]) if counted else 0
    return (FROM_1904 if since_1904 else FROM_1900) + timedelta(number) if number in COUNTED else None


def _why(cell: Cell, sentence: str) -> str:
    """Why a cell cannot be read."""
    if cell.kind == "formula" or cell.text.lstrip().startswith("="):
        return FORMULA
    return _error(cell) or sentence


def _error(cell: Cell) -> str | None:
    return AN_ERROR if cell.kind == "error" or ERRORS.fullmatch(cell.text.strip()) else None
