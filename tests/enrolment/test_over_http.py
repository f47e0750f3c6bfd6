"""Enrolment over HTTP, on the real servers: the main line, who may do and see what, and what is refused."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import httpx

from services.enrolment import handlers
from services.enrolment.main import service
from services.enrolment.store import Store
from shared.events.referral import AgencyKind, AgencyRegistered, ReferralSubmitted, Wish
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import Running, Start
from tests.enrolment.builders import MAY, a_message, a_referral, referral_message

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
async def living(running: Start, make: Callable[[Settings], Service[Store]] = deaf, *, seats: int = 1) -> AsyncIterator[Life]:
    async with running(make) as here:
        admin, head = here.as_("admin"), here.as_("school:essai:head")
        for slug in ("essai", "voisine"):
            read(await admin.put(f"/schools/{slug}", json=SCHOOL))
            read(await admin.put(f"/schools/{slug}/programmes/cap", json=PROGRAMME))
        intake = read(await head.post("/intakes", json={**INTAKE, **THIS_YEAR, "seats": seats}), 201)
        yield Life(here, intake["intake_id"], head, here.as_("agency:cio-essai:counsellor"))


async def test_from_an_application_to_a_diploma_and_an_outcome(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        one = life.one(referral)
        (application,) = read(await life.head.get("/applications?status=under_review"))
        assert (application["young_id"], application["label"]) == (str(referral.young_id), "à l’étude")
        await life.does(f"{one}/plan-interview", planned_on="2025-09-03")
        await life.does(f"{one}/admit", met="interview")
        offered = await life.does(f"{one}/offer", until="2025-09-12")
        assert (offered["status"], offered["until"]) == ("offered", "2025-09-12")
        confirmed = read(await life.agency.post(f"{one}/confirm", json={}))
        assert confirmed["label"] == "inscrite"
        (seats,) = read(await life.agency.get("/intakes?school=essai&school_year=2025-2026"))
        assert (seats["seats"], seats["seats_left"]) == (1, 0)
        pupil = f"/pupils/{referral.young_id}"
        assert (await life.does(f"{pupil}/start"))["status"] == "present"
        second = read(await life.head.post("/intakes", json={**INTAKE, **NEXT_YEAR}), 201)
        await life.passes_to("2026-09-01")
        moved = await life.does(f"{pupil}/move-up", intake_id=second["intake_id"])
        assert (moved["year_of_study"], moved["last_year"], len(moved["years"])) == (2, True, 2)
        await life.passes_to("2027-07-02")
        exam = (await life.does(f"{pupil}/exams", 201, session="2027-06"))["exam_id"]
        (sitting,) = (await life.does(f"{pupil}/exams/{exam}/result", result="obtained"))["exams"]
        assert (sitting["exam_id"], sitting["result"]) == (exam, "obtained")
        assert (await life.does(f"{pupil}/complete"))["left_on"] == "2027-07-02"
        fields: dict[str, Any] = {
            "horizon": 6,
            "situation": "employed",
            "contract": "permanent",
            "by_client": True,
            "proof": "contract",
        }
        await life.does(f"{pupil}/outcomes", 409, **fields, source="school")
        await life.passes_to("2028-01-02")
        assert len((await life.does(f"{pupil}/outcomes", **fields, source="school"))["outcomes"]) == 1
        by_agency = {"horizon": 6, "situation": "unreachable", "source": "agency", "proof": "none"}
        (word,) = read(await life.agency.post(f"{pupil}/outcomes", json=by_agency))["outcomes"]
        assert word["source"] == "agency"
        assert len(read(await life.head.get(pupil))["outcomes"]) == 2
        for year in ("2025-2026", "2026-2027"):
            assert len(read(await life.head.get(f"/pupils?school_year={year}"))) == 1
        assert read(await life.head.get("/pupils?school_year=2027-2028")) == []


async def test_what_is_told_comes_back_through_kafka_and_frees_seats(running: Start) -> None:
    async with living(running, service) as life:
        referral, waiting = await life.refers(), await life.refers()
        pupil = await life.enrols(referral)
        await life.does(f"{life.one(waiting)}/admit", met="immersion")
        assert (await life.does(f"{life.one(waiting)}/waitlist"))["rank"] == 1
        await life.does(f"/intakes/{life.intake}/promote", 409, until="2025-09-20")
        await life.does(f"{pupil}/did-not-start")

        async def left() -> bool:
            return bool(read(await life.head.get(life.one(referral)))["status"] == "released")

        await life.here.until(left)
        shown = await life.does(f"/intakes/{life.intake}/promote", until="2025-09-20")
        assert {one["young_id"]: one["status"] for one in shown}[str(waiting.young_id)] == "offered"
        await life.passes_to("2025-09-21")
        assert read(await life.head.get(life.one(waiting)))["status"] == "expired"
        last = await life.refers()
        await life.passes_to("2025-11-01")
        closed = read(await life.head.get(life.one(last)))
        assert (closed["status"], closed["because"], closed["since"]) == ("obsolete", "intake_closed", "2025-11-01")


async def test_another_tenant_sees_and_decides_nothing(running: Start) -> None:
    async with living(running) as life:
        referral, other = await life.refers(), await life.refers()
        joined = a_referral(young_id=other.young_id, agency="mlds-essai", wishes=(Wish(school="essai", programme="cap"),))
        await handlers.submitted(life.here.store, joined, referral_message(joined))
        neighbour, mlds = life.here.as_("school:voisine:head"), life.here.as_("agency:mlds-essai")
        pupil = await life.enrols(referral)
        for client in (neighbour, mlds):
            read(await client.get(life.one(referral)), 404)
            for verb in ("confirm", "decline", "withdraw"):
                read(await client.post(f"{life.one(referral)}/{verb}", json={}), 404)
        read(await neighbour.get(f"/intakes/{life.intake}/applications"), 404)
        read(await neighbour.post(f"/intakes/{life.intake}/seats", json={"seats": 9}), 404)
        read(await neighbour.post("/intakes", json={**INTAKE, **NEXT_YEAR}), 404)
        read(await neighbour.put("/schools/essai/programmes/cap", json={**PROGRAMME, "title": "X"}), 404)
        read(await neighbour.get(pupil), 404)
        read(await neighbour.post(f"{pupil}/start", json={}), 404)
        outcome = {"horizon": 6, "situation": "other", "source": "agency", "proof": "none"}
        read(await mlds.post(f"{pupil}/outcomes", json=outcome), 404)
        assert read(await neighbour.get("/applications")) == read(await neighbour.get("/pupils")) == []
        (seen,) = read(await mlds.get("/applications"))
        assert (seen["young_id"], [one["agency"]["id"] for one in seen["referrals"]]) == (str(other.young_id), ["mlds-essai"])
        assert len(read(await life.agency.get("/applications"))) == 2
        assert str(referral.young_id) not in (await mlds.get("/intakes")).text


async def test_each_role_has_its_own_rights(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        as_ = life.here.as_
        workshop, office = as_("school:essai:workshop"), as_("school:essai:office")
        read(await life.here.signed_out().get("/schools"), 401)
        assert len(read(await as_("region").get("/schools"))) == 2
        read(await as_("region").get("/applications"), 403)
        read(await workshop.get("/applications"), 403)
        read(await workshop.post(f"{life.one(referral)}/waitlist", json={}), 403)
        read(await workshop.get("/pupils"), 403)
        read(await workshop.get(f"/pupils/{referral.young_id}"), 403)
        read(await office.put("/schools/essai", json=SCHOOL), 403)
        read(await office.post(f"/intakes/{life.intake}/promote", json={"until": "2025-09-20"}), 403)
        read(await life.agency.post(f"{life.one(referral)}/admit", json={"met": "interview"}), 403)
        read(await life.agency.post(f"{life.one(referral)}/refuse", json={"code": "other"}), 403)


async def test_a_dispensation_has_a_motive_that_only_the_school_reads(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers(birth_month="2010-10")
        one = life.one(referral)
        shown = read(await life.agency.get(one))
        assert (shown["status"], shown["reasons"]) == ("ineligible", ["too_young_for_machines"])
        assert "motif" in (await life.does(f"{one}/review", 422, overridden=True))["detail"]
        await life.does(f"{one}/review", 409)
        await life.does(f"{one}/review", overridden=True, motive="Aura 15 ans en octobre")
        await life.does(f"{one}/review", overridden=True, motive="Autre chose, trop tard")
        assert read(await life.head.get(one))["motive"] == "Aura 15 ans en octobre"
        assert read(await life.agency.get(one))["motive"] is None
        stored = await life.here.store.intakes.collection.find_one({"_id": life.intake})
        history = await life.here.store.database["history"].find()
        assert "octobre" not in str(stored)
        assert "octobre" not in str(history)


async def test_what_cannot_be_is_answered_in_french(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        one = life.one(referral)
        assert (await life.does(f"{one}/offer", 409, until="2025-09-12"))["code"] == "not_allowed"
        assert (await life.does(f"{one}/admit", 422, met="telephone"))["detail"].startswith("met : Cette valeur")
        assert (await life.does(f"{one}/admit", 422, met="interview", extra=1))["detail"] == "extra : Ce champ n’est pas connu."
        assert (await life.does(f"{one}/admit", 422, met="interview", on="2026-01-01"))["code"] == "in_the_future"
        wrong = {**INTAKE, **THIS_YEAR, "programme": "couture"}
        assert read(await life.head.post("/intakes", json=wrong), 422)["code"] == "unknown_programme"
        assert read(await life.head.post("/intakes", json={**INTAKE, **THIS_YEAR, "seats": 5}), 409)["code"] == "already_open"
        read(await life.head.post("/intakes", json={**INTAKE, **THIS_YEAR}), 201)
        read(await life.head.post("/intakes", json={**INTAKE, **THIS_YEAR, "school_year": "2025-2027"}), 422)
        read(await life.here.as_("admin").put("/schools/x", json={**SCHOOL, "uai": "0250001A"}), 422)
        read(await life.head.get(f"/intakes/{life.intake}/applications/{date.today()}"), 422)
        job = {"horizon": 6, "situation": "other", "contract": "permanent", "source": "school", "proof": "none"}
        assert "emploi" in (await life.does(f"/pupils/{referral.young_id}/outcomes", 422, **job))["detail"]


async def test_a_grant_is_paid_once_per_key_and_never_beyond_its_amount(running: Start) -> None:
    async with living(running) as life:
        region = life.here.as_("region")
        award = {"holder": "network", "purpose": "operating", "civil_year": 2025, "funder": "region-bfc", "amount_cents": 1000}
        key = {"Idempotency-Key": "convention-2025"}
        grant = read(await region.post("/grants", json=award, headers=key), 201)
        assert read(await region.post("/grants", json=award, headers=key), 201) == grant
        read(await region.post("/grants", json={**award, "amount_cents": 9}, headers=key), 422)
        read(await region.post("/grants", json={**award, "holder": "inconnue"}), 422)
        payments = f"/grants/{grant['grant_id']}/payments"
        for _ in range(2):
            paid = read(await region.post(payments, json={"amount_cents": 600}, headers={"Idempotency-Key": "1"}), 201)
            assert paid["total_paid_cents"] == 600
        assert read(await region.post(payments, json={"amount_cents": 401}), 409)["code"] == "more_than_awarded"
        read(await life.head.post("/grants", json=award), 403)
        assert read(await life.head.get("/grants")) == []
        assert len(read(await region.get("/grants"))) == 1


async def test_every_answer_names_the_school_the_programme_and_the_agency_that_it_shows(running: Start) -> None:
    async with living(running) as life:
        registered = AgencyRegistered(agency="cio-essai", kind=AgencyKind.CIO, name="CIO d’essai", department="25", on=MAY)
        heard = a_message(registered, source="/referral/agencies/cio-essai")
        await handlers.agency_registered(life.here.store, registered, heard)
        referral, alone = await life.refers(), await life.refers(agency="sans-nom")
        one = life.one(referral)
        shown = [read(await life.agency.get(one)), *read(await life.head.get("/applications"))]
        shown += [*read(await life.head.get("/intakes")), read(await life.head.get(f"/intakes/{life.intake}"))]
        pupil = await life.enrols(referral)
        shown += [read(await life.head.get(one)), read(await life.head.get(pupil)), *read(await life.head.get("/pupils"))]
        shown.append(await life.does(f"{pupil}/start"))
        mine = [each for each in shown if each["school"]["id"] == "essai"]
        assert [(each["school"], each["programme"]) for each in mine] == [(NAMED, TAUGHT)] * len(mine)
        assert [year["programme"] for year in shown[-1]["years"]] == [TAUGHT]
        named = {
            (each["id"], each["name"]) for answer in shown for each in (one["agency"] for one in answer.get("referrals", ()))
        }
        assert named == {("cio-essai", "CIO d’essai"), ("sans-nom", None)}
        assert str(alone.young_id) in str(shown)
        award = {"holder": "essai", "purpose": "operating", "civil_year": 2025, "funder": "region-bfc", "amount_cents": 1000}
        region = life.here.as_("region")
        assert read(await region.post("/grants", json=award), 201)["holder"] == NAMED
        network = read(await region.post("/grants", json={**award, "holder": "network"}), 201)["holder"]
        assert (network["id"], network["name"]) == ("network", "Réseau des Écoles de Production")
