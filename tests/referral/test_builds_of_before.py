"""What a build before the streams kept is told to agencies, and to enrolment, when this one starts."""

from tests.conftest import Running
from tests.referral.builders import CIO, refer
from tests.referral.test_told_to_agencies import kept


async def test_referrals_of_before_are_told_at_the_start(api: Running) -> None:
    shown = await refer(api)
    assert (await kept(api.store, shown["referral_id"]))["state"] == {}
    await api.store.database["migrations"].delete({"_id": {"$regex": "^007"}})
    await api.migrate()
    assert (await kept(api.store, shown["referral_id"]))["state"]["view"]["status"] == "submitted"


async def test_agencies_of_before_say_their_kind_once_more(api: Running) -> None:
    async def said() -> list[tuple[str, int]]:
        every = await api.store.database["agencies"].find()
        return sorted((row["state"]["kind"], row["sequence"]) for row in every)

    was = await said()
    await api.store.database["agencies"].update({"_id": CIO}, {"$unset": {"kind_told": ""}})
    for _ in range(2):
        await api.store.database["migrations"].delete({"_id": {"$regex": "^008"}})
        await api.migrate()
    assert await said() == [(kind, sequence + 1) for kind, sequence in was]
