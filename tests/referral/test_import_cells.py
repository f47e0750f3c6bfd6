"""Columns and cells of a file of referrals: known by usual names, read as France writes them, mended where Excel spoilt them."""

from typing import Any

import pytest
from pydantic import BaseModel

from services.referral.imports.choices import Choices
from services.referral.imports.columns import COLUMNS, column_of
from services.referral.imports.readers import AN_ERROR, DAY, FORMULA, MONTH, NOW_A_DAY
from services.referral.imports.table import header_of, parsed
from services.referral.use_cases.requests import (
    CounsellorRequest,
    IdentityRequest,
    ReferralRequest,
    RepresentativeRequest,
    WishRequest,
)
from shared.events.catalogue import Certification
from shared.events.schools import ListedProgramme, ListedSchool
from shared.kernel.errors import Invalid
from shared.sheets.cells import Cell, Form, Row, Sheet
from shared.sheets.reading import read_sheet
from tests.referral.files import HEADINGS, a_csv, a_line

SERRURERIE = ListedProgramme(
    programme="dole-cap-serrurerie", title="CAP Serrurerie", certification=Certification.CAP, sector="bois", years=2
)
DOLE = ListedSchool(school="dole", name="École de Dole", town="Dole", department="39", programmes=(SERRURERIE,))
CHOICES = Choices([DOLE, ListedSchool(school="lons", name="École de Lons", town="Lons-le-Saunier", department="39")])


