"""An agency refers on a topic of its own: found by itself, heard as over HTTP, and what is wrong holds nothing back."""

from typing import Any

from deploy.local.servers import Servers
from tests.conftest import Start
from tests.referral.builders import CIO, a_referral, referring
from tests.referral.inbound import STRUCTURED, asked, has_topic, hearing, referrals, rejections, send, structured


async def test_a_topic_that_is_made_later_is_heard_in_either_mode(servers: Servers, running: Start) -> None:
    async with referring(running, hearing) as here:
        await has_topic(servers)

        async def both() -> bool:
            return len(await referrals(here)) == 2

        await send(servers, asked())
        await send(servers, structured(a_referral(external_id="R-2")), key=None, given=STRUCTURED)
        await here.until(both, within=12)
        assert await rejections(here) == []
        bad = await send(servers, asked(situation="nulle part"), key="R-3")
        await send(servers, asked(), key="R-3")

        async def mended() -> Any:
            return len(await referrals(here)) == 3 and await rejections(here)

        [rejection] = await here.until(mended, within=5)
        over_http = await here.as_(f"agency:{CIO}").post("/referrals", json=a_referral(situation="nulle part"))
        assert {name: rejection[name] for name in ("code", "detail", "errors")} == {
            name: over_http.json()[name] for name in ("code", "detail", "errors")
        }
        assert (rejection["topic"], rejection["partition"], rejection["offset"]) == (f"etabli.inbound.{CIO}", 0, bad)
