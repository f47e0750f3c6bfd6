"""A file read, whichever of the two it is: by what it holds, not by how it is named."""

from shared.sheets.cells import Limits, Sheet
from shared.sheets.csv_files import read_csv
from shared.sheets.decoding import unreadable
from shared.sheets.xlsx_reading import read_xlsx

ZIP, OLE, PDF = b"PK", b"\xd0\xcf\x11\xe0", b"%PDF"


def read_sheet(raw: bytes, limits: Limits | None = None, *, named: str = "") -> Sheet:
    """The table in a CSV or XLSX file; of several sheets, that of this name, else the first. Raises Invalid, in French."""
    limits = limits or Limits()
    if raw.startswith(OLE):
        raise unreadable("Ce classeur est d’un ancien format (.xls) ou protégé : enregistrez-le en .xlsx, sans mot de passe.")
    if raw.startswith(PDF):
        raise unreadable("Ce fichier est un PDF : envoyez le classeur .xlsx ou le CSV dont il est tiré.")
    return read_xlsx(raw, limits, named=named) if raw.startswith(ZIP) else read_csv(raw, limits)
