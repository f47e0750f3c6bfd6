"""One after the other on a document, in the order they came; nobody waits for ever, nobody is forgotten."""

import asyncio
from contextlib import suppress

import pytest

from shared.kernel.errors import Unavailable
from shared.persistence.failures import Away
from shared.persistence.queues import Queues


async def settle() -> None:
    """Let every task go on until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    queues, order = Queues(), list[int]()

    async def one(number: int) -> None:
        async with queues.turn("a"):
            await asyncio.sleep(0.001)
            order.append(number)

    await asyncio.gather(*(one(number) for number in range(20)))
    assert order == list(range(20))


async def test_one_document_does_not_wait_for_another() -> None:
    queues = Queues()
    async with queues.turn("a"), asyncio.timeout(1), queues.turn("b"):
        pass


async def test_a_queue_is_forgotten_when_the_last_has_gone() -> None:
    queues = Queues(max_wait=0.01)
    async with queues.turn("a", "b"):
        with pytest.raises(Unavailable):
            async with queues.turn("b"):
                pass
    assert queues.idle


async def test_two_who_want_the_same_documents_in_another_order_do_not_wait_for_each_other() -> None:
    queues = Queues()

    async def one(*ids: str) -> None:
        for _ in range(50):
            async with queues.turn(*ids):
                await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await asyncio.gather(one("a", "b"), one("b", "a"), one("b", "c", "a"), one("a"))
    assert queues.idle


async def test_who_waits_too_long_is_told_so_and_the_next_comes_in_their_place() -> None:
    queues, done = Queues(max_wait=0.5), list[str]()

    async def one(name: str) -> None:
        async with queues.turn("a"):
            done.append(name)

    async with queues.turn("a"):
        with pytest.raises(Unavailable, match="busy"):
            await one("late")
        next_one = asyncio.create_task(one("next"))
        await settle()
    await next_one
    assert done == ["next"]


async def test_a_turn_that_comes_as_its_owner_leaves_goes_to_the_next() -> None:
    queues, done = Queues(), list[str]()

    async def one(name: str) -> None:
        async with queues.turn("a"):
            done.append(name)

    async with queues.turn("a"):
        leaver, stayer = asyncio.create_task(one("leaver")), asyncio.create_task(one("stayer"))
        await settle()
    leaver.cancel()  # its turn was given a moment ago, and it does not know yet
    with suppress(asyncio.CancelledError):
        await leaver
    async with asyncio.timeout(1):
        await stayer
    assert done == ["stayer"]
    assert queues.idle


async def test_who_waits_behind_one_that_found_the_database_away_is_told_at_once() -> None:
    queues = Queues()

    async def finds_it_away() -> None:
        async with queues.turn("a"):
            await asyncio.sleep(0.01)
            raise Away("NetworkTimeout")

    async def waits() -> None:
        async with queues.turn("a", "b"):
            raise AssertionError("it is not our turn")

    async with asyncio.timeout(1):
        answers = await asyncio.gather(finds_it_away(), *(waits() for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Away] * 6
    assert queues.idle


async def test_another_s_own_failure_concerns_nobody_else() -> None:
    queues = Queues()

    async def fails() -> None:
        async with queues.turn("a"):
            await asyncio.sleep(0)
            raise ValueError

    async def goes_on() -> bool:
        async with queues.turn("a"):
            return True

    assert (await asyncio.gather(fails(), goes_on(), return_exceptions=True))[1] is True
