"""What an agency is told reaches its server: signed, thin, in order per person, again when it failed, and under the same id."""

import asyncio
from datetime import date, timedelta
from functools import partial
from itertools import groupby

import pytest

from tests.messaging.by_hand import delete_before
from tests.webhooks.drivers import Desk, OpenDesk, a_desk
from tests.webhooks.receivers import Got, Receiver, in_turn, receiving


async def test_what_is_told_after_the_registration_comes_signed_and_thin(desk: OpenDesk) -> None:
    async with desk() as at, receiving() as receiver:
        await at.tells(1)
        made = await at.register(receiver.url)
        (second,) = await at.tells(2)
        (got,) = await receiver.until_got(1)
        said = got.verified(made["secret"])
        assert (got.id, said["id"], said["type"]) == (second, second, "fr.etabli.outbound.place.offered.v1")
        assert said["timestamp"] == "2025-09-01T10:00:00+00:00"
        assert said["data"] == {"young_id": "a", "position": 1, "read": "/snapshot"}
        shown = await at.until(made["webhook_id"], lambda one: one["position"] == 1)
        assert (shown["state"], shown["says"]) == ("active", "Tout ce qui vous est dit est envoyé et accepté.")
        assert "secret" not in shown


@pytest.mark.slow
async def test_each_person_s_events_come_in_order_and_several_persons_side_by_side(desk: OpenDesk) -> None:
    async def slowly(_got: Got) -> int:
        await asyncio.sleep(0.05)
        return 204

    async with desk(webhooks_at_once=3) as at, receiving(slowly) as receiver:
        await at.register(receiver.url)
        for number in range(1, 5):
            for young in "abcde":
                await at.tells(number, young=young)
        await receiver.until_got(20)
        assert 1 < receiver.most_at_once <= 3
        came = [(got.said["data"]["young_id"], got.said["data"]["position"]) for got in receiver.got]
        for _, of_one in groupby(sorted(came, key=lambda one: one[0]), key=lambda one: one[0]):
            positions = [position for _, position in of_one]
            assert positions == sorted(positions)


async def test_what_fails_is_sent_again_under_its_id_before_what_follows_of_the_same_person(desk: OpenDesk) -> None:
    async with desk() as at, receiving(in_turn(500, None, 503)) as receiver:
        made = await at.register(receiver.url)
        one, two = await at.tells(1, 2)
        await receiver.until_got(5)
        assert receiver.ids() == [one, one, one, one, two]
        await at.until(made["webhook_id"], lambda shown: shown["position"] == 1)
        attempts = (await at.client.get(f"/webhooks/{made['webhook_id']}/attempts", params={"limit": 3})).json()
        assert [attempt["status"] for attempt in attempts["items"]] == [204, 204, 503]
        assert attempts["items"][2]["says"] == "Votre serveur répond 503."
        following = {"limit": 3, "cursor": attempts["next"]}
        rest = (await at.client.get(f"/webhooks/{made['webhook_id']}/attempts", params=following)).json()["items"]
        assert [(attempt["status"], attempt["result"]) for attempt in rest] == [(None, "unreachable"), (500, "answered_no")]


@pytest.mark.slow
async def test_an_endpoint_that_hangs_or_fails_holds_up_no_other_of_the_tenant_or_of_another(desk: OpenDesk) -> None:
    async def hang(_got: Got) -> None:
        await asyncio.sleep(60)

    async with desk() as at, receiving(hang) as hanging, receiving(in_turn(*[500] * 99)) as failing, receiving() as well:
        other = await a_desk(at.servers, at.here)
        for url in (hanging.url, failing.url, well.url):
            await at.register(url)
        await other.register(well.url + "/other")
        await asyncio.gather(at.tells(1), other.tells(1))
        await well.until_got(2)
        await hanging.until_got(1)
        for number in range(2, 12):
            told = await at.tells(number)
            await well.until(partial(_has, well, told[0]), within=10)


@pytest.mark.slow
async def test_three_days_of_failures_disable_it_with_a_word_on_the_stream_and_at_the_desk(desk: OpenDesk) -> None:
    async with desk(webhooks_give_up_hours=0.0001) as at, receiving(in_turn(*[500] * 99)) as receiver:
        made = await at.register(receiver.url)
        id = made["webhook_id"]
        (one,) = await at.tells(1)
        shown = await at.until(id, lambda shown: shown["state"] == "disabled")
        assert "votre serveur répond 500" in shown["says"]
        assert f"POST /webhooks/{id}/enable" in shown["says"]
        (word,) = await at.standing()
        assert (word.type, word.key) == ("fr.etabli.outbound.webhook.disabled.v1", id)
        assert b'"code":"given_up"' in word.data
        sent = len(receiver.got)
        await asyncio.sleep(0.3)
        assert len(receiver.got) == sent

        receiver.answers = lambda _got: 204
        assert (await at.ask(id, "test")).json()["says"] == "Votre serveur accepte ce qui lui est envoyé."
        assert (await at.ask(id, "enable")).json()["state"] == "active"
        await receiver.until(lambda: one in receiver.ids()[sent + 1 :])
        await receiver.until(lambda: id in [got.said["data"].get("webhook_id") for got in receiver.got[sent + 1 :]])
        assert (await at.until(id, lambda shown: shown["position"] == 1))["state"] == "active"


