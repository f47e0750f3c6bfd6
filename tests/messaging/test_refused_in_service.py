"""While Kafka refuses the catalogue, a referral posted meanwhile is answered, and readiness says what is refused."""

from typing import Any

import httpx
import pytest

from deploy.local.servers import Servers
from services.enrolment.main import service as enrolment
from services.referral.main import service as referral
from tests.conftest import Running, Start
from tests.enrolment.life import INTAKE, PROGRAMME, SCHOOL, THIS_YEAR
from tests.messaging.outboxes import a_toy, toys
from tests.messaging.topics import let_in
from tests.referral.builders import a_referral
from tests.web.builders import toy

CATALOGUE = "etabli.catalogue"
SECONDS = 90


async def ready(here: Running) -> dict[str, Any]:
    answer = await here.signed_out().get("/health/ready")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def is_settled(here: Running) -> bool:
    """All is told. What other tests told may be parked here."""
    state = await ready(here)
    return bool((state["kafka"], state["pending"], state["refusing"]) == ("ok", 0, []))


async def put(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
    answer = await client.put(path, json=body)
    assert answer.status_code == 200, answer.text


@pytest.mark.slow
async def test_a_referral_is_answered_while_the_catalogue_is_refused(running: Start, servers: Servers) -> None:
    async with running(referral) as agencies, running(enrolment) as schools:
        admin, head, cio = schools.as_("admin"), schools.as_("school:essai:head"), agencies.as_("agency:cio-dole")
        await put(admin, "/schools/essai", SCHOOL)
        await put(admin, "/schools/essai/programmes/cap", PROGRAMME)
        assert (await head.post("/intakes", json={**INTAKE, **THIS_YEAR})).status_code == 201
        await put(agencies.as_("admin"), "/agencies/cio-dole", {"kind": "cio", "name": "CIO", "department": "39"})
        await schools.until(lambda: is_settled(schools))
        await agencies.until(lambda: may_be_wished_for(agencies, "essai"), within=SECONDS)
        await let_in(servers.kafka, CATALOGUE, 100)
        try:
            await put(admin, "/schools/tardive", {**SCHOOL, "name": "École tardive"})
            await schools.until(lambda: refuses(schools, [CATALOGUE]), within=SECONDS)
            posted = await cio.post("/referrals", json=a_referral(wishes=[{"school": "essai", "programme": "cap"}]))
            assert posted.status_code == 201, posted.text
            await agencies.until(lambda: answered(agencies, posted.json()["referral_id"]), within=SECONDS)
            assert (await ready(schools))["refusing"] == [CATALOGUE]
            await schools.until(
                lambda: shows(schools, f'etabli_outbox_held_documents{{topic="{CATALOGUE}"}} 1.0'), within=SECONDS
            )
        finally:
            await let_in(servers.kafka, CATALOGUE, 1_048_588)
        await schools.until(lambda: is_settled(schools), within=SECONDS)
        told = await schools.store.database["history"].find({"topic": CATALOGUE, "key": "tardive"})
        assert [entry["sequence"] for entry in told] == [1]


async def shows(here: Running, line: str) -> bool:
    """Whether a scrape has this line: measured by the service itself, every few seconds."""
    return line in (await here.signed_out().get("/metrics")).text


async def refuses(here: Running, topics: list[str]) -> bool:
    state = await ready(here)
    return bool((state["status"], state["kafka"], state["refusing"]) == ("degraded", "ok", topics))


async def may_be_wished_for(here: Running, school: str) -> bool:
    shown = (await here.as_("agency:cio-dole").get("/schools")).json()["items"]
    return school in [one["id"] for one in shown if one["programmes"]]


async def answered(here: Running, referral_id: str) -> bool:
    shown = (await here.as_("agency:cio-dole").get(f"/referrals/{referral_id}")).json()
    return "under_review" in str(shown)


async def test_documents_that_kafka_refuses_do_not_make_a_service_unready(running: Start) -> None:
    async with running(toy, outbox_limit=2) as here:
        await a_toy(here.runtime.persistence, "etabli.never")
        await here.until(lambda: refuses(here, ["etabli.never"]), within=SECONDS)
        await toys(here.runtime.persistence, "etabli.never", 3)
        await here.until(lambda: _none_waits(here), within=SECONDS)
        assert (await ready(here))["pending"] == 3


async def _none_waits(here: Running) -> bool:
    return await here.runtime.relay.pending(10, held=False) == 0
