"""The file to fill in: French headings, an example row that is not taken in, and the values that may be written."""

from collections.abc import Sequence
from itertools import zip_longest

from services.referral import labels
from services.referral.imports.choices import Choices
from services.referral.imports.columns import COLUMNS
from services.referral.imports.table import EXAMPLE
from shared.sheets.cells import Cell, Form
from shared.sheets.csv_files import write_csv
from shared.sheets.xlsx_writing import Written, write_xlsx

SHEET, ALLOWED = "Orientations", "Valeurs permises"
SHOWN = tuple(column for column in COLUMNS if column.in_template)
NEEDED = "Colonnes nécessaires"
HERE_ALLOWED = f"{EXAMPLE} (valeurs permises)"


def template_csv(choices: Choices) -> bytes:
    """The template as CSV, for a spreadsheet in French; the allowed values stand below the example, and are not taken in."""
    allowed = _allowed(choices)
    columns = [allowed.get(column.choices or "", ()) for column in SHOWN]
    lists = ([Cell(HERE_ALLOWED), *map(Cell, values[1:])] for values in zip_longest(*columns, fillvalue=""))
    return write_csv(Form("csv"), [_headings(), _example(), *lists])


def template_xlsx(choices: Choices) -> bytes:
    """The template as a workbook, whose cells offer the values that they may hold."""
    allowed = _allowed(choices)
    lists = {**allowed, NEEDED: [column.title for column in SHOWN if column.needed]}
    rows = [[Cell(text) for text in row] for row in zip_longest(*lists.values(), fillvalue="")]
    places = {name: (place, len(values)) for place, (name, values) in enumerate(lists.items())}
    choices_of = {
        place: _cells_of(*places[column.choices])
        for place, column in enumerate(SHOWN)
        if column.choices and allowed[column.choices]
    }
    days = frozenset(place for place, column in enumerate(SHOWN) if column.is_of_days)
    filled = Written(SHEET, [_headings(), _example()], choices=choices_of, days=days, to_fill=True)
    return write_xlsx(filled, Written(ALLOWED, [[Cell(name) for name in lists], *rows]))


def _headings() -> list[Cell]:
    return [Cell(column.title) for column in SHOWN]


def _example() -> list[Cell]:
    """Who fills the template in may leave it: its reference begins with a word that no reference has."""
    return [Cell(f"{EXAMPLE} {column.example}" if column.path == "external_id" else column.example) for column in SHOWN]


def _allowed(choices: Choices) -> dict[str, Sequence[str]]:
    """The values of each list, by the heading of the second sheet under which they stand."""
    schools = choices.schools
    programmes = [f"{one.title} [{school.name}]" for school in schools for one in school.programmes]
    return {
        "Lien": [*labels.KINSHIPS.values(), labels.INSTITUTION],
        "Situation": list(labels.SITUATIONS.values()),
        "Dernière classe": list(labels.LAST_CLASSES.values()),
        "École": [school.name or school.school for school in schools],
        "Formation": sorted(programmes),
        "Secteur": choices.sectors,
    }


def _cells_of(place: int, count: int) -> str:
    """A list's cells on the second sheet, as a spreadsheet names them."""
    letter = chr(ord("A") + place)
    return f"='{ALLOWED}'!${letter}$2:${letter}${count + 1}"