@pytest.mark.slow
async def test_410_disables_it_at_once(desk: OpenDesk) -> None:
    async with desk() as at, receiving(in_turn(410)) as receiver:
        made = await at.register(receiver.url)
        await at.tells(1, 2)
        shown = await at.until(made["webhook_id"], lambda shown: shown["state"] == "disabled")
        assert len(receiver.got) == 1
        assert "(410)" in shown["says"]
        assert b'"code":"gone"' in (await at.standing())[0].data


@pytest.mark.slow
async def test_it_is_left_alone_for_as_long_as_it_asks(desk: OpenDesk) -> None:
    busy = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n"
    async with desk() as at, receiving(in_turn(busy)) as receiver:
        made = await at.register(receiver.url)
        loop = asyncio.get_running_loop()
        await at.tells(1)
        await receiver.until_got(1)
        asked_at = loop.time()
        assert "(429)" in (await at.until(made["webhook_id"], lambda shown: shown["state"] == "failing"))["says"]
        await receiver.until_got(2)
        assert loop.time() - asked_at > 1.8


@pytest.mark.slow
async def test_a_replay_sends_everything_again_from_a_day_under_the_same_ids_then_goes_on(desk: OpenDesk) -> None:
    async with desk(simulated=False) as at, receiving() as receiver:
        today = date.today()
        before = await at.tells(1, 2)
        made = await at.register(receiver.url)
        after = await at.tells(3)
        await receiver.until_got(1)
        assert (await at.ask(made["webhook_id"], "replay", since=f"{today - timedelta(days=1)}")).status_code == 202
        await receiver.until_got(2)
        later = await at.tells(4)
        await receiver.until(lambda: later[0] in receiver.ids())
        assert set(receiver.ids()) <= {*before, *after, *later}
        for day, code in ((today - timedelta(days=32), "too_long_ago"), (today + timedelta(days=2), "in_the_future")):
            refused = await at.ask(made["webhook_id"], "replay", since=f"{day}")
            assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.slow
async def test_a_replay_under_a_simulated_clock_looks_at_when_events_were_told(desk: OpenDesk) -> None:
    async with desk(simulated_start="2025-09-02T06:00:00+00:00") as at, receiving() as receiver:
        first = await at.tells(1, 2)
        made = await at.register(receiver.url)
        second = await at.tells(3)
        await receiver.until_got(1)
        await at.until(made["webhook_id"], lambda shown: shown["position"] == 2)
        await at.ask(made["webhook_id"], "replay", since="2025-09-02")
        await at.until(made["webhook_id"], lambda shown: shown["position"] == 2)
        await asyncio.sleep(0.3)
        assert receiver.ids() == second, "all of it was told the day before"
        await at.ask(made["webhook_id"], "replay", since="2025-09-01")
        await receiver.until_got(4)
        assert receiver.ids()[1:] == [*first, *second]


@pytest.mark.slow
async def test_too_old_a_place_gets_a_word_and_goes_on_with_what_is_left(desk: OpenDesk) -> None:
    async with desk() as at, receiving(in_turn(410)) as receiver:
        made = await at.register(receiver.url)
        id = made["webhook_id"]
        await at.tells(1, 2, 3)
        await at.until(id, lambda shown: shown["state"] == "disabled")
        await delete_before(at.servers, at.topic.name, 2)
        await at.ask(id, "enable")
        await receiver.until_got(3)
        word = receiver.got[1]
        assert word.verified(made["secret"])["type"] == "fr.etabli.outbound.webhook.resync.v1"
        assert word.said["data"] == {"position": 1, "read": "/snapshot"}
        await receiver.until(lambda: 2 in [got.said["data"].get("position") for got in receiver.got[2:]])


@pytest.mark.slow
async def test_a_rolled_secret_signs_beside_the_former_one_for_a_while(desk: OpenDesk) -> None:
    async with desk() as at, receiving() as receiver:
        made = await at.register(receiver.url)
        rolled = (await at.ask(made["webhook_id"], "secret")).json()
        assert rolled["secret"] != made["secret"]
        assert rolled["former_secret_until"]
        await at.here.until(lambda: _signs(at, receiver, made["webhook_id"], made["secret"], rolled["secret"]))
        third = (await at.ask(made["webhook_id"], "secret", keep_hours=0)).json()
        assert third["former_secret_until"] is None
        await at.ask(made["webhook_id"], "test")
        assert receiver.got[-1].headers["webhook-signature"].count(",") == 1
        receiver.got[-1].verified(third["secret"])


def _has(receiver: Receiver, id: str) -> bool:
    return id in receiver.ids()


async def _signs(at: Desk, receiver: Receiver, id: str, *secrets: str) -> bool:
    await at.ask(id, "test")
    return all(receiver.got[-1].verified(secret) for secret in secrets)
