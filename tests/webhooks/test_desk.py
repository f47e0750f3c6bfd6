"""A tenant's webhooks at its desk: set up, listed, changed, rolled and forgotten by who may, and nobody else's ever seen."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from uuid import uuid4

import pytest

from shared.kernel.addresses import Address
from shared.settings import Settings
from shared.web.app import Service
from shared.web.webhooks.routes import router
from shared.webhooks.sending import Sender
from tests.conftest import Start
from tests.web.minutes import early_in_a_minute
from tests.webhooks.drivers import OpenDesk, Store, a_desk, a_service
from tests.webhooks.receivers import in_turn, receiving


async def test_it_is_set_up_listed_moved_and_forgotten_and_its_secret_is_shown_once(desk: OpenDesk) -> None:
    async with desk() as at, receiving() as receiver, receiving() as another:
        made = await at.register(receiver.url)
        id = made["webhook_id"]
        assert made["secret"].startswith("whsec_")
        assert made["says"] == f"Rien ne vous a encore été envoyé. Pour l’essayer : POST /webhooks/{id}/test."
        (listed,) = (await at.client.get("/webhooks")).json()["items"]
        assert listed == await at.read(id)
        assert made["secret"] not in str(listed)
        moved = await at.client.put(f"/webhooks/{id}", json={"url": another.url})
        assert moved.json()["url"] == another.url
        tried = (await at.ask(id, "test")).json()
        assert (tried["delivered"], tried["status"]) == (True, 204)
        another.got[0].verified(made["secret"])
        assert (await at.client.delete(f"/webhooks/{id}")).json()["webhook_id"] == id
        assert (await at.client.get("/webhooks")).json()["items"] == []
        for answer in (await at.ask(id, "test"), await at.client.delete(f"/webhooks/{id}")):
            assert (answer.status_code, answer.json()["detail"]) == (404, "Ce webhook n’existe pas, ou pas pour vous.")


async def test_another_tenant_s_is_not_found_whatever_is_asked_of_it(desk: OpenDesk) -> None:
    async with desk() as at, receiving() as receiver:
        id = (await at.register(receiver.url))["webhook_id"]
        other = (await a_desk(at.servers, at.here)).client
        asked = [
            other.get(f"/webhooks/{id}"), other.put(f"/webhooks/{id}", json={"url": receiver.url}),
            other.delete(f"/webhooks/{id}"), other.post(f"/webhooks/{id}/test"), other.post(f"/webhooks/{id}/secret"),
            other.post(f"/webhooks/{id}/replay", json={"since": "2025-09-01"}), other.post(f"/webhooks/{id}/enable"),
            other.get(f"/webhooks/{id}/attempts"),
        ]  # fmt: skip
        assert {(await one).status_code for one in asked} == {404}
        assert (await other.get("/webhooks")).json()["items"] == []
        assert (await at.read(id))["url"] == receiver.url


async def test_whoever_is_not_at_home_or_may_not_bind_their_organisation_is_forbidden(desk: OpenDesk) -> None:
    async with desk() as at:
        for scope in ("agency:cio-dole:counsellor", "school:dole:office", "region", "federation", "admin", "school:dole:head"):
            refused = await at.here.as_(scope).post("/webhooks", json={"url": "https://partenaire.example/"})
            assert refused.status_code == 403, scope
        assert "auprès du service enrolment" in refused.json()["detail"]


async def test_no_address_of_ours_may_be_set_up_nor_moved_to(desk: OpenDesk) -> None:
    async def leading(host: str) -> Sequence[Address]:
        return [ip_address("10.0.0.1" if host.startswith("in") else "8.8.8.8")]

    async with desk(webhooks_to_loopback=False) as at:
        at.here.runtime.sender = Sender(leading)
        id = (await at.register("https://out.example/hook"))["webhook_id"]
        for url in ("https://in.example/", "http://out.example/", "https://a:b@out.example/", "https://out.example:25/"):
            for answer in (
                await at.client.post("/webhooks", json={"url": url}),
                await at.client.put(f"/webhooks/{id}", json={"url": url}),
            ):
                assert (answer.status_code, answer.json()["code"]) == (422, "url_refused")
                assert answer.json()["errors"][0]["field"] == "url"
                assert "out.example" not in answer.text


async def test_so_many_of_one_tenant_each_address_once_even_at_once(desk: OpenDesk) -> None:
    async with desk(webhooks_per_tenant=2) as at, receiving() as receiver:
        at_once = [at.client.post("/webhooks", json={"url": f"{receiver.url}/{number // 2}"}) for number in range(8)]
        codes = [(one.status_code, one.json().get("code")) for one in await asyncio.gather(*at_once)]
        assert codes.count((201, None)) == 2
        assert {code for status, code in codes if status == 409} == {"webhook_exists", "too_many_webhooks"}
        one, two = (await at.client.get("/webhooks")).json()["items"]
        moved = await at.client.put(f"/webhooks/{one['webhook_id']}", json={"url": two["url"]})
        assert moved.json()["code"] == "webhook_exists"
        assert (await at.client.put(f"/webhooks/{one['webhook_id']}", json={"url": one["url"]})).status_code == 200


@pytest.mark.slow
async def test_neither_the_address_nor_the_secrets_are_kept_in_clear(desk: OpenDesk) -> None:
    async with desk() as at, receiving(in_turn(500)) as receiver:
        made = await at.register(f"{receiver.url}/un-mot-de-passe")
        await at.tells(1, 2)
        await receiver.until_got(3)
        database = at.here.store.database
        kept = str([await database[name].find() for name in await database.names()])
        assert "un-mot-de-passe" not in kept
        assert made["secret"].removeprefix("whsec_") not in kept
        assert str(receiver.port) not in kept


async def test_so_many_trials_a_minute(desk: OpenDesk) -> None:
    async with desk() as at, receiving() as receiver:
        id = (await at.register(receiver.url))["webhook_id"]
        await early_in_a_minute()
        answers = [(await at.ask(id, "test")).status_code for _ in range(22)]
        assert (answers.count(200), answers[-1]) == (20, 429)
        assert len(receiver.got) == 20


@pytest.mark.slow
async def test_a_failing_webhook_says_what_happens_since_when(desk: OpenDesk) -> None:
    async with desk(webhooks_first_wait=60) as at, receiving(in_turn(301)) as receiver:
        id = (await at.register(receiver.url))["webhook_id"]
        await at.tells(1)
        shown = await at.until(id, lambda one: one["state"] == "failing")
        assert "votre serveur renvoie vers une autre adresse (301), ce qui n’est pas suivi" in shown["says"]
        assert f"GET /webhooks/{id}/attempts" in shown["says"]
        assert shown["since"]


@pytest.mark.slow
async def test_another_replica_with_the_lease_delivers_and_this_one_does_not(desk: OpenDesk, running: Start) -> None:
    async with desk() as at, receiving() as receiver:
        await at.register(receiver.url)
        async with running(a_service, fresh=False, instance="1", webhooks_to_loopback=True):
            await at.tells(*range(1, 6))
            await receiver.until_got(5)
            await asyncio.sleep(4)  # the other one would have sent them by now
        assert len(receiver.got) == 5
        terms = await at.here.store.database["leases"].find({"_id": "webhooks"})
        assert [one["holder"] for one in terms] == ["referral-0"]


def test_a_service_that_others_reach_sends_to_no_machine_of_its_own(keys: object) -> None:
    made = {"jwks_file": f"{keys}/jwks.json", "secret_file": f"{keys}/secret", "webhooks_to_loopback": True}
    assert Settings.model_validate({**made, "host": "127.0.0.1"}).unreadable() == []
    assert Settings.model_validate({**made, "host": "0.0.0.0"}).unreadable() == ["webhooks_to_loopback"]


async def test_a_school_has_its_webhooks_where_it_is_told(running: Start) -> None:
    def enrolment(settings: Settings) -> Service[Store]:
        return Service("enrolment", settings, Store, routers=[router])

    async with running(enrolment, webhooks_to_loopback=True) as here, receiving() as receiver:
        school = here.as_(f"school:{uuid4().hex[:8]}:head")
        assert (await school.post("/webhooks", json={"url": receiver.url})).status_code == 201
        agency = await here.as_("agency:cio-dole:manager").get("/webhooks")
        assert (agency.status_code, "auprès du service referral" in agency.text) == (403, True)
