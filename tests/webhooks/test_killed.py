"""A process killed outright sends twice under the same id, never not at all."""

import asyncio
import random
from pathlib import Path

import pytest

from deploy.local.servers import Servers
from tests.webhooks.processes import Machine, a_machine
from tests.webhooks.receivers import Got, receiving

pytestmark = pytest.mark.slow


async def test_killed_between_sending_and_remembering_it_sends_twice_with_the_same_id(servers: Servers, keys: Path) -> None:
    async with a_machine(servers, keys) as machine:

        async def accept_and_kill(got: Got) -> int:
            if receiver.ids().count(got.id) == 1 and got.said["data"]["position"] == 1:
                machine.kill()  # it was accepted, and nobody will remember
                await machine.killed()
            return 204

        async with receiving(accept_and_kill) as receiver:
            webhook = await machine.register(receiver.url)
            ids = await machine.tells(1, 2, 3)
            await machine.start()
            await receiver.until(lambda: len(receiver.got) == 2)
            await machine.killed()
            await machine.start()
            await receiver.until(lambda: len(receiver.got) == 4)
            assert receiver.ids() == [ids[0], ids[1], ids[1], ids[2]]
            assert receiver.got[1].body == receiver.got[2].body
            assert receiver.got[2].verified(webhook.secrets[0].text)


async def test_killed_again_and_again_each_event_comes_at_least_once_and_in_order(servers: Servers, keys: Path) -> None:
    async with a_machine(servers, keys) as machine:
        chance = random.Random(7)

        async def now_and_then(_got: Got) -> int:
            await asyncio.sleep(chance.uniform(0, 0.02))
            return 204 if chance.random() < 0.9 else 500

        async with receiving(now_and_then) as receiver:
            await machine.register(receiver.url)
            young = "abcdefgh"
            told = {one: await machine.tells(*range(1, 61), young=one) for one in young}
            for _ in range(4):
                await machine.start()
                await receiver.until_got(len(receiver.got) + 30)
                await asyncio.sleep(chance.uniform(0, 0.3))
                machine.kill()
                await machine.killed()
            await machine.start()
            every = {id for ids in told.values() for id in ids}
            await receiver.until(lambda: every <= set(receiver.ids()), within=300)
            await _settled(machine)
            _came_in_order(receiver.ids(), told)
            print(f"{len(receiver.got)} calls for {len(every)} events, killed 4 times")


async def _settled(machine: Machine) -> None:
    """Wait until all is remembered."""
    async with asyncio.timeout(60):
        while (await machine.webhooks.of(machine.tenant))[0].place.left:  # type: ignore[union-attr]
            await asyncio.sleep(0.05)


def _came_in_order(came: list[str], told: dict[str, list[str]]) -> None:
    for ids in told.values():
        assert list(dict.fromkeys(id for id in came if id in ids)) == ids
