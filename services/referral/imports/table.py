"""A sheet's header told apart, and each of its rows made the item that `intake` takes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from services.referral.imports.choices import Choices
from services.referral.imports.columns import BY_PATH, COLUMNS, OURS, Column, column_of
from services.referral.imports.words import key_of, plain
from shared.kernel.errors import Invalid
from shared.sheets.cells import Cell, Row, Sheet

A_WISH = ("wishes.0.school", "wishes.0.programme"), ("wishes.0.sector", "wishes.0.departments")
"""The columns of a first wish: one pair or the other."""
EXAMPLE = "EXEMPLE"
"""What begins the reference of the template's own row, which nobody means to send."""
TOO_WIDE = "Cette ligne a plus de cellules que de colonnes : un texte qui porte le séparateur doit être entre guillemets."

NO_HEADINGS = (
    "La première ligne écrite ne porte aucun titre de colonne que l’on connaisse : mettez-y ceux du modèle, sans rien au-dessus, "
    "sur la première feuille du classeur."
)


@dataclass(frozen=True)
class Header:
    """Which column of ours stands at each place of a sheet; how the sender names them; those that we do not know."""

    written: tuple[str, ...] = field(repr=False)
    columns: Mapping[int, Column]
    unknown: tuple[str, ...] = field(repr=False)

    @property
    def places(self) -> Mapping[str, int]:
        """Where each field stands, by its path."""
        return {column.path: place for place, column in self.columns.items()}


@dataclass
class Parsed:
    """A row as an item, and what of it could not be read: a sentence by the path of a field; `""` is the whole row."""

    item: dict[str, Any] = field(repr=False)
    faults: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    """Of each element of a list, the path that its columns have: who leaves the first wish empty has it in the second."""


def header_of(sheet: Sheet) -> Header:
    """The columns of a sheet. Raises Invalid where one that is needed is missing, or one is there twice."""
    found = {place: column for place, heading in enumerate(sheet.header) if (column := column_of(heading))}
    _ensure_once(sheet.header, found)
    _ensure_all(found.values())
    others = [(place, heading) for place, heading in enumerate(sheet.header) if place not in found]
    unknown = (heading or _unnamed(place) for place, heading in others if key_of(heading) not in OURS)
    return Header(sheet.header, found, tuple(unknown))


def _unnamed(place: int) -> str:
    return f"(colonne {get_column_letter(place + 1)}, sans titre)"


def is_example(header: Header, row: Row) -> bool:
    """Whether it is the template's own row, left where it was."""
    place = header.places.get("external_id")
    return place is not None and place < len(row.cells) and plain(row.cells[place].text).startswith(plain(EXAMPLE))


def parsed(header: Header, row: Row, choices: Choices, *, since_1904: bool, is_csv: bool) -> Parsed:
    """A row as `intake` takes it in."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for place, column in header.columns.items():
        cell = row.cells[place] if place < len(row.cells) else Cell()
        if not cell.empty:
            read = column.read(cell, since_1904)
            values[column.path] = read.value
            faults |= {column.path: read.fault} if read.fault else {}
    if is_csv and any(not cell.empty for cell in row.cells[len(header.written) :]):
        faults[""] = TOO_WIDE
    _name_wishes(values, faults, choices)
    return _item(values, faults)


def _name_wishes(values: dict[str, Any], faults: dict[str, str], choices: Choices) -> None:
    """Have ids stand for the names of schools, programmes and sectors."""
    for path in [path for path in values if path.startswith("wishes.") and path not in faults]:
        wish, _, what = path.rpartition(".")
        if what == "school":
            named = choices.school(values[path])
        elif what == "programme":
            named = choices.programme(choices.school(values.get(f"{wish}.school", "")).id, values[path])
        elif what == "sector":
            named = choices.sector(values[path])
        else:
            continue
        values[path] = named.id
        faults |= {path: named.fault} if named.fault else {}


def _item(values: Mapping[str, Any], faults: dict[str, str]) -> Parsed:
    """The nested item of a row. Of lists the empty elements are left out; an institution has no kinship."""
    done = Parsed({"identity": {}, "counsellor": {}, "wishes": []}, faults)
    lists: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        *before, name = path.split(".")
        if len(before) > 1 or before == ["wishes"] or (before and before[-1].isdigit()):
            lists.setdefault(".".join(before), {})[name] = value
        elif before:
            done.item[before[0]][name] = value
        else:
            done.item[name] = value
    for path, element in sorted(lists.items()):
        whole, _, _ = path.rpartition(".")
        if whole == "wishes":
            into = done.item["wishes"]
        else:
            into = done.item["identity"].setdefault("representatives", [])
            element = _representative(element)
        done.paths[f"{whole}.{len(into)}"] = path
        into.append(element)
    return done


def _representative(said: Mapping[str, Any]) -> dict[str, Any]:
    if said.get("kinship") != "institution":
        return {"kind": "person", **said}
    return {"kind": "institution", **{name: value for name, value in said.items() if name != "kinship"}}


def _ensure_once(header: Sequence[str], found: Mapping[int, Column]) -> None:
    places: dict[str, list[int]] = {}
    for place, column in found.items():
        places.setdefault(column.path, []).append(place)
    twice = {path: at for path, at in places.items() if len(at) > 1}
    if twice:
        fields = {
            BY_PATH[path].title: f"Cette colonne est là {len(at)} fois : {', '.join(get_column_letter(p + 1) for p in at)}."
            for path, at in twice.items()
        }
        raise Invalid("doubled_columns", f"Des colonnes sont là plusieurs fois : {', '.join(fields)}.", fields=fields)


def _ensure_all(found: Any) -> None:
    there = {column.path for column in found}
    missing = [column.title for column in COLUMNS if column.needed and column.path not in there]
    if not any(there.issuperset(pair) for pair in A_WISH):
        pairs = (" et ".join(f"« {BY_PATH[path].title} »" for path in pair) for pair in A_WISH)
        missing.append(f"{' ou bien '.join(pairs)}")
    if missing:
        fields = dict.fromkeys(missing, "Cette colonne est nécessaire.")
        if not there:
            raise Invalid("missing_columns", NO_HEADINGS, fields=fields)
        raise Invalid("missing_columns", f"Il manque des colonnes : {', '.join(missing)}.", fields=fields)
