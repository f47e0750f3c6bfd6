"""Orders and clients over HTTP, on the real servers."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.production.builders import NAMELESS, WEEK, an_id
from tests.production.conftest import Production


async def test_an_order_goes_from_receipt_to_invoice(production: Production) -> None:
    client = await production.a_client(
        name="Garage du Doubs", kind="company", siret="732 829 320 00074", contact="03 81 00 00 00"
    )
    body = {"client_id": client["client_id"], "title": "Douze platines", "on": "2025-09-08"}
    order = (await production.head.post("/orders", json=body)).json()
    path = f"/orders/{order['order_id']}"
    quote = {"amount_cents": 120_050, "due_on": "2025-10-03", "on": "2025-09-09"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("quote", quote),
        ("accept", {"on": "2025-09-10"}),
        ("start", {}),
        ("complete", {}),
    ]
    for verb, body in [*steps, ("deliver", {}), ("invoice", {})]:
        answer = await production.head.post(f"{path}/{verb}", json=body)
        assert answer.status_code == 200, answer.text

    assert (await production.head.get(path)).json() == {
        "order_id": order["order_id"], "school": NAMELESS, "client_id": client["client_id"], "client_kind": "company",
        "title": "Douze platines", "status": "invoiced", "status_label": "facturée",
        "steps": {
            "received": "2025-09-08", "quoted": "2025-09-09", "accepted": "2025-09-10", "started": "2025-09-12",
            "completed": "2025-09-12", "delivered": "2025-09-12", "invoiced": "2025-09-12",
        },
        "amount_cents": 120_050, "due_on": "2025-10-03", "number": "2025-0001", "invoiced_cents": 120_050,
        "credit_notes": [], "corrected_on": None, "cancelled_because": None,
    }  # fmt: skip


async def test_what_is_told_of_an_order_says_neither_its_client_nor_its_title(production: Production) -> None:
    await production.a_client(name="Madame Confidentielle", kind="person", contact="06 12 34 56 78")
    order = await production.an_order("invoiced", title="Portail de Madame Confidentielle")

    async def history() -> list[dict[str, Any]]:
        history = production.store.database["history"]
        entries: list[dict[str, Any]] = await history.find({"document": order["order_id"]}, sort=["sequence"])
        return entries if len(entries) == 7 else []

    entries = await production.running.until(history)
    assert [entry["type"].split(".")[-2] for entry in entries] == [
        "received", "quoted", "accepted", "started", "completed", "delivered", "invoiced",
    ]  # fmt: skip
    assert {entry["source"] for entry in entries} == {f"/production/orders/{order['order_id']}"}
    assert {entry["key"] for entry in entries} == {order["order_id"]}
    assert not any("Confidentielle" in str(entry) for entry in entries)


async def test_asking_twice_with_one_key_creates_once(production: Production) -> None:
    key = {"Idempotency-Key": "cle-1"}
    body = {"name": "Mairie", "kind": "public_body"}
    first, again = [await production.head.post("/clients", json=body, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
    assert len((await production.head.get("/clients")).json()["items"]) == 1

    other = await production.head.post("/clients", json={**body, "name": "Autre"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")

    order = {"client_id": first.json()["client_id"], "title": "Portail"}
    one, same = [await production.head.post("/orders", json=order, headers=key) for _ in range(2)]
    assert (one.status_code, one.json()) == (201, same.json())
    other = await production.head.post("/orders", json={**order, "title": "Grille"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert [found["title"] for found in (await production.head.get("/orders")).json()["items"]] == ["Portail"]


async def test_there_is_no_order_without_its_title(production: Production) -> None:
    body = {"client_id": (await production.an_order())["client_id"], "title": "Grille"}
    await production.store.database.command({"collMod": "titles", "validator": {"never": True}})
    assert (await production.head.post("/orders", json=body)).status_code == 500
    assert [order["title"] for order in (await production.head.get("/orders")).json()["items"]] == ["Portail"]


async def test_a_title_kept_without_its_order_is_not_that_of_another_request(production: Production) -> None:
    key, client = {"Idempotency-Key": "cle-1"}, (await production.a_client())["client_id"]
    await production.store.database.command({"collMod": "orders", "validator": {"never": True}})
    body = {"client_id": client, "title": "Grille"}
    assert (await production.head.post("/orders", json=body, headers=key)).status_code == 500
    await production.store.database.command({"collMod": "orders", "validator": {}})
    other = await production.head.post("/orders", json={**body, "title": "Portail"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert (await production.head.post("/orders", json=body, headers=key)).json()["title"] == "Grille"


async def test_each_school_sees_its_own_clients_and_orders_only(production: Production) -> None:
    order = await production.an_order("delivered")
    path = f"/orders/{order['order_id']}"
    assert (await production.elsewhere.get("/orders")).json()["items"] == []
    assert (await production.elsewhere.get("/clients")).json()["items"] == []
    assert (await production.elsewhere.get(path)).status_code == 404
    assert (await production.elsewhere.post(f"{path}/invoice", json={})).status_code == 404
    assert (await production.elsewhere.post(f"{path}/cancel", json={"code": "other"})).status_code == 404
    theirs = {"client_id": order["client_id"], "title": "Portail"}
    answer = await production.elsewhere.post("/orders", json=theirs)
    assert (answer.status_code, answer.json()["detail"]) == (404, "Ce client n’existe pas, ou pas pour vous.")


@pytest.mark.parametrize("scope", ["agency:cio-dole", "region", "federation"])
async def test_others_than_a_school_have_no_way_in(production: Production, scope: str) -> None:
    stranger = production.running.as_(scope)
    for path in ("/clients", "/orders", f"/orders/{uuid4()}", "/weeks/2025-W37"):
        assert (await stranger.get(path)).status_code == 403
    assert (await production.running.signed_out().get("/orders")).status_code == 401


async def test_a_refused_step_names_the_present_status_and_what_is_open_in_french(production: Production) -> None:
    order = await production.an_order("completed")
    answer = await production.head.post(f"/orders/{order['order_id']}/invoice", json={})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_allowed"
    assert answer.json()["detail"] == "Cette commande est « terminée ». Possible maintenant : livrer."
    assert answer.json()["open_moves"] == ["deliver"]


async def test_hours_on_an_order_that_is_not_accepted_are_refused_with_what_may_be_done_with_it(production: Production) -> None:
    young, order = await production.a_pupil(an_id("ana")), await production.an_order("quoted")
    worked = {"hours": {"production": 7}, "on_orders": [{"order_id": order["order_id"], "hours": 7}]}
    refused = await production.workshop.put(f"/weeks/{WEEK}/{young}", json=worked)
    assert (refused.status_code, refused.json()["code"], refused.json()["open_moves"]) == (409, "order_not_accepted", [])
    workshop = {"pupils": [{"young_id": str(young), **worked}]}
    [refusal] = (await production.head.put(f"/weeks/{WEEK}", json=workshop)).json()["refused"]
    assert (refusal["code"], refusal["open_moves"]) == ("order_not_accepted", ["quote", "accept", "cancel"])
    assert refusal["detail"].endswith("Possible maintenant : chiffrer, accepter, annuler.")


async def test_an_order_that_is_not_delivered_takes_no_number_whatever_its_day(production: Production) -> None:
    await production.an_order("invoiced")
    order = await production.an_order("completed", on="2025-09-12")
    answer = await production.head.post(f"/orders/{order['order_id']}/invoice", json={"on": "2025-09-11"})
    assert (answer.status_code, answer.json()["code"], answer.json()["open_moves"]) == (409, "not_allowed", ["deliver"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount_cents": 0, "due_on": "2025-10-01"}, "amount_cents"),
        ({"amount_cents": 10**30, "due_on": "2025-10-01"}, "amount_cents"),
        ({"amount_cents": 100}, "due_on"),
        ({"amount_cents": 100, "due_on": "2025-02-30"}, "due_on"),
        ({"amount_cents": 100, "due_on": "2025-10-01", "remise": 1}, ""),
    ],
)
async def test_an_incorrect_quote_says_which_field(production: Production, body: dict[str, Any], field: str) -> None:
    order = await production.an_order()
    answer = await production.head.post(f"/orders/{order['order_id']}/quote", json=body)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])


async def test_a_day_to_come_is_refused(production: Production) -> None:
    order = await production.an_order()
    body = {"amount_cents": 100, "due_on": "2025-10-01", "on": "2025-09-13"}
    answer = await production.head.post(f"/orders/{order['order_id']}/quote", json=body)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Le 13/09/2025 n’est pas encore arrivé.")


async def test_orders_are_listed_by_status_the_latest_first(production: Production) -> None:
    early = await production.an_order("quoted", on="2025-09-08")
    late = await production.an_order("quoted", on="2025-09-10")
    await production.an_order("accepted")
    listed = (await production.head.get("/orders", params={"status": "quoted"})).json()["items"]
    assert [order["order_id"] for order in listed] == [late["order_id"], early["order_id"]]
    assert (await production.head.get("/orders", params={"status": "perdue"})).status_code == 422


async def test_twenty_invoices_at_once_take_twenty_numbers_without_gap(production: Production) -> None:
    orders = await asyncio.gather(*(production.an_order("delivered") for _ in range(20)))
    refused = await production.an_order("completed")
    paths = [f"/orders/{order['order_id']}/invoice" for order in orders]
    wrong = f"/orders/{refused['order_id']}/invoice"
    answers = await asyncio.gather(*(production.head.post(path, json={}) for path in [*paths, wrong, *paths]))

    assert sorted(answer.status_code for answer in answers) == [200] * 40 + [409]
    listed = (await production.head.get("/orders", params={"status": "invoiced"})).json()["items"]
    assert sorted(order["number"] for order in listed) == [f"2025-{rank:04d}" for rank in range(1, 21)]
    assert {order["amount_cents"] for order in listed} == {45_000}


async def test_numbers_follow_the_days_of_the_invoices(production: Production) -> None:
    orders = [await production.an_order("delivered", on="2025-09-12") for _ in range(3)]
    production.advance("2025-09-20T09:00:00+00:00")
    first, back_dated, same_day = (f"/orders/{order['order_id']}/invoice" for order in orders)
    assert (await production.head.post(first, json={"on": "2025-09-18"})).json()["number"] == "2025-0001"
    refused = await production.head.post(back_dated, json={"on": "2025-09-17"})
    assert (refused.status_code, refused.json()["code"]) == (409, "before_last_invoice")
    sentence = "Le numéro 2025-0001 est daté du 18/09/2025 : le suivant ne peut pas le précéder."
    assert refused.json()["detail"] == f"{sentence} Possible maintenant : facturer."
    assert (await production.head.post(same_day, json={"on": "2025-09-18"})).json()["number"] == "2025-0002"
    assert (await production.head.post(back_dated, json={})).json()["number"] == "2025-0003"


async def test_each_civil_year_and_each_school_has_its_own_series(production: Production) -> None:
    await production.an_order("invoiced")
    order = await production.an_order("delivered")
    production.advance("2026-01-02T09:00:00+00:00")
    new_year = await production.head.post(f"/orders/{order['order_id']}/invoice")
    assert new_year.json()["number"] == "2026-0001"
    production.head = production.elsewhere
    assert (await production.an_order("invoiced"))["number"] == "2026-0001"
