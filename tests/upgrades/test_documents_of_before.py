"""What build 0b04a22 really kept is put into today's form, and read, decided on and rebuilt as it was meant."""

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bson import json_util

from deploy.local.servers import Servers
from services.enrolment.main import service as enrolment
from services.production.main import service as production
from services.referral.main import service as referral
from services.referral.settings import Settings as OfReferral
from services.reporting.main import service as reporting
from services.reporting.projections import PROJECTIONS
from services.reporting.settings import Settings as OfReporting
from shared.events.message import ConsumerRecord, read
from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations
from tests.conftest import Running, Start
from tests.upgrades.kept import IDENTITY, ON, Kept, load, restore

NAMES = ("Quintard", "Dominique", "Les Amis du Vieux Moulin", "Commande n", "quatorze ans", "Vasseur")
MORNING = f"{ON}T06:00:00+00:00"
HEAD = "school:besancon:head"
AGENCIES = ("atelier-morel-vernier", "cio-des-peupliers")


pytestmark = pytest.mark.slow


@cache
def kept() -> Kept:
    return load(Path(__file__).parent / "documents/0b04a22.json")


@asynccontextmanager
async def upgraded(running: Start, servers: Servers, make: Any, *settings: Any) -> AsyncIterator[Running]:
    """Today's service on the documents of then; what it hears is another test's."""
    restore(kept(), servers.mongodb)
    knobs = {"kafka": "127.0.0.1:1", "simulated_start": MORNING, "fresh": False}
    async with running(make, *settings, **knobs) as here:
        yield here


async def asked(here: Running, scope: str, path: str, **more: Any) -> Any:
    answer = await here.as_(scope).request("POST" if more else "GET", path, **more)
    assert answer.is_success, answer.text
    return answer.json()


async def in_clear(here: Running) -> list[str]:
    """Which of the names may be read in the database as it stands."""
    names = await here.runtime.persistence.database.names()
    rows = [await here.runtime.persistence.database[name].find() for name in sorted(names - {"agencies"})]
    written = json_util.dumps(rows, ensure_ascii=False) + "".join(_texts(rows))
    return [name for name in NAMES if name in written]


def _texts(kept: Any) -> list[str]:
    if isinstance(kept, bytes):
        return [kept.decode("latin-1")]
    inner = kept.values() if isinstance(kept, dict) else kept if isinstance(kept, list) else ()
    return [text for one in inner for text in _texts(one)]


async def test_referral_seals_and_recognises_whom_it_kept_and_says_no_residence(running: Start, servers: Servers) -> None:
    async with upgraded(running, servers, referral, OfReferral) as here:
        assert await in_clear(here) == []
        [shown] = [
            one for one in (await asked(here, f"agency:{AGENCIES[0]}:counsellor", "/referrals"))["items"]
            if one["submitted_on"] == ON
        ]  # fmt: skip
        whole = await asked(here, f"agency:{AGENCIES[0]}:counsellor", f"/referrals/{shown['referral_id']}")
        [representative] = whole["identity"]["representatives"]
        assert (whole["identity"]["given_name"], representative["name"]) == ("Zélie", "Dominique Quintard")
        assert whole["counsellor"] == {"name": "S. Vasseur", "phone": None}
        read_by = (await asked(here, "admin", "/admin/audit"))["items"]
        assert ("camille", "whole") in [(one["sub"], one["what"]) for one in read_by]
        identity = {name: said for name, said in IDENTITY.items() if name != "representative"}
        again = {
            "external_id": "KEPT-2", "identity": identity, "counsellor": {"name": "A. Bonnefoy", "phone": "0639988002"},
            "situation": "in_school_at_risk", "wishes": [{"school": "dole", "programme": "cap-serrurerie-metallerie"}],
            "on": ON, "informed_on": ON, "information": "v1",
        }  # fmt: skip
        answer = await here.as_("agency:mlds-des-etangs:counsellor").post("/referrals", json=again)
        assert answer.status_code == 201, answer.text
        assert answer.json()["young_id"] == whole["young_id"]
        assert await here.store.referrals.collection.count({"state.department": {"$exists": True}}) == 0


