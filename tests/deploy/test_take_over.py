"""The file of a school that joins: as secretaries write it, line by line, each fault said of its line."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from deploy.cli_import import summary
from deploy.local.errors import CannotRun
from deploy.local.take_over import Answer, lines_of, take_over
from shared.sheets.cells import Cell
from shared.sheets.xlsx_writing import Written, write_xlsx

HEADER = "Référence;Mois de naissance;Formation;Année scolaire;Année de formation;Inscrit le;Entré le"
BODY = {
    "school": "dole", "reference": "2024/017", "birth_month": "2008-03", "programme": "cap", "school_year": "2025-2026",
    "year_of_study": 2, "enrolled_on": "2024-06-10", "started_on": "2024-09-02",
}  # fmt: skip


def written(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    file = folder / "eleves.csv"
    file.write_bytes("\r\n".join(lines).encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_is_read_in_either_encoding_and_french_days(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path, HEADER, "2024/017;03/2008;cap;2025-2026;2;10/06/2024;2/9/2024", "", ";;;;;;", encoding=encoding)
    (line,) = lines_of(file)
    assert (line.number, line.body("dole")) == (2, BODY)


def test_commas_the_fields_own_names_and_a_school_a_line(tmp_path: Path) -> None:
    fields = "school,reference,birth_month,programme,school_year,year_of_study,enrolled_on,started_on"
    file = written(tmp_path, fields, '"chalon","2024/017",2008-03,cap,2025-2026,2,2024-06-10,2024-09-02')
    (line,) = lines_of(file)
    assert line.body("dole") == {**BODY, "school": "chalon"}


def test_a_file_without_its_columns_says_which(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="mois_de_naissance, formation"):
        lines_of(written(tmp_path, "reference;annee_scolaire;annee_de_formation;inscrit_le;entre_le"))
    with pytest.raises(CannotRun, match="Colonnes inconnues"):
        lines_of(written(tmp_path, HEADER + ";Nom"))
    with pytest.raises(CannotRun, match="ne peut être lu : il n’existe pas"):
        lines_of(tmp_path / "absent.csv")
    with pytest.raises(CannotRun, match="ne peut être lu : c’est un dossier"):
        lines_of(tmp_path)


def test_a_line_that_is_refused_is_said_by_its_number_and_the_others_go_on(tmp_path: Path) -> None:
    one = "{};2008-03;cap;2025-2026;2;2024-06-10;2024-09-02"
    file = written(tmp_path, HEADER, one.format("a"), one.format("b"), one.format("c"), one.format("d"))

    def post(body: Mapping[str, object]) -> httpx.Response:
        answers = {
            "a": httpx.Response(201, json={"young_id": "new"}),
            "b": httpx.Response(409, json={"detail": "Toutes les places de cette rentrée sont prises."}),
            "c": httpx.Response(422, json={"detail": "", "errors": [{"field": "birth_month", "detail": "Un mois."}]}),
            "d": httpx.Response(200, json={"young_id": "known"}),
        }
        return answers[str(body["reference"])]

    answers = list(take_over(post, lines_of(file), school="dole"))
    assert answers == [
        Answer(2, "a", "new", is_new=True),
        Answer(3, "b", fault="Toutes les places de cette rentrée sont prises."),
        Answer(4, "c", fault="mois_de_naissance : Un mois."),
        Answer(5, "d", "known"),
    ]
    assert summary(answers).replace("\xa0", " ") == "1 élève repris, 1 déjà là, 2 lignes refusées."


def test_a_service_that_goes_says_how_far_the_file_is_taken(tmp_path: Path) -> None:
    def away(_body: Mapping[str, object]) -> httpx.Response:
        raise httpx.ConnectError("away")

    lines = lines_of(written(tmp_path, HEADER, "a;2008-03;cap;2025-2026;2;2024-06-10;2024-09-02"))
    with pytest.raises(CannotRun, match="jusqu’à la ligne 2, non comprise"):
        list(take_over(away, lines, school="dole"))


def test_a_line_cut_short_or_with_a_cell_too_many_is_a_fault_of_that_line_alone(tmp_path: Path) -> None:
    whole = "a;2008-03;cap;2025-2026;2;2024-06-10;2024-09-02"
    file = written(tmp_path, "Formation;" + HEADER.replace("Formation;", ""), "cap", whole.replace("a;", "cap;a;", 1) + ";;Léa")
    bodies: list[Mapping[str, object]] = []

    def post(body: Mapping[str, object]) -> httpx.Response:
        bodies.append(body)
        return httpx.Response(422, json={"detail": "Ce champ est obligatoire."})

    assert [answer.number for answer in take_over(post, lines_of(file), school="dole") if answer.fault] == [2, 3]
    assert bodies[0] == {"school": "dole", "programme": "cap"}  # Léa's line is not even sent
    assert len(bodies) == 1


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    days = [Cell("2024-06-10", "day"), Cell("2024-09-02", "day")]
    row = [*map(Cell, ("2024/017",)), Cell("2008-03-01", "day"), *map(Cell, ("cap", "2025-2026")), Cell("2", "number"), *days]
    file = tmp_path / "eleves.xlsx"
    file.write_bytes(write_xlsx(Written("Élèves", [[Cell(heading) for heading in HEADER.split(";")], row])))
    (line,) = lines_of(file)
    assert (line.number, line.body("dole")) == (2, BODY)


@pytest.mark.parametrize("line", ['"a', "x" * 200_000])
def test_what_no_csv_can_be_is_said_in_a_sentence(tmp_path: Path, line: str) -> None:
    with pytest.raises(CannotRun, match=r"eleves\.csv"):
        lines_of(written(tmp_path, HEADER, line))


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="deux fois"):
        lines_of(written(tmp_path, HEADER + ";reference"))
