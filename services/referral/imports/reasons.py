"""Why a row was refused, cell by cell, under the headings that its sender gave: in the words of POST /referrals."""

from collections.abc import Iterator, Mapping

from services.referral.domain.importing import Reason
from services.referral.imports.columns import BY_PATH
from services.referral.imports.table import Header, Parsed
from shared.web.refusals import Refusal

INVALID = "invalid"
FIELDS_OF_RULES: Mapping[str, str] = {
    "before_birth": "identity.birth_date",
    "birth_in_the_future": "identity.birth_date",
    "birth_too_early": "identity.birth_date",
    "too_young": "identity.birth_date",
    "informed_in_the_future": "informed_on",
    "out_of_school_in_the_future": "out_of_school_since",
    "in_the_future": "on",
    "too_long_ago": "on",
    "key_reused": "external_id",
}
"""The field that a rule is about, where its refusal names none."""


def reasons_of(header: Header, row: Parsed, refusal: Refusal | None) -> tuple[Reason, ...]:
    """What could not be read of a row, then what was refused of the rest; each cell once."""
    found = {path: Reason(column=heading(header, row, path), code=INVALID, detail=said) for path, said in row.faults.items()}
    for path, code, detail in _of(refusal):
        said = path in found or any(path.startswith(f"{fault}.") for fault in found if fault)
        if not said:
            found[path] = Reason(column=heading(header, row, path), code=code, detail=detail)
    return tuple(found.values())


def _of(refusal: Refusal | None) -> Iterator[tuple[str, str, str]]:
    """Each field that a refusal names; where it names none, that which its rule is about."""
    if refusal is None:
        return
    if not refusal.errors:
        yield FIELDS_OF_RULES.get(refusal.code, ""), refusal.code, refusal.detail
    for error in refusal.errors:
        yield error.field, refusal.code, error.detail


def heading(header: Header, row: Parsed, path: str) -> str | None:
    """The heading of a field's column as its sender wrote it; ours where the file has none; None of the row as a whole."""
    place = place_of(header, row, path)
    if place is not None:
        return header.written[place]
    column = BY_PATH.get(_in_columns(row, path))
    return column.title if column else None


def place_of(header: Header, row: Parsed, path: str) -> int | None:
    """Where a field stands: its own column, that which holds it whole, or the first of its group that is there."""
    path = _in_columns(row, path)
    while path:
        if path in header.places:
            return header.places[path]
        within = [place for column, place in header.places.items() if column.startswith(f"{path}.")]
        if within:
            return min(within)
        path = path.rpartition(".")[0]
    return None


def _in_columns(row: Parsed, path: str) -> str:
    """The path of an element of a list by its columns' number, not by its rank among those that are filled in."""
    for rank, column in row.paths.items():
        if path == rank or path.startswith(f"{rank}."):
            return f"{column}{path.removeprefix(rank)}"
    return path