def read(heading: str, cell: Cell, *, since_1904: bool = False, kind: Any = "xlsx") -> tuple[Any, list[str]]:
    """What the item of a row says where one more cell stands under a heading, and what was wrong."""
    base = dict(zip(HEADINGS, a_line(), strict=True))
    base.pop(heading, None)
    headings, cells = [*base, heading], [*map(Cell, base.values()), cell]
    header = header_of(Sheet(Form(kind), tuple(headings), []))
    row = parsed(header, Row(2, tuple(cells)), CHOICES, since_1904=since_1904, is_csv=kind == "csv")
    value: Any = row.item
    column = column_of(heading)
    assert column
    for step in column.path.split("."):
        value = value[int(step)] if step.isdigit() else value.get(step)
    return value, list(row.faults.values())


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("NOM DE FAMILLE ", "identity.family_name"), ("prenom", "identity.given_name"), ("Né(e) le", "identity.birth_date"),
        ("date_de_naissance", "identity.birth_date"), ("Date  Naissance", "identity.birth_date"), ("N° INE", "identity.ine"),
        ("Tél. portable", "identity.phone"), ("courriel", "identity.email"),
        ("Responsable légal 1", "identity.representatives.0.name"),
        ("Téléphone_représentant 2", "identity.representatives.1.phone"), ("Conseillère référente", "counsellor.name"),
        ("tél conseiller", "counsellor.phone"), ("Voeu 2 : Formation", "wishes.1.programme"), ("École", "wishes.0.school"),
        ("birth_date", "identity.birth_date"), ("external_id", "external_id"), ("Réf.", "external_id"),
        ("Déscolarisé depuis", "out_of_school_since"), ("Date du signalement", "reported_on"),
        ("Nom et prénom", None), ("Remarque", None), ("", None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_usual_names(written: str, path: str | None) -> None:
    found = column_of(written)
    assert (found and found.path) == path


def test_every_column_of_ours_is_known_by_its_own_heading() -> None:
    assert [column_of(column.title) for column in COLUMNS] == list(COLUMNS)
    assert [column_of(column.path) for column in COLUMNS] == list(COLUMNS)


def test_a_file_may_say_all_that_a_request_may() -> None:
    parts: dict[str, type[BaseModel]] = {
        "": ReferralRequest, "identity.": IdentityRequest, "identity.representatives.0.": RepresentativeRequest,
        "counsellor.": CounsellorRequest, "wishes.0.": WishRequest,
    }  # fmt: skip
    of_parts = {"identity", "identity.representatives", "counsellor", "wishes"}
    said = {f"{part}{name}" for part, model in parts.items() for name in model.model_fields} - of_parts
    kinds = {"identity.representatives.0.kind"}  # an institution is one among the kinships
    assert said - kinds <= {column.path for column in COLUMNS}


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("Né(e) le", Cell("14/05/2009"), "2009-05-14"), ("Né(e) le", Cell("4.5.2009 "), "2009-05-04"),
        ("Né(e) le", Cell("2009-05-14"), "2009-05-14"), ("Né(e) le", Cell("2009-05-14", "day"), "2009-05-14"),
        ("Né(e) le", Cell("2009-05-14 00:00:00"), "2009-05-14"), ("Né(e) le", Cell("39947", "number"), "2009-05-14"),
        ("Né(e) le", Cell("39947"), "2009-05-14"), ("Hors de l’école depuis", Cell("06/2025"), "2025-06"),
        ("Hors de l’école depuis", Cell("juin 2025"), "2025-06"), ("Hors de l’école depuis", Cell("juin-25"), "2025-06"),
        ("Hors de l’école depuis", Cell("févr-25"), "2025-02"), ("Hors de l’école depuis", Cell("Sept. 25"), "2025-09"),
        ("Hors de l’école depuis", Cell("2025-06-01", "day"), "2025-06"),
        ("Tél", Cell("612345678", "number"), "0612345678"), ("Tél", Cell("33612345678", "number"), "+33612345678"),
        ("Tél", Cell("262692123456"), "+262692123456"), ("INE", Cell("612345678", "number"), "00612345678"),
        ("INE", Cell(" 1234567890a"), "1234567890a"), ("Commune", Cell("1004", "number"), "01004"),
        ("Départements", Cell("39, 25;71"), ["39", "25", "71"]), ("Réf.", Cell("17", "number"), "17"),
        ("Situation", Cell("DESCOLARISE"), "out_of_school"), ("Dernière classe", Cell("3ème"), "troisieme"),
        ("École", Cell("DOLE"), "dole"), ("École", Cell("école de dole"), "dole"), ("École", Cell("dole"), "dole"),
        ("Formation", Cell("CAP serrurerie [École de Dole]"), "dole-cap-serrurerie"),
        ("Année de formation", Cell("1re année"), 1),
        ("Année de formation", Cell("2", "number"), 2), ("Lien représentant", Cell("Mère"), "mother"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_its_column_means_it(heading: str, cell: Cell, value: Any) -> None:
    assert read(heading, cell) == (value, [])


def test_a_number_of_a_day_is_counted_as_its_workbook_counts() -> None:
    assert read("Né(e) le", Cell("38485", "number"), since_1904=True) == ("2009-05-14", [])


@pytest.mark.parametrize(
    ("heading", "cell", "fault"),
    [
        ("Né(e) le", Cell("14/05/09"), DAY), ("Né(e) le", Cell("31/02/2009"), DAY), ("Né(e) le", Cell("=B2", "formula"), FORMULA),
        ("Né(e) le", Cell("2009", "number"), DAY), ("Réf.", Cell("2025-03-01", "day"), NOW_A_DAY),
        ("NOM", Cell("#N/A", "error"), AN_ERROR), ("Hors de l’école depuis", Cell("13/2025"), MONTH),
        ("Hors de l’école depuis", Cell("2025-00"), MONTH), ("Hors de l’école depuis", Cell("jui-25"), MONTH),
        ("NOM", Cell("#NOM?"), AN_ERROR), ("NOM", Cell("2025-03-01", "day"), NOW_A_DAY),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_how_to_write_it(heading: str, cell: Cell, fault: str) -> None:
    assert read(heading, cell) == (cell.text, [fault])


def test_a_formula_under_a_column_of_texts_is_that_text() -> None:
    assert read("NOM", Cell("=DURAND()", "formula")) == ("=DURAND()", [])


def test_an_institution_that_answers_for_a_minor_has_no_kinship() -> None:
    headings = (*HEADINGS, "Représentant 2 : nom", "Représentant 2 : lien", "Vœu 3 : secteur", "Vœu 3 : départements")
    line = [*a_line(), "Foyer de l’enfance", "institution", "Bois", "39"]
    sheet = read_sheet(a_csv(line, headings=headings))
    row = parsed(header_of(sheet), sheet.rows[0], CHOICES, since_1904=False, is_csv=True)
    assert row.item["identity"]["representatives"] == [{"kind": "institution", "name": "Foyer de l’enfance"}]
    assert row.item["wishes"] == [
        {"school": "dole", "programme": "dole-cap-serrurerie"}, {"sector": "bois", "departments": ["39"]},
    ]  # fmt: skip
    assert (row.paths["identity.representatives.0"], row.paths["wishes.1"]) == ("identity.representatives.1", "wishes.2")


@pytest.mark.parametrize(
    ("headings", "code", "named"),
    [
        (HEADINGS[:2], "missing_columns", "Prénom"), (HEADINGS[:9], "missing_columns", "« Vœu 1 : école »"),
        (("Orientations du mois",), "missing_columns", "La première ligne"),
        ((*HEADINGS, "nom de famille"), "doubled_columns", "Nom"),
    ],
)  # fmt: skip
def test_columns_that_lack_or_are_there_twice_refuse_the_file(headings: tuple[str, ...], code: str, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        header_of(read_sheet(a_csv(headings=headings)))
    assert refused.value.code == code
    assert named in refused.value.sentence


def test_unknown_columns_are_listed_and_those_without_a_heading_too() -> None:
    sheet = read_sheet(a_csv([*a_line(), "x", "y", "z"], headings=(*HEADINGS, "Remarque", "", "Motifs du rejet")))
    assert header_of(sheet).unknown == ("Remarque", "(colonne M, sans titre)")
