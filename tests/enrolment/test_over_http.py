"""The main line over HTTP, on the real servers: from a school's seats to a pupil's diploma and outcome."""

from typing import Any

import httpx

from services.enrolment import stream
from services.enrolment.main import service
from shared.events.referral import Wish
from tests.conftest import Start
from tests.enrolment.building import a_referral, heard

SCHOOL = {"name": "École d’essai", "commune": "25056", "town": "Besançon", "department": "25"}
PROGRAMME = {"title": "CAP", "certification": "cap", "sector": "essai", "years": 2, "dangerous_machines": True}
INTAKE = {"school_year": "2025-2026", "seats": 1, "starts_on": "2025-09-01", "closes_on": "2025-10-31"}


async def answer(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


async def test_smoke(running: Start) -> None:
    async with running(service) as here:
        admin, head = here.as_("admin"), here.as_("school:essai:head")
        await answer(await admin.put("/schools/essai", json=SCHOOL))
        await answer(await head.put("/schools/essai/programmes/cap", json=PROGRAMME))
        intake = await answer(await head.post("/intakes", json={**INTAKE, "school": "essai", "programme": "cap"}), 201)
        referral = a_referral(wishes=(Wish(school="essai", programme="cap"),))
        await stream.submitted(here.store, referral, heard(referral))
        print(await answer(await head.get("/applications")))
        one = f"/intakes/{intake['intake_id']}/applications/{referral.young_id}"
        print(await answer(await head.post(f"{one}/plan-interview", json={"planned_on": "2025-09-02"})))
        await answer(await head.post(f"{one}/admit", json={"met": "interview"}))
        await answer(await head.post(f"{one}/offer", json={"until": "2025-09-12"}))
        agency = here.as_("agency:cio-dole:counsellor")
        print(await answer(await agency.post(f"{one}/confirm", json={})))
        pupil = f"/pupils/{referral.young_id}"
        print(await answer(await head.post(f"{pupil}/start", json={})))
        print(await answer(await head.post(f"{pupil}/interrupt", json={"code": "moved"})))

        async def left():
            return (await answer(await head.get(one)))["status"] == "left"

        await here.until(left)
        print(await answer(await head.post(f"{pupil}/resume", json={})))
