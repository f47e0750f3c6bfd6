"""A file of referrals over HTTP: taken in row by row behind the request, its refused rows fetched, mended, sent again."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest

from services.referral.imports.receiving import AT_ONCE as FILES_AT_ONCE
from services.referral.imports.running import take_in_next
from services.referral.use_cases.referring import AT_ONCE
from shared.sheets.reading import read_sheet
from tests.conftest import Running
from tests.referral.builders import CIO, COLLEGE, read
from tests.referral.files import HEADINGS, a_csv, a_line, counts, foreseen, imported, outcomes, rejected, send

BAD_DAY = "Cette date ne peut être lue : écrivez-la 14/05/2009 ou 2009-05-14."


async def reasons(here: Running, state: dict[str, Any]) -> list[tuple[int, str | None, str]]:
    return [(one["row"], reason["column"], reason["detail"]) for one in await outcomes(here, state) for reason in one["reasons"]]


async def test_the_good_rows_pass_and_the_others_come_back_as_they_were_with_why(here: Running) -> None:
    bad = a_line("b", **{"Né(e) le": "14/13/2010", "Tél": "=LIEN(0)", "NOM": "+Durand"})
    state = await imported(here, a_csv(a_line("a"), bad, [""] * 11, a_line("c"), encoding="cp1252"))
    assert (state["status"], counts(state), state["empty_rows"]) == ("done", (3, 3, 2, 0, 1, 100), 1)
    assert [(one["row"], one["outcome"]) for one in await outcomes(here, state)] == [
        (2, "accepted"),
        (3, "refused"),
        (5, "accepted"),
    ]
    assert [(row, column) for row, column, _ in await reasons(here, state)] == [(3, "Né(e) le"), (3, "Tél")]

    text = (await rejected(here, state)).decode("cp1252")
    header, row = text.splitlines()
    assert header == ";".join(f'"{heading}"' for heading in (*HEADINGS, "Ligne d’origine", "Motifs du rejet"))
    assert row.startswith('"b";"\'+Durand";"Zélie";"14/13/2010";"\'=LIEN(0)";')
    assert BAD_DAY in row

    mended = text.replace("14/13/2010", "14/12/2010").replace("'=LIEN(0)", "")
    again = await imported(here, mended.encode("cp1252"))
    assert (counts(again), again["unknown_columns"]) == ((1, 1, 1, 0, 0, 100), [])
    [taken] = await outcomes(here, again)
    assert (await read(here, taken["referral_id"]))["identity"]["family_name"] == "+Durand"


async def test_the_same_file_again_accepts_nobody_twice_with_references_or_without(here: Running) -> None:
    without = [a_line("", NOM=name)[1:] for name in ("Sans", "Sans", "Reference")]
    for raw, twice in ((a_csv(a_line("d"), a_line("e")), 0), (a_csv(*without, headings=HEADINGS[1:]), 1)):
        first, second = await imported(here, raw), await imported(here, raw)
        assert (first["accepted"], first["same"]) == (2, twice)
        assert (second["accepted"], second["same"], second["refused"]) == (0, 2 + twice, 0)


async def test_a_row_written_otherwise_is_the_same_and_another_under_its_reference_is_refused(here: Running) -> None:
    await imported(here, a_csv(a_line("f")))
    otherwise = a_line("f", **{"Né(e) le": "2010-03-14", "Tél": "612345678", "École": "dole"})
    other = a_line("f", NOM="Autre")
    state = await imported(here, a_csv(otherwise, other, delimiter="\t", encoding="utf-16"))
    assert (state["same"], state["refused"]) == (1, 1)
    assert await reasons(here, state) == [(3, "Réf.", "Cette référence a déjà servi pour une autre demande.")]


async def test_rules_say_their_no_of_the_cell_that_they_are_about(here: Running) -> None:
    headings = (*HEADINGS, "Vœu 2 : école", "Responsable 1", "Lien responsable 1")
    rows = [
        a_line("g", **{"Né(e) le": "14/03/2015"}),
        a_line("h", **{"Informé le": "02/09/2025"}),
        [*a_line("i"), "dole", "", ""],
        [*a_line("j"), "", "Odile", ""],
        a_line("k", École="", Formation=""),
        a_line("l", Formation="CAP Couture"),
        a_line("m", NOM="12", Prénom=""),
    ]
    state = await imported(here, a_csv(*rows, headings=headings))
    assert [(row, column) for row, column, _ in await reasons(here, state)] == [
        (2, "Né(e) le"), (3, "Informé le"), (4, "Vœu 2 : école"), (5, "Responsable 1"), (6, "École"), (7, "Formation"),
        (8, "NOM"), (8, "Prénom"),
    ]  # fmt: skip
    assert counts(state) == (7, 7, 0, 0, 7, 100)


async def test_a_workbook_comes_back_as_a_workbook_whose_wrong_cells_say_why(here: Running) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(HEADINGS)
    page.append(a_line("n", Tél="=1+1"))
    page.append(a_line("o"))
    page["D3"] = 40251  # 14/03/2010
    page["E3"] = 612345678
    into = BytesIO()
    book.save(into)
    state = await imported(here, into.getvalue())
    assert (state["format"], counts(state)) == ("xlsx", (2, 2, 1, 0, 1, 100)), await outcomes(here, state)
    made = openpyxl.load_workbook(BytesIO(await rejected(here, state)))["Orientations"]
    assert [cell.value for cell in made[1]][-2:] == ["Ligne d’origine", "Motifs du rejet"]
    assert (made["E2"].value, made["E2"].data_type) == ("'=1+1", "s")
    assert made["E2"].comment is not None
    sheet = read_sheet(await rejected(here, state))
    assert [cell.text for cell in sheet.rows[0].cells][:5] == ["n", "Lefèbvre", "Zélie", "14/03/2010", "=1+1"]


async def test_a_dry_run_says_what_happens_and_writes_nothing(here: Running) -> None:
    line, other = a_line("", NOM="Essai"), a_line("", NOM="Essai", Situation="en formation")
    rows = [a_line("p"), a_line("p"), a_line("p", NOM="Autre"), line, other, a_line("q", Tél="1")]
    raw = a_csv(*rows)
    before = await snapshot(here)
    told = await foreseen(here, raw)
    assert await snapshot(here) == before
    state = await imported(here, raw)
    names = ("rows", "done", "accepted", "same", "refused", "warned", "incomplete")
    assert {name: told[name] for name in names} == {name: state[name] for name in names}
    assert (told["accepted"], told["same"], told["refused"], told["warned"]) == (3, 1, 2, 1)
    assert [(one["row"], one["reasons"], one["warnings"]) for one in told["outcomes"]] == [
        (one["row"], one["reasons"], one["warnings"]) for one in await outcomes(here, state) if one["reasons"] or one["warnings"]
    ]
    assert (await foreseen(here, raw))["same"] == 4


async def test_a_dry_run_knows_the_whole_file_however_long(here: Running) -> None:
    rows = [
        a_line("", NOM=f"Long{'abcdefghij'[one % 10]}{'abcdefghijklmnopqrstuvwxyz'[one // 10]}", Tél="") for one in range(AT_ONCE)
    ]
    told = await foreseen(here, a_csv(*rows, rows[0]))
    assert (told["accepted"], told["same"]) == (AT_ONCE, 1)


async def snapshot(here: Running) -> dict[str, list[Any]]:
    """Every document that the service keeps, but who holds its leases."""
    database = here.store.database
    return {name: await database[name].find(sort=["_id"]) for name in sorted(await database.names()) if name != "leases"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_the_template_is_read_back_and_its_own_rows_are_not_taken_in(here: Running, kind: str) -> None:
    answer = await here.as_(f"agency:{CIO}").get("/referrals/imports/template", params={"format": kind})
    assert answer.headers["content-disposition"] == f'attachment; filename="orientations-modele.{kind}"'
    refused = await send(here, answer.content)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_rows")
    sheet = read_sheet(answer.content)
    assert sheet.rows[0].cells[0].text.startswith("EXEMPLE")
    filled = [cell.text for cell in sheet.rows[0].cells]
    filled[0] = f"modele-{kind}"
    filled = [cell.replace("01/09/2026", "28/08/2025").replace("2026", "2025") for cell in filled]
    state = await imported(here, a_csv(filled, headings=sheet.header))
    assert (counts(state), state["incomplete"]) == ((1, 1, 1, 0, 0, 100), 0), await outcomes(here, state)
    if kind == "xlsx":
        lists = openpyxl.load_workbook(BytesIO(answer.content))["Valeurs permises"]
        assert "Sorti de l’école" in {cell.value for row in lists for cell in row}


async def test_another_agency_knows_nothing_of_it_and_its_own_may_forget_it(here: Running) -> None:
    state = await imported(here, a_csv(a_line("r", Tél="1")))
    address = f"/referrals/imports/{state['import_id']}"
    other, own = here.as_(f"agency:{COLLEGE}"), here.as_(f"agency:{CIO}")
    for path in (address, f"{address}/rows", f"{address}/rejected"):
        assert (await other.get(path)).status_code == 404
    assert (await other.delete(address)).status_code == 404
    assert state["import_id"] not in [one["import_id"] for one in (await other.get("/referrals/imports")).json()["items"]]
    assert state["import_id"] in [one["import_id"] for one in (await own.get("/referrals/imports")).json()["items"]]
    assert (await here.as_("school:dole:head").get(f"{address}/rejected")).status_code == 403
    assert (await own.delete(address)).status_code == 204
    assert (await own.get(address)).status_code == 404
    assert await here.store.database["import_rows"].count({"import_id": state["import_id"]}) == 0


async def test_files_are_listed_in_parts_the_latest_first(here: Running) -> None:
    client = here.as_(f"agency:{COLLEGE}")
    sent = [(await imported(here, a_csv(a_line(f"l-{n}")), COLLEGE))["import_id"] for n in range(3)]
    first = (await client.get("/referrals/imports?limit=2")).json()
    then = (await client.get("/referrals/imports", params={"limit": 2, "cursor": first["next"]})).json()
    listed = [one["import_id"] for one in (*first["items"], *then["items"])]
    assert listed[:3] == sent[::-1]


async def test_a_file_is_sent_as_it_is_or_in_a_form_and_once_under_a_key(here: Running) -> None:
    client = here.as_(f"agency:{CIO}")
    raw = a_csv(a_line("s"), encoding="utf-8-sig")
    sent = [await client.post("/referrals/imports", content=raw, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [one.status_code for one in sent] == [202, 202]
    assert sent[0].json()["import_id"] == sent[1].json()["import_id"]
    other = await client.post("/referrals/imports", content=a_csv(a_line("t")), headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    form = await client.post("/referrals/imports/dry-run", files={"file": ("o.csv", raw)})
    assert (form.status_code, form.json()["rows"]) == (200, 1)
    for wrong in ({"content": b""}, {"files": {"file": ("vide.csv", b"")}}, {"data": {"file": "x"}, "files": {}}):
        answer = await client.post("/referrals/imports", **wrong)
        assert answer.status_code == 422, answer.text
    while await take_in_next(here.store):
        pass


async def test_too_large_a_file_too_many_rows_and_too_many_files_are_refused_in_words(here: Running) -> None:
    client = here.as_(f"agency:{COLLEGE}")
    large = await client.post("/referrals/imports", content=b"x" * 10_000_001)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    many = await send(here, a_csv(*[["x"]] * 20_001, headings=HEADINGS), COLLEGE)
    assert (many.status_code, many.json()["code"]) == (422, "too_many_rows")
    for _ in range(FILES_AT_ONCE):
        assert (await send(here, a_csv(a_line("u")), COLLEGE)).status_code == 202
    refused = await send(here, a_csv(a_line("u")), COLLEGE)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_imports")
    while await take_in_next(here.store):
        pass
