"""What schools, the Région and administrators type: by the official lists, and one demand however it is written."""

from typing import Any

from tests.conftest import Start
from tests.enrolment.life import INTAKE, NEXT_YEAR, SCHOOL, living, read

AWARD = {"holder": "network", "purpose": "operating", "civil_year": 2025, "funder": "region-bfc", "amount_cents": 1000}
WRONG: dict[str, tuple[Any, ...]] = {
    "commune": ("75000", "20004", "Dole", "99999", 39198, None),
    "department": ("20", "99", "39100", "jura", 39, None),
    "siret": ("11122233344455", "73282932000075", 73282932000074),
    "uai": ("0250001A", 2500010),
    "name": ("", " ", "\u202e\u200b", "\x00", 12, None),
    "on": (1700000000, "1700000000", True, "2025-9-1", "2025-09-01T00:00:00", "20250901"),
}


async def test_a_school_is_typed_by_the_official_lists(running: Start) -> None:
    async with living(running) as life:
        admin = life.here.as_("admin")
        for field, values in WRONG.items():
            for value in values:
                answer = read(await admin.put("/schools/x", json={**SCHOOL, field: value}), 422)
                assert [error["field"] for error in answer["errors"]] == [field], value
        offered = read(await admin.put("/schools/x", json={**SCHOOL, "department": "20"}), 422)["errors"][0]["detail"]
        assert offered == "La Corse a deux départements : écrivez 2A ou 2B."
        typed = {
            "name": "École\u202e d’Ajaccio\n",
            "commune": "2a 004",
            "department": "2a",
            "siret": "732 829 320 00074",
            "uai": None,
        }
        kept = read(await admin.put("/schools/x", json={**SCHOOL, **typed}))
        assert (kept["name"], kept["commune"], kept["department"]) == ("École d’Ajaccio", "2A004", "2A")
        assert kept["siret"] == "73282932000074"
        for department in ("986", "987", "988", "976", "2B"):
            assert read(await admin.put("/schools/x", json={**SCHOOL, "department": department}))["department"] == department


async def test_a_school_year_is_two_years_that_are(running: Start) -> None:
    async with living(running) as life:
        for year in ("0000-0001", "9999-10000", "2026-2028", "2026/2027", 2026, None):
            answer = read(await life.head.post("/intakes", json={**INTAKE, **NEXT_YEAR, "school_year": year}), 422)
            assert [error["field"] for error in answer["errors"]] == ["school_year"], year


async def test_a_grant_and_its_payment_are_the_same_however_they_are_written(running: Start) -> None:
    async with living(running) as life:
        region, key = life.here.as_("region"), {"Idempotency-Key": "1"}
        grant = read(await region.post("/grants", json=AWARD, headers=key), 201)
        assert read(await region.post("/grants", json={**dict(reversed(AWARD.items())), "on": None}, headers=key), 201) == grant
        for id in (grant["grant_id"], grant["grant_id"].upper(), grant["grant_id"].replace("-", "")):
            paid = read(await region.post(f"/grants/{id}/payments", json={"amount_cents": 600}, headers=key), 201)
            assert paid["total_paid_cents"] == 600
        for amount in ("600", 600.5, True, [600], None):
            read(await region.post(f"/grants/{grant['grant_id']}/payments", json={"amount_cents": amount}), 422)


async def test_a_payment_of_another_day_is_not_the_same(running: Start) -> None:
    async with living(running) as life:
        region, key = life.here.as_("region"), {"Idempotency-Key": "1"}
        payments = f"/grants/{read(await region.post('/grants', json=AWARD), 201)['grant_id']}/payments"
        paid = {"amount_cents": 600, "on": "2025-08-20"}
        first = read(await region.post(payments, json=paid, headers=key), 201)
        for other in ({"on": "2025-08-21"}, {"amount_cents": 601}, {"on": "2025-08-21", "amount_cents": 601}):
            answer = read(await region.post(payments, json={**paid, **other}, headers=key), 422)
            assert answer["code"] == "key_reused", other
        await life.passes_to("2025-09-02")
        for same in (paid, {"amount_cents": 600}, {"amount_cents": 600.0, "on": None}):  # the day of the first request
            assert read(await region.post(payments, json=same, headers=key), 201) == first


async def test_a_motive_keeps_its_lines_and_loses_what_nobody_sees(running: Start) -> None:
    async with living(running) as life:
        one = life.one(await life.refers(birth_month="2012-01"))
        for motive in ("", "ab", "\u202e\u202e\u202e", " \u200b ", 123):
            await life.does(f"{one}/review", 422, overridden=True, motive=motive)
        await life.does(f"{one}/review", overridden=True, motive=" Très motivé\u202e.\r\nVu en immersion.\x00 ")
        assert read(await life.head.get(one))["motive"] == "Très motivé.\nVu en immersion."
