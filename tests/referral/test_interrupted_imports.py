"""A file of referrals whose service stops, whose database is read by somebody else, whose days are over."""

from datetime import timedelta
from typing import Any

import pytest

from services.referral.imports.running import take_in_next
from services.referral.store.imports import ROWS_OF_A_PIECE
from tests.conftest import Running, Start
from tests.referral.builders import referring
from tests.referral.files import HEADINGS, a_csv, a_line, counts, send, state_of, with_files


class Killed(BaseException):
    """As a process that ends between two writes."""


async def killed(*_piece: Any) -> None:
    raise Killed


async def test_a_stopped_service_goes_on_where_it_was_and_counts_what_it_had_accepted(running: Start) -> None:
    letters = "abcdefghij"
    rows = [a_line(f"v{one}", NOM=f"Du{letters[one % 10]}and", Tél="") for one in range(ROWS_OF_A_PIECE + 10)]
    rows[-1] = rows[-2]  # twice in the piece that is cut short
    async with referring(running) as here:
        sent = (await send(here, a_csv(*rows))).json()
        assert await take_in_next(here.store)
        here.store.imports.end_piece = killed  # the referrals are there, and nothing says so yet
        with pytest.raises(Killed):
            await take_in_next(here.store)
        assert (await state_of(here, sent["import_id"]))["done"] == ROWS_OF_A_PIECE
        assert await here.store.referrals.collection.count() == len(rows) - 1
    async with running(with_files, fresh=False) as again:

        async def done() -> Any:
            state = await state_of(again, sent["import_id"])
            return state if state["status"] == "done" else None

        state = await again.until(done)
    assert counts(state) == (len(rows), len(rows), len(rows) - 1, 1, 0, 100)
    assert state["incomplete"] == len(rows) - 1


async def test_what_nobody_foresaw_stops_one_file_and_no_other(here: Running) -> None:
    first, second = [(await send(here, a_csv(a_line(reference)))).json() for reference in ("a", "b")]
    next_piece = here.store.imports.next_piece

    async def broken(one: Any) -> Any:
        if str(one.import_id) == first["import_id"]:
            raise ZeroDivisionError("Jabberwock")
        return await next_piece(one)

    here.store.imports.next_piece = broken
    while await take_in_next(here.store):
        pass
    here.store.imports.next_piece = next_piece
    stopped, done = await state_of(here, first["import_id"]), await state_of(here, second["import_id"])
    assert (stopped["status"], done["status"], done["accepted"]) == ("stopped", "done", 1)
    assert stopped["sentence"].startswith("Arrêté : Une erreur de notre fait")


async def test_a_short_file_does_not_wait_for_the_end_of_a_long_one(here: Running) -> None:
    long = (await send(here, a_csv(*[a_line(f"l{number}", Tél="1") for number in range(3 * ROWS_OF_A_PIECE)]))).json()
    short = (await send(here, a_csv(a_line("s")), "college-dole")).json()
    for _ in range(4):
        await take_in_next(here.store)
    assert (await state_of(here, short["import_id"], "college-dole"))["status"] == "done"
    assert (await state_of(here, long["import_id"]))["status"] == "running"


async def test_nothing_of_a_file_lies_open_in_the_database_and_all_of_it_goes_in_time(here: Running) -> None:
    headings = (*HEADINGS, "Mme Jabberwock")
    sent = (await send(here, a_csv([*a_line("w", Tél="1", NOM="Jabberwock"), "x"], headings=headings))).json()
    for _ in range(2):  # while it waits, and once it is done
        kept = [await here.store.database[name].find({}) for name in ("imports", "import_rows")]
        assert all(kept)
        assert "Jabberwock" not in repr(kept)
        while await take_in_next(here.store):
            pass
    assert (await state_of(here, sent["import_id"]))["unknown_columns"] == ["Mme Jabberwock"]
    await here.store.imports.let_go(timedelta(days=7))
    assert (await state_of(here, sent["import_id"]))["status"] == "done"
    await here.store.imports.let_go(timedelta(seconds=-1))
    assert [await here.store.database[name].count() for name in ("imports", "import_rows")] == [0, 0]
