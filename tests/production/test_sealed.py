"""Who a client is and what an order says are sealed: the database sorts and shows neither; a person's file shows their hours."""

from uuid import UUID

from services.production.jobs import sweep
from tests.production.conftest import Production

NAMES = ("étienne Ébéniste", "Ziegler", "Amiot")


async def test_clients_and_titles_are_kept_sealed_and_read_as_they_were_said(production: Production) -> None:
    for name in NAMES:
        await production.a_client(name=name, kind="person", contact=f"chez {name}")
    order = await production.an_order(title="Portail de Mme Ziegler")
    clients = (await production.head.get("/clients")).json()["items"]
    assert [client["name"] for client in clients] == ["Amiot", "étienne Ébéniste", "Mairie de Besançon", "Ziegler"]
    assert clients[0]["contact"] == "chez Amiot"
    assert order["title"] == "Portail de Mme Ziegler"
    kept = [row for name in ("clients", "titles") for row in await production.store.database[name].find()]
    assert all(set(row) <= {"_id", "fingerprint", "client_id", "school", "kind", "since", "kept_since", "sealed"} for row in kept)


async def test_what_an_earlier_build_kept_in_clear_is_sealed_when_the_service_starts(production: Production) -> None:
    client, database = await production.a_client(name="Ziegler"), production.store.database
    order = await production.an_order(client_id=client["client_id"])
    await database["clients"].index("school", "name")
    in_clear = {"$set": {"name": "Ziegler", "siret": None, "contact": "chez elle"}, "$unset": {"sealed": ""}}
    await database["clients"].update({"_id": client["client_id"]}, in_clear)
    await database["titles"].update({"_id": order["order_id"]}, {"$set": {"title": "Grille"}, "$unset": {"sealed": ""}})
    await production.store.prepare()
    await production.running.migrate()
    assert "chez elle" in (await production.head.get("/clients")).text
    assert (await production.head.get(f"/orders/{order['order_id']}")).json()["title"] == "Grille"
    assert await database["clients"].count({"name": {"$exists": True}}) == 0
    assert await database["titles"].count({"title": {"$exists": True}}) == 0
    indexes = (await database.command({"listIndexes": "clients"}))["cursor"]["firstBatch"]
    assert [one["name"] for one in indexes] == ["_id_", "school_1"]


async def test_the_file_of_a_person_is_all_that_is_held_of_them_by_an_administrators_hand(production: Production) -> None:
    young_id = await production.a_pupil(UUID(int=5))
    await production.workshop.put(f"/weeks/2025-W37/{young_id}", json={"hours": {"production": 12}})
    admin = production.running.as_("admin")
    file = (await admin.get(f"/persons/{young_id}/file")).json()
    assert [one["school"] for one in file["enrolments"]] == ["besancon"]
    assert [(one["week"], one["minutes"]["production"]) for one in file["weeks"]] == [("2025-W37", 720)]
    assert (await admin.get(f"/persons/{UUID(int=6)}/file")).status_code == 404
    assert (await production.head.get(f"/persons/{young_id}/file")).status_code == 403


async def test_a_client_is_let_go_three_years_on_without_an_order_and_once_their_accounts_need_not_be_shown(
    production: Production,
) -> None:
    await production.a_client(name="Amiot", on="2020-01-01")
    order = await production.an_order("invoiced", title="Portail de Mme Ziegler")

    async def names_on(day: str) -> list[str]:
        production.advance(f"{day}T08:00:00+00:00")
        for _ in range(2):
            await sweep(production.store)
        return [client["name"] for client in (await production.head.get("/clients")).json()["items"]]

    assert await names_on("2028-09-12") == ["Amiot", "Mairie de Besançon"]
    assert await names_on("2028-09-13") == ["Mairie de Besançon"]
    assert await names_on("2036-09-12") == ["Mairie de Besançon"]
    assert await names_on("2036-09-13") == []
    kept = (await production.head.get(f"/orders/{order['order_id']}")).json()
    assert (kept["status"], kept["title"]) == ("invoiced", "")
    assert await production.store.database["titles"].find() == []
