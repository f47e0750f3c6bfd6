"""A 409 over HTTP says what may be done now, in French and as data: to this caller, on this day, by every rule that says no."""

from typing import Any

from tests.conftest import Start
from tests.enrolment.life import INTAKE, NEXT_YEAR, THIS_YEAR, Life, living, read

PASSED, LATER = "2025-08-31", "2025-09-12"


async def refused(life: Life, path: str, **body: Any) -> tuple[str, list[str]]:
    answer = await life.does(path, 409, **body)
    return answer["code"], answer["open_moves"]


async def test_each_no_about_an_application_names_the_moves_that_are_open(running: Start) -> None:
    async with living(running) as life:
        holder, one = life.one(await life.refers()), life.one(await life.refers())
        met = ["contact", "plan_interview", "plan_immersion", "admit", "plan_entry", "refuse", "withdraw"]
        assert await refused(life, f"{one}/offer", until=LATER) == ("not_allowed", met)
        assert await refused(life, f"{one}/plan-interview", planned_on=PASSED) == ("planned_before", met)
        assert await refused(life, f"{one}/admit", met="interview", on="2025-05-11") == ("before_previous_step", met)
        for each in (holder, one):
            await life.does(f"{each}/admit", met="interview")
        await life.does(f"{holder}/offer", until=LATER)
        both = ["contact", "waitlist", "plan_entry"]
        assert await refused(life, f"{one}/offer", until=PASSED) == ("until_before", [*both, "offer", "refuse", "withdraw"])
        assert await refused(life, f"{one}/offer", until=LATER) == ("no_place", [*both, "refuse", "withdraw"])
        await life.passes_to("2025-11-03")
        code, moves = await refused(life, f"{one}/admit", met="interview")
        assert (code, moves) == ("not_allowed", [])  # it ended with the intake


async def test_each_no_to_a_promotion_names_the_moves_that_are_open(running: Start) -> None:
    async with living(running) as life:
        promote = f"/intakes/{life.intake}/promote"
        assert await refused(life, promote, until=PASSED) == ("until_before", ["promote"])
        holder, waiting = life.one(await life.refers()), life.one(await life.refers())
        for each in (holder, waiting):
            await life.does(f"{each}/admit", met="interview")
        await life.does(f"{holder}/offer", until=LATER)
        await life.does(f"{waiting}/waitlist")
        assert await refused(life, promote, until=LATER) == ("no_place", ["change_seats"])
        await life.passes_to("2025-11-03")
        assert await refused(life, promote, until="2025-11-10") == ("intake_closed", [])


async def test_an_agency_is_told_of_its_own_moves_alone(running: Start) -> None:
    async with living(running) as life:
        one = life.one(await life.refers())
        answer = read(await life.agency.post(f"{one}/confirm", json={}), 409)
        assert (answer["code"], answer["open_moves"]) == ("not_allowed", ["withdraw"])
        assert answer["detail"] == "Cette candidature est « à l’étude ». Possible maintenant : retirer."
        read(await life.agency.post(f"{one}/withdraw", json={}))
        answer = read(await life.agency.post(f"{one}/confirm", json={}), 409)
        assert (answer["code"], answer["open_moves"]) == ("withdrawn_by_you", [])
        assert answer["detail"].endswith("Plus rien n’est possible.")


async def test_after_the_closing_what_it_ended_is_not_named(running: Start) -> None:
    async with living(running) as life:
        young = await life.refers(birth_month="2010-10")
        await life.passes_to("2025-11-03")
        answer = await life.does(f"{life.one(young)}/review", 409, overridden=True, motive="Aura 15 ans")
        assert (answer["code"], answer["open_moves"]) == ("intake_closed", [])


async def test_each_no_about_a_pupil_names_the_moves_that_are_open(running: Start) -> None:
    async with living(running) as life:
        first = await life.refers()
        pupil = await life.enrols(first)
        due = ["start", "record_no_show", "give_up", "change_programme", "correct"]
        assert await refused(life, f"{pupil}/complete") == ("not_allowed", due)
        await life.does(f"{pupil}/start")
        here = ["interrupt", "move_up", "repeat", "change_programme", "complete", "sit_an_exam", "correct"]
        other = [move for move in here if move != "complete"]
        assert await refused(life, f"{pupil}/complete") == ("not_last_year", other)
        exam = [move for move in here if move != "sit_an_exam"]
        assert await refused(life, f"{pupil}/exams", session="2026-06") == ("not_last_year", exam)
        full = read(await life.head.post("/intakes", json={**INTAKE, **NEXT_YEAR, "seats": 0}), 201)["intake_id"]
        assert await refused(life, f"{pupil}/repeat", intake_id=full) == ("wrong_intake", here)
        assert await refused(life, f"{pupil}/move-up", intake_id=full) == ("no_place", here)
        await life.does(f"{pupil}/interrupt", code="moved")
        outcome = {"horizon": 6, "situation": "other", "source": "school", "proof": "none"}
        assert await refused(life, f"{pupil}/outcomes", **outcome) == ("too_early", ["resume", "declare_an_outcome", "correct"])


async def test_seats_and_grants_say_what_is_left(running: Start) -> None:
    async with living(running) as life:
        opened = await life.does("/intakes", 409, **INTAKE, **{**THIS_YEAR, "closes_on": "2025-10-15"})
        assert (opened["code"], opened["open_moves"]) == ("already_open", ["change_seats"])
        region = life.here.as_("region")
        award = {"holder": "network", "purpose": "operating", "civil_year": 2025, "funder": "region-bfc", "amount_cents": 1000}
        payments = f"/grants/{read(await region.post('/grants', json=award), 201)['grant_id']}/payments"
        read(await region.post(payments, json={"amount_cents": 600}), 201)
        answer = read(await region.post(payments, json={"amount_cents": 401}), 409)
        assert answer["open_moves"] == ["pay"]
        sentence = "Le total versé dépasserait le montant accordé : il reste 4,00 € à verser. Possible maintenant : verser moins."
        assert answer["detail"] == sentence
