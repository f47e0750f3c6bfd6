"""A running enrolment, lived in over HTTP: a school, its first intake, and who works there."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from services.enrolment import handlers
from services.enrolment.main import service
from services.enrolment.store import Store
from shared.events.referral import ReferralSubmitted, Wish
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import Running, Start
from tests.enrolment.builders import a_referral, referral_message

SCHOOL = {
    "name": "École d’essai", "commune": "25056", "town": "Besançon", "department": "25",
    "address": "4 rue des Copeaux, 25000 Besançon", "phone": "03 53 01 00 01",
}  # fmt: skip
NAMED = {
    "id": "essai", "name": "École d’essai", "address": "4 rue des Copeaux, 25000 Besançon", "town": "Besançon",
    "phone": "+33353010001",
}  # fmt: skip
TAUGHT = {"id": "cap", "title": "CAP", "certification": "cap"}
PROGRAMME = {"title": "CAP", "certification": "cap", "sector": "essai", "years": 2, "dangerous_machines": True}
INTAKE = {"school": "essai", "programme": "cap", "seats": 1}
THIS_YEAR = {"school_year": "2025-2026", "starts_on": "2025-09-01", "closes_on": "2025-10-31"}
NEXT_YEAR = {"school_year": "2026-2027", "starts_on": "2026-09-01", "closes_on": "2026-10-31", "year_of_study": 2}


def read(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


@dataclass
class Life:
    """A running enrolment with the school « essai », its first year of CAP (one seat) and who works there."""

    here: Running
    intake: str
    head: httpx.AsyncClient
    agency: httpx.AsyncClient

    async def refers(self, **fields: Any) -> ReferralSubmitted:
        referral = a_referral(**{"wishes": (Wish(school="essai", programme="cap"),), "agency": "cio-essai", **fields})
        await handlers.submitted(self.here.store, referral, referral_message(referral))
        return referral

    def one(self, referral: ReferralSubmitted) -> str:
        return f"/intakes/{self.intake}/applications/{referral.young_id}"

    async def does(self, path: str, status: int = 200, **body: Any) -> Any:
        return read(await self.head.post(path, json=body), status)

    async def passes_to(self, day: str) -> None:
        read(await self.here.as_("admin").post("/admin/clock", json={"now": f"{day}T08:00:00Z"}))

    async def enrols(self, referral: ReferralSubmitted) -> str:
        one = self.one(referral)
        await self.does(f"{one}/admit", met="interview")
        await self.does(f"{one}/offer", until="2025-09-12")
        await self.does(f"{one}/confirm")
        return f"/pupils/{referral.young_id}"


def deaf(settings: Settings) -> Service[Store]:
    """Enrolment that hears nothing from Kafka: what these tests need of the stream, they tell its handlers themselves."""
    return replace(service(settings), handlers={})


@asynccontextmanager
async def living(
    running: Start, make: Callable[[Settings], Service[Store]] = deaf, *, seats: int = 1, **knobs: Any
) -> AsyncIterator[Life]:
    async with running(make, **knobs) as here:
        admin, head = here.as_("admin"), here.as_("school:essai:head")
        for slug in ("essai", "voisine"):
            read(await admin.put(f"/schools/{slug}", json=SCHOOL))
            read(await admin.put(f"/schools/{slug}/programmes/cap", json=PROGRAMME))
        intake = read(await head.post("/intakes", json={**INTAKE, **THIS_YEAR, "seats": seats}), 201)
        yield Life(here, intake["intake_id"], head, here.as_("agency:cio-essai:counsellor"))