async def test_enrolment_tells_two_referrals_apart_and_confirms_the_place_that_was_offered(
    running: Start, servers: Servers
) -> None:
    async with upgraded(running, servers, enrolment) as here:
        assert await in_clear(here) == []
        assert [one["code"] for one in (await asked(here, "admin", "/admin/parked"))["items"]] == ["not_cloudevents"]
        offered = [one for one in (await asked(here, HEAD, "/applications"))["items"] if one["status"] == "offered"]
        [one] = offered
        path = f"/intakes/{one['intake_id']}/applications/{one['young_id']}"
        seen = [await asked(here, f"agency:{agency}:counsellor", path) for agency in AGENCIES]
        assert [one["status"] for one in seen] == ["offered", "offered"]
        confirmed = await asked(here, f"agency:{AGENCIES[0]}:counsellor", f"{path}/confirm", json={"on": ON})
        assert confirmed["status"] == "enrolled"
        pupil = await asked(here, HEAD, f"/pupils/{one['young_id']}")
        assert (pupil["status"], pupil["birth_month"]) == ("due", "2008-09")


async def test_production_shows_clients_and_weeks_of_then_and_credits_an_invoice_of_then(
    running: Start, servers: Servers
) -> None:
    async with upgraded(running, servers, production) as here:
        assert await in_clear(here) == []
        schools = ("besancon", "chalon", "chamblanc", "clux-villeneuve", "dole")
        clients = [one for school in schools for one in (await asked(here, f"school:{school}:head", "/clients"))["items"]]
        assert len(clients) == 30
        assert {"Les Amis du Vieux Moulin"} <= {one["name"] for one in clients}
        orders = {school: (await asked(here, f"school:{school}:head", "/orders"))["items"] for school in schools}
        assert all(one["title"].startswith("Commande n") for every in orders.values() for one in every)
        school, invoiced = next((school, one) for school in schools for one in orders[school] if one["status"] == "invoiced")
        body = {"code": "typing", "on": ON}
        credited = await asked(here, f"school:{school}:head", f"/orders/{invoiced['order_id']}/credit", json=body)
        assert credited["credit_notes"][0]["number"] > invoiced["number"]
        week = kept()["databases"]["production"]["weeks"][0]["state"]
        hours = await asked(here, f"school:{week['school']}:workshop", f"/weeks/{week['week']}")
        assert [one["young_id"] for one in hours["pupils"]] == [week["young_id"]]


def heard() -> list[ConsumerRecord]:
    return [
        ConsumerRecord(
            topic=one["topic"], partition=0, offset=rank, key=one["key"].encode(), value=json.dumps(one["value"]).encode(),
            headers=[(name, b64decode(value)) for name, value in one["headers"]],
        )
        for rank, one in enumerate(kept()["messages"])
    ]  # fmt: skip


async def test_reporting_reads_rows_of_then_and_makes_the_same_figures_of_what_was_told_then(
    running: Start, servers: Servers
) -> None:
    async with upgraded(running, servers, reporting, OfReporting) as here:
        before = await asked(here, "region", "/indicators")
        persistence = Persistence(here.runtime.persistence.database, "reporting", here.store.clock)
        generations = Generations(persistence, PROJECTIONS)
        await generations.begin()
        generation = generations.generation(2)
        for record in heard():
            message = read(record)
            await generation.fold(generation.changes(message.event(), message))
        await generations.switch(2, 10**6)
        after = await asked(here, "region", "/indicators")
        assert len(before["indicators"]) > 5
        changed = {one["name"] for one, then in zip(after["indicators"], before["indicators"], strict=True) if one != then}
        assert changed == {"answer_rate"}, "its delays run between instants that rows of then did not keep: hence the rebuild"
