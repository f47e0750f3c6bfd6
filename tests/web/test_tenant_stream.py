"""An agency or a school follows its own events over HTTP: from where it was, those of its own teller, while its token is good."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.servers import Servers
from shared.messaging.tenant_topic import TenantTopic
from shared.messaging.topics import outbound
from shared.settings import Settings
from shared.web import tenant_stream
from shared.web.app import Service
from shared.web.tokens import LEEWAY
from tests.conftest import Running, Start
from tests.messaging.by_hand import delete_before
from tests.messaging.tenants import NOON, tell, told
from tests.messaging.topics import make
from tests.web.builders import Store
from tests.web.sse import reading
from tests.web.test_rates import token_for
from tests.web.test_serving import served


def following(settings: Settings) -> Service[Store]:
    return Service("requests", settings, Store, routers=[tenant_stream.router])


class Here:
    """A service that answers on a port, and a school of its own with its topic."""

    def __init__(self, servers: Servers, running: Running, port: int, keys: Path) -> None:
        self.servers, self.running, self.port, self.keys = servers, running, port, keys
        self.tenant = f"dole-{uuid4().hex[:8]}"
        self.topic = TenantTopic(outbound(self.tenant), "enrolment")
        self.scope = f"school:{self.tenant}:head"
        self.token = token_for(keys, self.scope)

    async def tells(self, *numbers: int) -> None:
        await tell(self.servers, self.topic, *map(told, numbers))


Begin = Callable[..., AbstractAsyncContextManager[Here]]


@pytest.fixture
def begun(servers: Servers, running: Start, keys: Path) -> Begin:
    """`async with begun() as at`; keyword arguments are settings."""

    @asynccontextmanager
    async def start(**knobs: object) -> AsyncIterator[Here]:
        async with running(following, **knobs) as service, served(service) as port:
            made = Here(servers, service, port, keys)
            await make(servers.kafka, made.topic.name)
            yield made

    return start


async def test_each_event_is_named_by_its_type_with_its_offset_as_id_and_a_cloudevent_as_data(begun: Begin) -> None:
    async with begun() as at:
        await at.tells(1)
        async with reading(at.port, at.token) as stream:
            await stream.until(1)
            await at.tells(2)
            assert await stream.until(2) == ["a1", "a2"]
            first, second = stream.came
    assert (first.event, first.id, second.id) == ("fr.etabli.outbound.place.offered.v1", "0", "1")
    assert first.data == {
        "specversion": "1.0", "id": first.data["id"], "source": "/enrolment/outbound/a", "type": first.event, "subject": "a",
        "time": NOON.isoformat(), "sequence": "1", "datacontenttype": "application/json",
        "data": {"young_id": "a", "number": 1},
    }  # fmt: skip


async def test_one_resumes_after_the_last_id_whatever_the_address_says(begun: Begin) -> None:
    async with begun() as at:
        await at.tells(1, 2, 3, 1, 2, 3, 4)
        for last, since, expected in [
            ("1", None, ["a3", "a4"]), (None, "1", ["a3", "a4"]), ("2", "0", ["a4"]), (None, "-1", ["a1", "a2", "a3", "a4"]),
            ("4", None, ["a4"]), ("", None, ["a1", "a2", "a3", "a4"]),
        ]:  # fmt: skip
            query = {} if since is None else {"since": since}
            async with reading(at.port, at.token, last=last, **query) as stream:
                assert await stream.until(len(expected)) == expected


async def test_an_id_that_is_too_old_or_was_never_given_gets_a_resync_and_the_rest(begun: Begin) -> None:
    async with begun() as at:
        await at.tells(1, 2, 3, 4)
        await delete_before(at.servers, at.topic.name, 2)
        for last in ("0", "-1", "400", "9" * 30, "abc"):
            async with reading(at.port, at.token, last=last) as stream:
                assert await stream.until(3) == ["resync", "a3", "a4"]
                assert (stream.came[0].id, stream.came[0].data["position"]) == ("1", 1)
        async with reading(at.port, at.token, last="1") as stream:
            assert await stream.until(2) == ["a3", "a4"]


async def test_a_position_that_is_no_number_is_refused_in_an_address(begun: Begin) -> None:
    async with begun() as at:
        client = at.running.as_(at.scope)
        answers = [await client.get("/stream", params={"since": since}) for since in ("a", "-2", "+1", "1 ", "1.0")]
    assert [answer.status_code for answer in answers] == [422] * 5


async def test_a_tenant_has_so_many_streams_and_is_told_when_to_come_back(begun: Begin) -> None:
    async with begun(streams_per_tenant=2) as at, AsyncExitStack() as open_ones:
        for _ in range(2):
            await open_ones.enter_async_context(reading(at.port, at.token))
        async with asyncio.timeout(10):  # an answer that is no refusal would not end
            refused = await at.running.as_(at.scope).get("/stream")
        async with reading(at.port, token_for(at.keys, "agency:cio-dole")) as other:
            assert other.answer.status_code == 200
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "too_many_streams", "60")


@pytest.mark.parametrize("scope", ["region", "federation", "admin", "school:dole:workshop"])
async def test_who_has_no_events_or_may_not_read_applications_follows_nothing(begun: Begin, scope: str) -> None:
    async with begun() as at, asyncio.timeout(10):
        assert (await at.running.as_(scope).get("/stream")).status_code == 403


async def test_an_agency_and_a_school_of_one_id_hear_each_its_own_teller(begun: Begin) -> None:
    async with begun() as at:
        await tell(at.servers, at.topic, told(1, teller="referral"), told(2))
        agency = token_for(at.keys, f"agency:{at.tenant}")
        async with reading(at.port, at.token) as school, reading(at.port, agency) as other:
            assert await school.until(1) == ["a2"]
            assert await other.until(1) == ["a1"]


async def test_a_silent_stream_says_that_it_is_there(begun: Begin) -> None:
    async with begun(heartbeat_every=0.1) as at, reading(at.port, at.token) as stream:
        async with asyncio.timeout(5):
            while len(stream.comments) < 3:
                await asyncio.sleep(0.02)


async def test_a_stream_ends_with_its_token(begun: Begin) -> None:
    async with begun() as at:
        await at.tells(1)
        short = token_for(at.keys, at.scope, timedelta(seconds=6) - LEEWAY)
        async with reading(at.port, short) as stream:
            assert await stream.until(1) == ["a1"]
            await stream.ended.wait()


async def test_the_streams_of_a_tenant_are_read_from_kafka_once(begun: Begin) -> None:
    async with begun() as at, AsyncExitStack() as open_ones:
        await at.tells(1)
        streams = [await open_ones.enter_async_context(reading(at.port, at.token)) for _ in range(5)]
        for stream in streams:
            assert await stream.until(1) == ["a1"]
        (feed,) = at.running.runtime.tenant_topics.feeds
        assert feed.followers == 5


async def test_a_reader_who_leaves_a_silent_stream_is_no_failure_of_ours(begun: Begin, caplog: pytest.LogCaptureFixture) -> None:
    async with begun() as at:
        await at.tells(1)
        for _ in range(3):
            async with reading(at.port, at.token) as stream:
                await stream.until(1)
                await asyncio.sleep(0.1)
        async with asyncio.timeout(20):
            while at.running.runtime.tenant_topics.feeds:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
    assert "Exception in ASGI application" not in caplog.text
