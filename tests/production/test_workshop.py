"""What a workshop does and reads beside its hours."""

from tests.production.conftest import Production


async def test_the_workshop_works_on_orders_and_sees_no_contact(production: Production) -> None:
    order = await production.an_order("accepted")
    path = f"/orders/{order['order_id']}"
    for verb in ("start", "complete", "deliver"):
        assert (await production.workshop.post(f"{path}/{verb}")).status_code == 200
    for verb in ("invoice", "accept"):
        assert (await production.workshop.post(f"{path}/{verb}")).status_code == 403
    client = await production.a_client(name="Atelier Zed", contact="M. D’Arc")
    [seen, _] = (await production.workshop.get("/clients")).json()["items"]
    assert (client["contact"], seen) == ("M. D’Arc", {**client, "contact": None})
    assert (await production.workshop.post("/clients", json={"name": "Autre", "kind": "company"})).status_code == 403
    assert (await production.workshop.get(path)).json()["status"] == "delivered"


async def test_clients_whose_names_are_long_in_latin_letters_are_listed_to_the_end(production: Production) -> None:
    for _ in range(2):
        await production.a_client(name="ﷺ" * 200)
    first = (await production.head.get("/clients", params={"limit": 1})).json()
    second = await production.head.get("/clients", params={"limit": 1, "cursor": first["next"]})
    assert second.status_code == 200
    assert second.json()["next"] is None
    assert {first["items"][0]["client_id"]} != {second.json()["items"][0]["client_id"]}
