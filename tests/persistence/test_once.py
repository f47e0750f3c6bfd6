"""Created once per key of a request, whoever asks and however many at once."""

import asyncio
import uuid

import pytest

from shared.kernel.errors import Invalid
from shared.persistence.mongo import Database, Session
from shared.persistence.once import create_once
from shared.persistence.transaction import Persistence


async def test_the_same_again_finds_what_is_kept(database: Database) -> None:
    rows, id = database["things"], uuid.uuid4()
    first = await create_once(rows, id, {"print": "a", "name": "Scierie"}, same=("print",))
    again = await create_once(rows, id, {"print": "a", "name": "Autre nom"}, same=("print",))
    assert first == again == {"_id": str(id), "print": "a", "name": "Scierie"}


async def test_another_under_the_same_key_is_refused_and_changes_nothing(database: Database) -> None:
    rows, id = database["things"], uuid.uuid4()
    await create_once(rows, id, {"print": "a"}, same=("print",))
    with pytest.raises(Invalid, match="key_reused"):
        await create_once(rows, id, {"print": "b"}, same=("print",))
    assert await rows.find() == [{"_id": str(id), "print": "a"}]


async def test_of_many_at_once_one_creates(database: Database) -> None:
    rows, id = database["things"], uuid.uuid4()
    requests = [create_once(rows, id, {"print": "a", "rank": rank}, same=("print",)) for rank in range(30)]
    assert len({row["rank"] for row in await asyncio.gather(*requests)}) == 1


async def test_in_a_transaction_it_is_undone_with_the_rest(persistence: Persistence, database: Database) -> None:
    rows, id = database["things"], uuid.uuid4()

    async def work(session: Session) -> None:
        await create_once(rows, id, {"print": "a"}, same=("print",), session=session)
        await create_once(rows, id, {"print": "a"}, same=("print",), session=session)
        raise LookupError

    with pytest.raises(LookupError):
        await persistence.transaction(work, id)
    assert await rows.count() == 0
