"""CSV as people's programs write it, and written back in the same form."""

import pytest

from shared.kernel.errors import Invalid
from shared.sheets.cells import Cell, Form, Limits, Sheet
from shared.sheets.csv_files import write_csv
from shared.sheets.reading import read_sheet

TEXT = 'Nom;Prénom;Mot\r\n"Du;rand";Léa;"deux\nlignes"\r\n\r\n;;\r\nL’Hôte;Zoé;"dit ""Zaz"""'


def texts(sheet: Sheet) -> list[tuple[int, list[str]]]:
    return [(row.number, [cell.text for cell in row.cells]) for row in sheet.rows]


READ = [(2, ["Du;rand", "Léa", "deux\nlignes"]), (5, ["L’Hôte", "Zoé", 'dit "Zaz"'])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_each_encoding_is_read_and_kept(encoding: str) -> None:
    sheet = read_sheet(TEXT.encode(encoding))
    assert (sheet.header, texts(sheet), sheet.empty) == (("Nom", "Prénom", "Mot"), READ, 2)
    again = read_sheet(write_csv(sheet.form, [row.cells for row in sheet.rows]))
    assert (sheet.form.encoding, again.form) == (encoding, sheet.form)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_each_separator_is_found_and_kept(delimiter: str) -> None:
    said = f"sep={delimiter}\r\n" if delimiter == "|" else ""
    sheet = read_sheet(f"{said}Nom{delimiter}Prénom{delimiter}Né le\r\nA{delimiter}B{delimiter}C".encode())
    assert (sheet.form.delimiter, sheet.header, texts(sheet)) == (delimiter, ("Nom", "Prénom", "Né le"), [(2, ["A", "B", "C"])])


def test_what_excel_calls_unicode_text_is_read() -> None:
    sheet = read_sheet(b"\xff\xfe" + "Nom\tPrénom\r\nDurand\tLéa\r\n".encode("utf-16-le"))
    assert (sheet.header, texts(sheet), sheet.form.delimiter) == (("Nom", "Prénom"), [(2, ["Durand", "Léa"])], "\t")


def test_the_header_is_the_first_row_that_is_not_empty() -> None:
    sheet = read_sheet(b";;\r\n\r\nNom;A;B\r\nx;y;z")
    assert (sheet.header, texts(sheet), sheet.empty) == (("Nom", "A", "B"), [(4, ["x", "y", "z"])], 0)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b'Nom;Mot\r\n"Durand;x', "La ligne 2 ne peut "),
        (b"Nom;Mot\r\n" + b"x" * 200_000, "La ligne 2 ne peut "),
        ("Nom;Prénom".encode("utf-8-sig") + b"\xe9", "Les accents"),
        (b"Nom\x00;\x01", "ni un CSV ni un classeur"),
        (b"\x89PNG\r\n\x1a\n\x00\x81", "ni un CSV ni un classeur"),
        (b"\xd0\xcf\x11\xe0 ancien", "ancien format"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 pas un zip", "abîmé"),
        (b"a;b\r\n" + b"1;2\r\n" * 6, "plus de 5 lignes"),
        (b";".join([b"a"] * 10), "plus de 8 colonnes"),
    ],
)
def test_what_cannot_be_read_is_said_in_words_that_quote_nothing(raw: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_sheet(raw, Limits(rows=5, columns=8))
    assert sentence in refused.value.sentence
    assert "Durand" not in refused.value.sentence


def test_a_text_that_would_be_run_is_written_as_a_text_and_read_as_it_was() -> None:
    hostile = ["=1+1", "+33 6", "-2", "@SOMME(A1)", "\tx", "＝A1", "a;=cmd|' /C calc'!A0", "'=déjà"]
    made = write_csv(Form("csv", "utf-8", ","), [[Cell("Nom")], *([Cell(text)] for text in hostile)])
    assert b'"=' not in made
    assert b",=" not in made
    assert b";=" not in made
    assert [row.cells[0].text for row in read_sheet(made).rows] == hostile
