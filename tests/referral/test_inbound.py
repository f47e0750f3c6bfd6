"""An agency refers on a topic of its own: found by itself, heard as over HTTP, and what is wrong holds nothing back."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition

from deploy.local.servers import Servers
from shared.events.outbound import OUTBOUND_EVENTS
from shared.events.rejections import ReferralRejected
from shared.messaging.kafka import consumer
from shared.messaging.topics import inbound, outbound
from tests.conftest import Start
from tests.messaging.by_hand import NOT_UTF8, Put, put
from tests.referral.builders import CIO, COLLEGE, SOCIAL, a_referral, referring
from tests.referral.inbound import STRUCTURED, asked, has_topic, hearing, referrals, rejections, send, structured

NEW_TOPIC_WITHIN = 10.0


async def test_an_agency_s_messages_are_taken_in_or_answered_each(servers: Servers, running: Start) -> None:
    for agency in (CIO, COLLEGE, SOCIAL):
        await has_topic(servers, agency)
    async with referring(running, hearing) as here:
        await send(servers, asked())
        await send(servers, structured(a_referral(external_id="R-2")), key=None, given=STRUCTURED)
        bad = [await send(servers, asked(situation="nulle part"), key="R-3"), await send(servers, None, key="R-3")]
        await put(servers, inbound(CIO), [Put(b"R-4", asked(), NOT_UTF8)])
        await send(servers, asked(), key="R-3")
        await send(servers, asked(), agency=COLLEGE)

        async def all_are() -> Any:
            return (len(await referrals(here)), len(await rejections(here)), len(await referrals(here, COLLEGE))) == (3, 3, 1)

        await here.until(all_are)
        found = await rejections(here)
        assert [(one["code"], one["offset"]) for one in found] == [
            ("invalid", bad[0]), ("no_value", bad[1]), ("unreadable", bad[1] + 1),
        ]  # fmt: skip
        await told(servers, [one["rejection_id"] for one in found])


async def told(servers: Servers, wanted: Sequence[str]) -> None:
    """Return once these rejections are the last that the agency's own stream tells of."""
    told = list[str]()
    async with asyncio.timeout(30), consumer(servers.brokers) as reader:
        reader.assign([TopicPartition(outbound(CIO), 0)])
        while told[-len(wanted) :] != wanted:
            for records in (await reader.getmany(timeout_ms=200)).values():
                named = [(dict(record.headers)["ce_type"].decode(), record.value) for record in records]
                rejected = [data for type, data in named if OUTBOUND_EVENTS[type] is ReferralRejected]
                told += [str(ReferralRejected.model_validate_json(data).rejection_id) for data in rejected]


@pytest.mark.slow
async def test_the_topic_of_an_agency_registered_later_is_heard_within_ten_seconds(servers: Servers, running: Start) -> None:
    async with referring(running, hearing) as here:
        await has_topic(servers, "cio-tardif")
        await send(servers, asked(), agency="cio-tardif")
        await asyncio.sleep(6)
        assert await referrals(here, "cio-tardif") == []  # nobody has registered it yet: it waits
        body = {"kind": "cio", "name": "CIO tardif", "department": "39"}
        await here.as_("admin").put("/agencies/cio-tardif", json=body)

        async def heard() -> bool:
            return len(await referrals(here, "cio-tardif")) == 1

        await here.until(heard, within=NEW_TOPIC_WITHIN)
        assert await rejections(here, "cio-tardif") == []
        await has_topic(servers, "cio-neuf")
        await here.as_("admin").put("/agencies/cio-neuf", json=body)
        await send(servers, asked(), agency="cio-neuf")

        async def heard_too() -> bool:
            return len(await referrals(here, "cio-neuf")) == 1

        await here.until(heard_too, within=NEW_TOPIC_WITHIN)
