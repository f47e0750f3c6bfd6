"""What an id stands for is in every answer that shows it."""

from typing import Any

from services.enrolment import handlers
from shared.events.referral import AgencyKind, AgencyRegistered
from tests.conftest import Start
from tests.enrolment.builders import MAY, a_message
from tests.enrolment.life import INTAKE, NAMED, NEXT_YEAR, TAUGHT, living, read
from tests.persistence.profiling import ALL, NONE, profile, profiled


async def test_every_answer_names_the_school_the_programme_and_the_agency_that_it_shows(running: Start) -> None:
    async with living(running) as life:
        registered = AgencyRegistered(agency="cio-essai", kind=AgencyKind.CIO, name="CIO d’essai", department="25", on=MAY)
        heard = a_message(registered, source="/referral/agencies/cio-essai")
        await handlers.agency_registered(life.here.store, registered, heard)
        referral, alone = await life.refers(), await life.refers(agency="sans-nom")
        one = life.one(referral)
        shown = [read(await life.agency.get(one)), *read(await life.head.get("/applications"))["items"]]
        shown += [*read(await life.head.get("/intakes"))["items"], read(await life.head.get(f"/intakes/{life.intake}"))]
        pupil = await life.enrols(referral)
        shown += [
            read(await life.head.get(one)),
            read(await life.head.get(pupil)),
            *read(await life.head.get("/pupils"))["items"],
        ]
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


async def test_a_list_asks_for_all_its_names_at_once(running: Start) -> None:
    async with living(running, seats=9) as life:
        for rank in range(5):
            await life.refers(agency=f"agence-{rank}")
        database = life.here.store.database
        await profile(database, ALL)
        listed = read(await life.head.get("/applications"))["items"]
        await profile(database, NONE)
        assert len(listed) == 5
        for collection in ("schools", "agencies"):
            by_ids = [one for one in await profiled(database, "query", collection) if "$in" in str(one["command"]["filter"])]
            assert len(by_ids) == 1  # the relay asks for what waits in the outboxes, besides


async def test_applications_are_read_in_parts_across_intakes_and_none_twice(running: Start) -> None:
    async with living(running, seats=9) as life:
        await life.head.post("/intakes", json={**INTAKE, **NEXT_YEAR})
        for rank in range(5):
            await life.refers(agency=f"agence-{rank}")
        whole = read(await life.head.get("/applications"))["items"]
        parts: list[dict[str, Any]] = []
        query: dict[str, str] = {"status": "under_review", "limit": "2"}
        while True:
            part = read(await life.head.get("/applications", params=query))
            parts += part["items"]
            if part["next"] is None:
                break
            query["cursor"] = part["next"]
        one = read(await life.head.get(f"/intakes/{life.intake}/applications", params={"limit": 3}))
    assert parts == whole
    assert len({one["young_id"] for one in parts}) == 5
    assert (one["items"], one["next"] is None) == (whole[:3], False)
