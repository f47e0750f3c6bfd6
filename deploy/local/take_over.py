"""A school's file of the pupils whom it has already: read line by line, and handed to enrolment one by one."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.errors import CannotRun, reason
from shared.kernel.errors import Invalid
from shared.sheets.cells import Row, Sheet
from shared.sheets.reading import read_sheet

COLUMNS: Mapping[str, str] = {
    "ecole": "school",
    "reference": "reference",
    "mois_de_naissance": "birth_month",
    "formation": "programme",
    "annee_scolaire": "school_year",
    "annee_de_formation": "year_of_study",
    "inscrit_le": "enrolled_on",
    "entre_le": "started_on",
}
"""French headers, in any case and with or without accents, and the fields that they stand for; the fields' names do too."""
FRENCH = {field: header for header, field in COLUMNS.items()}
Post = Callable[[Mapping[str, object]], httpx.Response]
DAYS = ("enrolled_on", "started_on")


@dataclass(frozen=True)
class Line:
    """One line of the file, with what it says by field."""

    number: int
    fields: Mapping[str, str]
    whole: bool = True
    """Whether it has no more cells than there are columns: else nobody knows which is which."""

    def body(self, school: str | None) -> dict[str, object]:
        """What enrolment is asked. A day or a month may be written as in France; what cannot be read is sent as it is."""
        fields: dict[str, object] = {"school": school, **{field: _written(field, text) for field, text in self.fields.items()}}
        return {field: value for field, value in fields.items() if value not in (None, "")}


@dataclass(frozen=True)
class Answer:
    """What became of a line: taken over, there already, or a fault in French."""

    number: int
    reference: str = ""
    young_id: str | None = None
    is_new: bool = False
    fault: str | None = None


def lines_of(file: Path) -> list[Line]:
    """The lines of a CSV or XLSX file. CannotRun where it is none of that, or its columns are not those."""
    sheet = _sheet(file)
    fields = [_field(header) for header in sheet.header]
    if missing := [FRENCH[field] for field in FRENCH if field != "school" and field not in fields]:
        raise CannotRun(f"Il manque à {file.name} les colonnes : {', '.join(missing)}.")
    if unknown := [number for number, field in enumerate(fields, start=1) if field not in FRENCH]:
        raise CannotRun(f"Colonnes inconnues dans {file.name} : {', '.join(map(str, unknown))}. Permises : {', '.join(COLUMNS)}.")
    if twice := [FRENCH[field] for field in FRENCH if fields.count(field) > 1]:
        raise CannotRun(f"Des colonnes de {file.name} y sont deux fois : {', '.join(twice)}.")
    return [_line(row, fields) for row in sheet.rows]


def _sheet(file: Path) -> Sheet:
    try:
        return read_sheet(file.read_bytes())
    except OSError as error:
        raise CannotRun(f"Le fichier {file} ne peut être lu : {reason(error)}.") from None
    except Invalid as refused:
        raise CannotRun(f"{file.name} : {refused.sentence}") from None


def _line(row: Row, fields: list[str]) -> Line:
    texts = [cell.text.strip() for cell in row.cells]
    return Line(row.number, dict(zip(fields, texts, strict=False)), whole=not any(texts[len(fields) :]))


def take_over(post: Post, lines: Iterable[Line], *, school: str | None) -> Iterator[Answer]:
    """Have each line taken over, in order. What is refused does not hold back the others."""
    for line in lines:
        if not line.whole:
            yield Answer(line.number, fault="cette ligne a plus de cellules que de colonnes.")
            continue
        try:
            answer = post(line.body(school))
        except httpx.HTTPError as error:
            raise CannotRun(
                f"enrolment ne répond pas : le fichier est repris jusqu’à la ligne {line.number}, non comprise."
            ) from error
        fault = _fault(answer)
        young_id = None if fault else str(answer.json()["young_id"])
        yield Answer(line.number, line.fields.get("reference", ""), young_id, is_new=answer.status_code == 201, fault=fault)


@contextmanager
def posting(enrolment: str, token: str) -> Iterator[Post]:
    """A way to hand pupils to enrolment as somebody."""
    with httpx.Client(trust_env=False, timeout=60, headers={"Authorization": f"Bearer {token}"}) as client:
        yield lambda body: client.post(f"{enrolment}/pupils", json=body)


def _fault(answer: httpx.Response) -> str | None:
    if not answer.is_error:
        return None
    try:
        problem = answer.json()
    except ValueError:
        return f"réponse {answer.status_code}."
    errors = [f"{FRENCH.get(one['field'], one['field'])} : {one['detail']}" for one in problem.get("errors", [])]
    return " ".join(errors) or str(problem.get("detail", answer.status_code))


def _written(field: str, text: str) -> object:
    if field == "year_of_study":
        return int(text) if re.fullmatch(r"[0-9]", text) else text
    if field in DAYS and (found := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)):
        return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    if field == "birth_month" and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return text[:7]  # a spreadsheet makes a day of a month
    if field == "birth_month" and (found := re.fullmatch(r"([0-9]{1,2})/([0-9]{4})", text)):
        return f"{found[2]}-{found[1]:0>2}"
    return text


def _field(header: str) -> str:
    """A header's field: spaces, case and accents aside."""
    plain = unicodedata.normalize("NFKD", header.strip().casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z]+", "_", plain).strip("_")
    return COLUMNS.get(name, name)
