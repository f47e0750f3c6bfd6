"""A person is told by e-mail that something waits, at once or once a day, once their address is proven theirs; of whom, never."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.servers import Servers
from shared.messaging.tenant_topic import TenantTopic
from shared.messaging.topics import outbound
from shared.settings import Settings
from shared.web.app import Service
from shared.web.notices import routes
from shared.web.notices.book import Book
from shared.web.notices.work import notify
from tests.conftest import Running, Start
from tests.messaging.tenants import OFFERED, tell, told
from tests.messaging.topics import make
from tests.web.builders import Store
from tests.web.mail import MailServer, mail_server

MARIE = "marie@ecole.test"
OPENED = "fr.etabli.outbound.application.opened.v1"
YOUNG = "7e1cf2f0-0000-4000-8000-000000000001"


def notifying(settings: Settings) -> Service[Store]:
    return Service("requests", settings, Store, routers=[routes.router], works=[notify])


class At:
    """A service that sends mail, and a school with its topic."""

    def __init__(self, servers: Servers, running: Running, mail: MailServer, tenant: str) -> None:
        self.servers, self.running, self.mail, self.tenant = servers, running, mail, tenant
        self.topic = TenantTopic(outbound(tenant), "enrolment")

    def person(self, sub: str = "Marie Curie") -> httpx.AsyncClient:
        return self.running.as_(f"school:{self.tenant}:head", sub=sub)

    async def opened(self, *numbers: int) -> None:
        await tell(self.servers, self.topic, *(told(number, young=YOUNG, type=OPENED) for number in numbers))

    async def choose(self, frequency: str = "at_once", address: str = MARIE, **who: str) -> httpx.Response:
        return await self.person(**who).put("/notices", json={"address": address, "frequency": frequency})

    async def subscribe(self, frequency: str = "at_once", address: str = MARIE, **who: str) -> None:
        before = len(self.mail.to(address))
        assert (await self.choose(frequency, address, **who)).json()["state"] == "waiting"
        code = code_in(await self.mail.until(address, before + 1))
        assert (await self.person(**who).post("/notices/confirmation", json={"code": code})).json()["state"] == "confirmed"


def code_in(mails: list[Any]) -> str:
    found = re.search(r"^ {4}([0-9]{8})$", mails[-1].get_content(), re.MULTILINE)
    assert found
    return found[1]


Begin = Callable[..., AbstractAsyncContextManager[At]]


@pytest.fixture
def begun(servers: Servers, running: Start) -> Begin:
    @asynccontextmanager
    async def start(mail: MailServer, *, tenant: str | None = None, **knobs: Any) -> AsyncIterator[At]:
        of_mail = {"smtp_host": "127.0.0.1", "smtp_port": mail.port, "smtp_tls": "none", "smtp_sender": "etabli@etabli.test"}
        name = tenant or f"dole-{uuid4().hex[:8]}"
        if not tenant:
            await make(servers.kafka, outbound(name))
        async with running(notifying, **{"notices_apart": 0, **of_mail, **knobs}) as service:
            yield At(servers, service, mail, name)

    return start


async def test_who_proved_their_address_is_told_that_something_waits_and_of_whom_nothing(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail, notices_link="https://etabli.test/ecole") as at:
        await at.opened(1)
        await at.subscribe()
        await tell(at.servers, at.topic, told(2, young=YOUNG, type=OFFERED), told(3, young=YOUNG, type=OPENED))
        _, notice = await mail.until(MARIE, 2)
    assert notice["Subject"] == "[données simulées] Établi : une candidature vous attend"
    assert "– Une candidature vous attend.\n" in notice.get_content(), "what came before they asked is not told"
    assert "https://etabli.test/ecole" in notice.get_content()
    for told_to_nobody in (YOUNG, at.tenant, "Curie", "offered"):
        assert all(told_to_nobody not in one.as_string() for one in mail.to(MARIE))


@pytest.mark.slow
async def test_a_wrong_code_is_no_proof_and_after_five_none_is_right(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail) as at:
        await at.choose()
        right = code_in(await mail.until(MARIE, 1))
        wrong = f"{(int(right) + 1) % 10**8:08}"
        answers = [await at.person().post("/notices/confirmation", json={"code": code}) for code in (*[wrong] * 5, right)]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "wrong_code")] * 6
        other = await at.person("Paul").post("/notices/confirmation", json={"code": right})
        assert other.status_code == 409
        await at.opened(1)
        assert (await at.person().get("/notices")).json()["state"] == "waiting"


@pytest.mark.slow
async def test_once_a_day_all_that_came_is_one_message(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail, notices_hour=9) as at:
        await at.subscribe("daily")
        await at.opened(1, 2, 3)
        book = Book(at.running.runtime.persistence)

        async def all_noted() -> bool:
            return [sum(one.waiting.values()) for one in await book.active()] == [3]

        await at.running.until(all_noted)
        clock = at.running.runtime.persistence.clock
        clock.advance(clock.now() + timedelta(hours=1))
        _, digest = await mail.until(MARIE, 2)
    assert "– Une candidature vous attend (3).\n" in digest.get_content()


@pytest.mark.slow
async def test_an_address_that_takes_no_mail_is_told_so_and_left_alone(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail) as at:
        await at.subscribe()
        mail.refusing[MARIE] = "550 5.1.1 unknown"
        await at.opened(1)

        async def refused() -> bool:
            return bool((await at.person().get("/notices")).json()["state"] == "refused")

        await at.running.until(refused)
        shown = (await at.person().get("/notices")).json()
        assert (shown["frequency"], shown["sentence"].startswith("Le serveur de courriel refuse")) == ("off", True)


@pytest.mark.slow
async def test_what_a_server_took_without_saying_so_is_sent_again_under_the_same_id(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail) as at:
        await at.subscribe()
        mail.cut_off = 1
        await at.opened(1)
        _, first, again = await mail.until(MARIE, 3)
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_content() == again.get_content()


@pytest.mark.slow
async def test_what_comes_while_the_service_or_the_mail_server_is_away_is_told_once_they_are_back(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail) as at:
        await at.subscribe()
        await at.opened(1)
        await mail.until(MARIE, 2)
    await at.opened(2)
    async with begun(mail, tenant=at.tenant, fresh=False) as again:
        await again.opened(3)

        async def noted() -> bool:
            return [one.position for one in await Book(again.running.runtime.persistence).due()] == [2]

        await again.running.until(noted)
        async with mail_server(port=mail.port) as back:
            await back.until(MARIE, 1)


async def test_nobody_s_address_is_flooded_with_codes(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail) as at:
        of_one = [(await at.choose(sub=f"person {number}")).status_code for number in range(4)]
        others = [(await at.choose(address=f"{number}@ecole.test")).status_code for number in range(6)]
        await at.person().delete("/notices")
        refused = await at.choose(address="other@ecole.test")
    assert (of_one, others) == ([200, 200, 200, 429], [200, 200, 200, 200, 200, 429])
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
        429,
        "too_many_confirmations",
        "86400",
    )


@pytest.mark.slow
async def test_who_has_enough_is_forgotten_and_told_nothing_more(begun: Begin) -> None:
    async with mail_server() as mail, begun(mail) as at:
        await at.subscribe()
        assert MARIE not in str(await at.running.runtime.persistence.database["notices"].find()), "it is kept sealed"
        assert (await at.person().delete("/notices")).json()["address"] is None
        assert MARIE not in str(await at.running.runtime.persistence.database["notices"].find())


async def test_where_no_mail_server_is_set_there_are_no_notices(running: Start) -> None:
    async with running(notifying) as here:
        person = here.as_("school:dole:head")
        refused = await person.put("/notices", json={"address": MARIE, "frequency": "daily"})
        assert (refused.status_code, refused.json()["code"]) == (409, "notices_off")
        assert (await person.get("/notices")).json()["available"] is False
