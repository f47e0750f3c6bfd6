"""Credit notes and corrected days over HTTP, on the real servers."""

import asyncio

from tests.production.conftest import Production


async def test_a_credit_note_takes_the_next_number_of_the_series_and_the_order_is_invoiced_again(production: Production) -> None:
    order = await production.an_order("invoiced")
    path, whole = f"/orders/{order['order_id']}", {"code": "typing"}
    answers = await asyncio.gather(*(production.head.post(f"{path}/credit", json=whole) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    again = await production.head.post(f"{path}/invoice", json={"amount_cents": 40_000})
    shown = again.json()
    assert (shown["number"], shown["invoiced_cents"], shown["status"]) == ("2025-0003", 40_000, "invoiced")
    assert [(note["number"], note["invoice"], note["amount_cents"]) for note in shown["credit_notes"]] == [
        ("2025-0002", "2025-0001", 45_000)
    ]  # fmt: skip
    key = {"Idempotency-Key": "avoir-2"}
    keyed = [await production.head.post(f"{path}/credit", json={**whole, "amount_cents": 1}, headers=key) for _ in range(2)]
    assert [(one.json()["invoiced_cents"], len(one.json()["credit_notes"])) for one in keyed] == [(39_999, 2)] * 2
    assert (await production.an_order("invoiced"))["number"] == "2025-0005"
    assert (await production.workshop.post(f"{path}/credit", json=whole)).status_code == 403


async def test_the_day_of_a_step_is_corrected_by_who_may_declare_it(production: Production) -> None:
    order = await production.an_order("completed", on="2025-09-01")
    path = f"/orders/{order['order_id']}/corrections"
    body = {"step": "completed", "code": "typing", "happened_on": "2025-09-12"}
    refused = await production.workshop.post(path, json={**body, "happened_on": "2025-09-11"})
    assert (refused.status_code, refused.json()["code"]) == (409, "before_previous_step")
    assert (await production.workshop.post(path, json={**body, "happened_on": "2025-09-13"})).json()["code"] == "in_the_future"
    assert (await production.workshop.post(path, json={**body, "step": "accepted"})).status_code == 403
    assert (await production.elsewhere.post(path, json=body)).status_code == 404
    assert (await production.workshop.post(path, json={**body, "voided": True})).status_code == 422
    undone = await production.workshop.post(path, json={"step": "completed", "code": "typing", "voided": True})
    assert (undone.json()["status"], undone.json()["corrected_on"]) == ("started", "2025-09-12")
