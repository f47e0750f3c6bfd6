"""Group commit: shared writes, each one's own answer, and nobody's fault but their own."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.kernel.errors import Invalid, Problem
from shared.persistence.failures import Away
from shared.persistence.gathering import Gathering


class Written:
    """What writes: it keeps the groups it was given, and fails where a demand says so."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []

    async def __call__(self, demands: Sequence[str]) -> list[str | Problem]:
        self.groups.append(list(demands))
        await asyncio.sleep(0)
        if "bug" in demands:
            raise ValueError
        if "unanswered" in demands:
            return []
        if "away" in demands:
            raise Away("gone")
        return [Invalid("wrong", "Non.") if one == "wrong" else one.upper() for one in demands]


async def test_who_comes_while_one_is_written_shares_the_next_write_and_no_more_than_so_many_do() -> None:
    write = Written()
    gathering = Gathering(write, most=3)
    first = asyncio.create_task(gathering.ask("a"))
    while not write.groups:
        await asyncio.sleep(0)
    others = await asyncio.gather(*map(gathering.ask, "bcde"))
    assert (await first, others) == ("A", ["B", "C", "D", "E"])
    assert write.groups == [["a"], ["b", "c", "d"], ["e"]]


async def test_each_is_told_its_own_problem() -> None:
    answers = await Gathering(Written(), most=9).ask_each(["a", "wrong", "b"])
    assert (answers[0], answers[2]) == ("A", "B")
    assert isinstance(answers[1], Invalid)
    with pytest.raises(Invalid):
        await Gathering(Written(), most=9).ask("wrong")


async def test_what_would_fail_again_fails_its_own_asker_alone() -> None:
    write = Written()
    answers = await Gathering(write, most=9).ask_each(["a", "bug", "b"])
    assert (answers[0], type(answers[1]), answers[2]) == ("A", ValueError, "B")
    assert write.groups == [["a", "bug", "b"], ["a"], ["bug"], ["b"]]


async def test_a_server_that_is_away_is_told_to_all_and_the_next_group_is_written() -> None:
    write = Written()
    gathering = Gathering(write, most=2)
    answers = await gathering.ask_each(["a", "away", "b"])
    assert [type(answer) for answer in answers] == [Away, Away, str]
    assert write.groups == [["a", "away"], ["b"]]


async def test_who_left_is_served_all_the_same_and_holds_nobody_up() -> None:
    write = Written()
    gathering = Gathering(write, most=2)
    left, stayed = asyncio.create_task(gathering.ask("a")), asyncio.create_task(gathering.ask("b"))
    await asyncio.sleep(0)
    left.cancel()
    async with asyncio.timeout(5):
        assert await stayed == "B"
    assert write.groups == [["a", "b"]]


async def test_nobody_waits_for_ever_for_an_answer_that_was_forgotten() -> None:
    async with asyncio.timeout(5):
        answers = await Gathering(Written(), most=9).ask_each(["a", "unanswered", "b"])
    assert (answers[0], type(answers[1]), answers[2]) == ("A", ValueError, "B")
