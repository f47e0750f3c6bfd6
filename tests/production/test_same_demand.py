"""A client, an order: the same demand under a key is the same however it is written."""

from typing import Any

from tests.production.conftest import Production

KEY = {"Idempotency-Key": "cle-1"}
CLIENT = {"name": "Serrurerie Lefèvre", "kind": "company", "siret": "73282932000074", "contact": "M. Lefèvre, 03 84 00 00 00"}
CLIENT_OTHERWISE: tuple[dict[str, Any], ...] = (
    {"siret": "732 829 320 00074"},
    {"name": " Serrurerie  Lefe\u0300vre\n"},
    {"contact": "M. Lefèvre,\u00a003 84 00 00 00\u200b"},
    {"on": None},
)
ANOTHER_CLIENT: tuple[dict[str, Any], ...] = (
    {"siret": None}, {"name": "Serrurerie Lefevre"}, {"kind": "association"}, {"on": "2025-09-01"},
)  # fmt: skip


async def test_a_client_written_otherwise_is_the_same_and_another_is_refused(production: Production) -> None:
    first = (await production.head.post("/clients", json=CLIENT, headers=KEY)).json()
    for overrides in CLIENT_OTHERWISE:
        body = dict(reversed({**CLIENT, **overrides}.items()))
        again = await production.head.post("/clients", json=body, headers=KEY)
        assert (again.status_code, again.json()) == (201, first), overrides
    for overrides in ANOTHER_CLIENT:
        refused = await production.head.post("/clients", json={**CLIENT, **overrides}, headers=KEY)
        assert (refused.status_code, refused.json()["code"]) == (422, "key_reused"), overrides
    assert len((await production.head.get("/clients")).json()["items"]) == 1


async def test_an_order_written_otherwise_is_the_same(production: Production) -> None:
    client = (await production.a_client())["client_id"]
    ways = ({"client_id": client, "title": "Portail"}, {"title": "Portail\u202c ", "client_id": client.upper(), "on": None})
    orders = [(await production.head.post("/orders", json=body, headers=KEY)).json() for body in ways]
    assert orders[0] == orders[1]
    assert orders[0]["title"] == "Portail"


async def test_what_nobody_sees_is_kept_of_no_text(production: Production) -> None:
    client = await production.a_client(name="Mairie\u202e de\u2028Besançon\x07", contact="\ufeffM. D’Arc")
    assert (client["name"], client["contact"]) == ("Mairie de Besançon", "M. D’Arc")
    refused = await production.head.post("/clients", json={"name": "\u202e\u200b", "kind": "company"})
    assert [error["field"] for error in refused.json()["errors"]] == ["name"]
    order = await production.an_order(title="Portail\r\n2 vantaux")
    assert order["title"] == "Portail 2 vantaux"


async def test_what_an_earlier_build_kept_is_shown_whatever_is_accepted_now(production: Production) -> None:
    clients = production.store.database["clients"]
    for rank, (name, siret) in enumerate((("\u202e\u200b", "00000000000000"), ("Mairie\u202e", "11122233344455"))):
        client = await production.a_client(contact="M. D’Arc")
        kept = {"name": name, "siret": siret, "contact": "\u202e"}
        await clients.update({"_id": client["client_id"]}, {"$set": kept, "$unset": {"sealed": ""}})
        order = {"client_id": client["client_id"], "title": f"Portail {rank}"}
        assert (await production.head.post("/orders", json=order)).status_code == 201
    await production.running.migrate()
    answer = await production.head.get("/clients")
    assert answer.status_code == 200, answer.text
    shown = [(one["name"], one["siret"], one["contact"]) for one in answer.json()["items"]]
    assert shown == [("", "00000000000000", ""), ("Mairie", "11122233344455", "")]


async def test_an_amount_in_cents_is_a_whole_number_alone(production: Production) -> None:
    order = await production.an_order()
    for amount in ("45000", 450.5, 1e300, True, "4,5e4", [45000], None):
        quote = {"amount_cents": amount, "due_on": "2026-03-01"}
        refused = await production.head.post(f"/orders/{order['order_id']}/quote", json=quote)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "amount_cents"), amount
    for day in (1772323200, "1772323200", True, "2026-3-1", "20260301", "2026-03-01T00:00:00Z", "01/03/2026"):
        refused = await production.head.post(f"/orders/{order['order_id']}/quote", json={"amount_cents": 1, "due_on": day})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "due_on"), day
