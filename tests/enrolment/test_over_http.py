"""Enrolment over HTTP, on the real servers: the main line, who may do and see what, and what is refused."""

from datetime import date
from typing import Any
from uuid import UUID

from services.enrolment import handlers
from services.enrolment.main import service
from shared.events.referral import Wish
from tests.conftest import Start
from tests.enrolment.builders import a_referral, referral_message
from tests.enrolment.life import INTAKE, NEXT_YEAR, PROGRAMME, SCHOOL, THIS_YEAR, living, read


async def test_from_an_application_to_a_diploma_and_an_outcome(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        one = life.one(referral)
        (application,) = read(await life.head.get("/applications?status=under_review"))["items"]
        assert (application["young_id"], application["label"]) == (str(referral.young_id), "à l’étude")
        await life.does(f"{one}/plan-interview", planned_on="2025-09-03")
        await life.does(f"{one}/admit", met="interview")
        offered = await life.does(f"{one}/offer", until="2025-09-12")
        assert (offered["status"], offered["until"]) == ("offered", "2025-09-12")
        confirmed = read(await life.agency.post(f"{one}/confirm", json={}))
        assert confirmed["label"] == "inscrite"
        (seats,) = read(await life.agency.get("/intakes?school=essai&school_year=2025-2026"))["items"]
        assert (seats["seats"], seats["seats_left"]) == (1, 0)
        pupil = f"/pupils/{referral.young_id}"
        assert (await life.does(f"{pupil}/start"))["status"] == "present"
        second = read(await life.head.post("/intakes", json={**INTAKE, **NEXT_YEAR}), 201)
        await life.passes_to("2026-09-01")
        moved = await life.does(f"{pupil}/move-up", intake_id=second["intake_id"])
        assert (moved["year_of_study"], moved["last_year"], len(moved["years"])) == (2, True, 2)
        await life.passes_to("2026-10-12")
        exam = (await life.does(f"{pupil}/exams", 201, session="2027-06"))["exam_id"]
        assert (await life.does(f"{pupil}/exams/{exam}/result", 409, result="obtained"))["code"] == "too_early"
        await life.passes_to("2027-07-02")
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
            assert len(read(await life.head.get(f"/pupils?school_year={year}"))["items"]) == 1
        assert read(await life.head.get("/pupils?school_year=2027-2028"))["items"] == []


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

        await life.here.until(left, within=300)  # with all that tests before told
        shown = await life.does(f"/intakes/{life.intake}/promote", until="2025-09-20")
        assert {one["young_id"]: one["status"] for one in shown}[str(waiting.young_id)] == "offered"
        await life.passes_to("2025-09-21")
        assert read(await life.head.get(life.one(waiting)))["status"] == "expired"
        await life.passes_to("2025-10-20")  # its delay goes on past the closing
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
        assert read(await neighbour.get("/applications"))["items"] == read(await neighbour.get("/pupils"))["items"] == []
        (seen,) = read(await mlds.get("/applications"))["items"]
        assert (seen["young_id"], [one["agency"]["id"] for one in seen["referrals"]]) == (str(other.young_id), ["mlds-essai"])
        assert len(read(await life.agency.get("/applications"))["items"]) == 2
        assert str(referral.young_id) not in (await mlds.get("/intakes")).text


async def test_each_role_has_its_own_rights(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        as_ = life.here.as_
        workshop, office = as_("school:essai:workshop"), as_("school:essai:office")
        read(await life.here.signed_out().get("/schools"), 401)
        assert len(read(await as_("region").get("/schools"))["items"]) == 2
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
        assert "octobre" not in str(await life.here.store.database["motives"].find())


async def test_the_file_of_a_person_is_all_that_is_held_of_them_by_an_administrators_hand(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers(birth_month="2010-10")
        one, file = life.one(referral), f"/persons/{referral.young_id}/file"
        await life.does(f"{one}/review", overridden=True, motive="Aura 15 ans en octobre")
        await life.enrols(referral)
        admin = life.here.as_("admin")
        shown = read(await admin.get(file))
        said = shown["files"]["by_referral"][str(referral.referral_id)]
        assert (said["birth_month"], shown["wishes"][0]["agency"]) == ("2010-10", "cio-essai")
        [held] = shown["applications"]
        assert (held["school"], held["motive"], held["application"]["status"]) == ("essai", "Aura 15 ans en octobre", "enrolled")
        assert shown["pupil"]["schools"] == ["essai"]
        read(await admin.get(f"/persons/{UUID(int=7)}/file"), 404)
        for someone in (life.head, life.agency, life.here.as_("region")):
            read(await someone.get(file), 403)


async def test_what_cannot_be_is_answered_in_french(running: Start) -> None:
    async with living(running) as life:
        referral = await life.refers()
        one = life.one(referral)
        assert (await life.does(f"{one}/offer", 409, until="2025-09-12"))["code"] == "not_allowed"
        assert (await life.does(f"{one}/admit", 422, met="telephone"))["detail"].startswith("met : Cette valeur")
        unknown = await life.does(f"{one}/admit", 422, met="interview", extra=1)
        assert unknown["detail"] == "Un champ qui n’est pas connu s’y trouve."
        assert (await life.does(f"{one}/admit", 422, met="interview", on="2026-01-01"))["code"] == "in_the_future"
        wrong = {**INTAKE, **THIS_YEAR, "programme": "couture"}
        unknown = read(await life.head.post("/intakes", json=wrong), 422)
        assert (unknown["code"], [error["field"] for error in unknown["errors"]]) == ("unknown_programme", ["programme"])
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
        [error] = read(await region.post("/grants", json={**award, "holder": "inconnue"}), 422)["errors"]
        assert error == {"field": "holder", "detail": "Cette école n’est pas connue."}
        payments = f"/grants/{grant['grant_id']}/payments"
        for _ in range(2):
            paid = read(await region.post(payments, json={"amount_cents": 600}, headers={"Idempotency-Key": "1"}), 201)
            assert paid["total_paid_cents"] == 600
        assert read(await region.post(payments, json={"amount_cents": 401}), 409)["code"] == "more_than_awarded"
        read(await life.head.post("/grants", json=award), 403)
        assert read(await life.head.get("/grants"))["items"] == []
        assert len(read(await region.get("/grants"))["items"]) == 1
