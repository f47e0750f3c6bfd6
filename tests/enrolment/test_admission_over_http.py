"""Admission as a head says it over HTTP: later entries, offers that move, dates, a désistement, a Bac pro, a new title."""

from tests.conftest import Start
from tests.enrolment.life import INTAKE, PROGRAMME, THIS_YEAR, living, read


async def test_offers_entries_and_dates_move(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers(birth_month="2010-10")
        one = life.one(referral)
        assert read(await life.head.get(one))["reasons"] == ["too_young_for_machines"]
        early = read(await life.head.post(f"{one}/plan-entry", json={"entry_on": "2025-10-30"}), 409)
        assert early["code"] == "not_eligible"
        outside = read(await life.head.post(f"{one}/plan-entry", json={"entry_on": "2026-09-01"}), 422)
        assert [each["field"] for each in outside["errors"]] == ["entry_on"]
        later = await life.does(f"{one}/plan-entry", entry_on="2025-11-03")
        assert (later["status"], later["entry_on"], later["priority"]) == ("under_review", "2025-11-03", 2)
        backwards = {"planned_from": "2025-09-05", "planned_until": "2025-09-04"}
        unended = read(await life.head.post(f"{one}/plan-immersion", json=backwards), 422)
        assert [each["field"] for each in unended["errors"]] == ["planned_until"]
        await life.does(f"{one}/admit", met="interview")
        await life.does(f"{one}/offer", until="2025-09-12")
        assert (await life.does(f"{one}/extend-offer", until="2025-10-20"))["until"] == "2025-10-20"
        moved = await life.does(f"/intakes/{life.intake}/dates", starts_on="2025-09-01", closes_on="2025-10-10")
        assert moved["closes_on"] == "2025-10-10"
        assert read(await life.head.get(one))["until"] == "2025-10-10"
        assert (await life.does(f"{one}/take-back-offer"))["status"] == "admissible"
        assert read(await life.agency.post(f"{one}/extend-offer", json={"until": "2025-10-01"}), 403)
        await life.does(f"{one}/offer", until="2025-09-12")
        await life.does(f"{one}/confirm")
        pupil = read(await life.head.get(f"/pupils/{referral.young_id}"))
        assert (pupil["starts_on"], pupil["status"]) == ("2025-11-03", "due")
        assert (await life.does(f"/pupils/{referral.young_id}/give-up"))["label"] == "désistement"


async def test_a_former_pupil_goes_on_under_the_title_of_the_day(running: Start) -> None:
    async with living(running) as life:
        bac = {**PROGRAMME, "title": "Bac pro Technicien", "certification": "bac_pro", "years": 3}
        read(await life.head.put("/schools/essai/programmes/bac", json=bac))
        read(await life.head.put("/schools/essai/programmes/cap", json={**PROGRAMME, "years": 1}))
        to = read(await life.head.post("/intakes", json={**INTAKE, **THIS_YEAR, "programme": "bac", "year_of_study": 2}), 201)
        pupil = await life.enrols(await life.refers())
        await life.does(f"{pupil}/start")
        early = read(await life.head.post(f"{pupil}/continue", json={"intake_id": to["intake_id"]}), 409)
        assert early["code"] == "not_allowed"
        await life.passes_to("2025-09-02")
        assert (await life.does(f"{pupil}/complete"))["status"] == "completed"
        gone_on = await life.does(f"{pupil}/continue", intake_id=to["intake_id"])
        assert (gone_on["programme"]["title"], gone_on["year_of_study"]) == ("Bac pro Technicien", 2)
        assert [one["status"] for one in gone_on["earlier"]] == ["completed"]


async def test_a_title_is_that_of_the_day(running: Start) -> None:
    async with living(running) as life:
        path = "/schools/essai/programmes/cap"
        replaced = {"title": "CAP Métallier", "rncp": "RNCP37897", "since": "2025-09-03"}
        for _ in range(2):
            school = read(await life.head.put(f"{path}/certification", json=replaced))
            (programme,) = school["programmes"]
            assert (programme["title"], len(programme["replaced"])) == ("CAP", 1)
        shown = read(await life.head.get(f"/intakes/{life.intake}"))
        assert shown["programme"]["title"] == "CAP"
        await life.passes_to("2025-09-03")
        assert read(await life.head.get(f"/intakes/{life.intake}"))["programme"]["title"] == "CAP Métallier"
        schools = {one["school"]: one for one in read(await life.head.get("/schools"))["items"]}
        assert schools["essai"]["programmes"][0]["rncp"] == "RNCP37897"
        assert schools["voisine"]["programmes"][0]["title"] == "CAP"
        assert read(await life.head.put("/schools/voisine/programmes/cap/certification", json=replaced), 404)
        untaught = read(await life.head.put("/schools/essai/programmes/bac/certification", json=replaced), 422)
        assert untaught["code"] == "unknown_programme"
        read(await life.head.put(path, json={**PROGRAMME, "dangerous_machines": False}))
        assert read(await life.head.get(f"/intakes/{life.intake}"))["programme"]["title"] == "CAP Métallier"
