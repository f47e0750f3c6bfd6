"""One holder at a time, and a term that rises each time it is taken, so that the later one can be told."""

from datetime import timedelta

from shared.kernel.clock import real_now
from shared.persistence.lease import Lease
from shared.persistence.mongo import Database


def lease(database: Database, holder: str) -> Lease:
    return Lease(database, "work", holder)


async def run_out(database: Database) -> None:
    """As time would."""
    await database["leases"].update({"_id": "work"}, {"$set": {"until": real_now() - timedelta(seconds=1)}})


async def test_one_holds_and_keeps_the_lease_under_one_term_while_the_other_waits(database: Database) -> None:
    one, two = lease(database, "one"), lease(database, "two")
    assert await one.hold()
    assert not await two.hold()
    assert await one.hold(surely=True)
    assert (one.term, two.term) == (1, 0)


async def test_who_takes_over_what_ran_out_has_a_later_term_and_the_sleeper_has_none(database: Database) -> None:
    one, two = lease(database, "one"), lease(database, "two")
    await one.hold()
    await run_out(database)
    assert await two.hold()
    assert two.term == 2
    assert not await one.hold(surely=True)
    assert one.term == 0


async def test_a_holder_keeps_what_ran_out_and_nobody_took(database: Database) -> None:
    one = lease(database, "one")
    await one.hold()
    await run_out(database)
    assert await one.hold(surely=True)
    assert one.term == 1


async def test_a_process_just_started_goes_on_at_once_where_the_one_of_its_name_ended(database: Database) -> None:
    before, after = lease(database, "one"), lease(database, "one")
    await before.hold()
    assert await after.hold()
    assert after.term == 2


async def test_a_process_that_was_replaced_under_its_name_does_not_take_the_lease_back(database: Database) -> None:
    before, after = lease(database, "one"), lease(database, "one")
    await before.hold()
    await after.hold()
    assert not await before.hold(surely=True)
    assert not await before.hold()
    assert await after.hold(surely=True)
