"""Webhooks as they are kept: so many of a tenant whoever writes at once, and no place of a course that is over."""

import asyncio
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.kernel.clock import Clock
from shared.kernel.errors import Refused
from shared.persistence.mongo import Database
from shared.persistence.transaction import Persistence
from shared.webhooks.course import Place
from shared.webhooks.store import Webhooks
from shared.webhooks.webhook import Disabled, Start, Webhook
from tests.conftest import A_MORNING
from tests.webhooks.builders import MONDAY

SECRET = "whsec_" + "QQ" * 16


@pytest_asyncio.fixture(loop_scope="session")
async def replicas(database: Database) -> list[Webhooks]:
    """The same webhooks in two processes, which wait for each other in no queue."""
    made = [Webhooks(Persistence(database, "referral", Clock(A_MORNING), secrets=(b"s" * 32,))) for _ in range(2)]
    await made[0].prepare()
    return made


async def registered(webhooks: Webhooks, url: str = "https://a.example/") -> Webhook:
    return await webhooks.register("cio", uuid4(), url, SECRET, most=2, now=MONDAY)


async def test_two_replicas_together_take_no_more_than_is_permitted_and_no_address_twice(replicas: list[Webhooks]) -> None:
    urls = [f"https://a.example/{number // 2}" for number in range(12)]
    tried = [registered(replicas[number % 2], url) for number, url in enumerate(urls)]
    done = await asyncio.gather(*tried, return_exceptions=True)
    made = [one.url for one in done if isinstance(one, Webhook)]
    assert len(made) == len(set(made)) == 2
    assert all(isinstance(one, Webhook | Refused) for one in done)
    assert {one.url for one in await replicas[0].of("cio")} == set(made)


@pytest.mark.parametrize("term", [3, 4])
async def test_a_place_is_kept_by_who_has_the_lease_now_or_later(replicas: list[Webhooks], term: int) -> None:
    webhook = await registered(replicas[0])
    assert await replicas[0].keep_place(webhook, Place(1), term=3)
    assert await replicas[1].keep_place(webhook, Place(2, left=(1,)), term=term)
    assert not await replicas[0].keep_place(webhook, Place(9), term=2)
    assert (await replicas[0].of("cio"))[0].place == Place(2, left=(1,))


async def test_what_an_earlier_course_acknowledges_is_kept_no_more(replicas: list[Webhooks]) -> None:
    webhooks = replicas[0]
    webhook = await registered(webhooks)
    await webhooks.keep_place(webhook, Place(8, left=(5,)), term=1)
    replayed = await webhooks.replay("cio", webhook.uuid, Start(MONDAY))
    assert (replayed.place, replayed.start.known) == (None, 4)
    assert not await webhooks.keep_place(webhook, Place(9), term=1)
    await webhooks.disable(webhook, Disabled(MONDAY, "gone", MONDAY, "gone", 410))
    assert (await webhooks.get("cio", webhook.uuid)).disabled is None


async def test_one_enabled_again_goes_on_where_it_stopped_as_if_nothing_had_failed(replicas: list[Webhooks]) -> None:
    webhooks = replicas[0]
    webhook = await registered(webhooks)
    await webhooks.keep_place(webhook, Place(8, left=(5,), suspects=frozenset("a"), rounds=9, resting_until=MONDAY), term=1)
    await webhooks.disable(webhook, Disabled(MONDAY, "gone", MONDAY, "gone", 410))
    assert (await webhooks.get("cio", webhook.uuid)).state == "disabled"
    assert (await webhooks.enable("cio", webhook.uuid)).place == Place(8, left=(5,))
    again = await webhooks.enable("cio", webhook.uuid)
    assert (again.state, again.course) == ("active", 2)


async def test_it_is_disabled_and_said_so_once(replicas: list[Webhooks], database: Database) -> None:
    webhook = await registered(replicas[0])
    off = Disabled(MONDAY, "given_up", MONDAY, "answered_no", 500)
    await asyncio.gather(*(one.disable(webhook, off) for one in (*replicas, *replicas)))
    (row,) = await database["webhook_standings"].find()
    assert [entry["type"] for entry in row["outbox"]] == ["fr.etabli.outbound.webhook.disabled.v1"]
    assert row["outbox"][0]["topic"] == "etabli.outbound.cio"


async def test_a_secret_that_seals_no_more_still_opens_what_it_sealed(database: Database) -> None:
    former = Webhooks(Persistence(database, "referral", Clock(A_MORNING), secrets=(b"s" * 32,)))
    await former.prepare()
    webhook = await registered(former)
    later = Webhooks(Persistence(database, "referral", Clock(A_MORNING), secrets=(b"t" * 32, b"s" * 32)))
    await later.prepare()
    assert (await later.get("cio", webhook.uuid)).secrets == webhook.secrets
    with pytest.raises(Refused):
        await registered(later)
