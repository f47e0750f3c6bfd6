"""What is sealed opens under its key and in its own place alone, and what was kept in clear is sealed once."""

import pytest
from cryptography.exceptions import InvalidTag

from shared.persistence.mongo import Database
from shared.persistence.sealing import AT_ONCE, Sealed, seal, unseal

KEY, ANOTHER = bytes(range(32)), bytes(32)


def test_a_value_opens_under_its_key_about_the_same_thing_and_nowhere_else() -> None:
    sealed = seal(KEY, "Zélie".encode(), about="clients 1")
    assert unseal(KEY, sealed, about="clients 1").decode() == "Zélie"
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for key, value, about in ((ANOTHER, sealed, "clients 1"), (KEY, sealed, "clients 2"), (KEY, changed, "clients 1")):
        with pytest.raises(InvalidTag):
            unseal(key, value, about=about)


def test_the_same_value_sealed_twice_is_not_recognised() -> None:
    assert seal(KEY, b"one", about="") != seal(KEY, b"one", about="")


async def test_what_was_kept_in_clear_is_sealed_once_and_reads_the_same(database: Database) -> None:
    rows = database["clients"]
    sealed = Sealed(rows, ("name", "contact"), (KEY,))
    for id, name in enumerate(("Zélie", "Odile")):
        await rows.insert({"_id": str(id), "school": "dole", "name": name, "contact": None})
    for row in await rows.find(sealed.in_clear):
        await sealed.close_earlier(row)
    kept = await rows.find(sort=["_id"])
    assert [set(row) for row in kept] == [{"_id", "school", "sealed"}] * 2
    zelie = {"_id": "0", "school": "dole", "name": "Zélie", "contact": None}
    assert sealed.opened(kept[0]) == zelie
    assert await rows.find(sealed.in_clear) == []
    await sealed.close_earlier(zelie)
    assert await rows.find(sort=["_id"]) == kept
    with pytest.raises(InvalidTag):
        sealed.opened({**kept[0], "_id": "1"})


async def test_what_a_former_key_sealed_opens_and_is_sealed_under_the_new_one_at_the_start(database: Database) -> None:
    rows = database["titles"]
    before, after = Sealed(rows, ("title",), (KEY,)), Sealed(rows, ("title",), (ANOTHER, KEY))
    for id in map(str, range(AT_ONCE + 1)):
        await rows.insert({"_id": id, **before.closed(id, {"title": f"Grille {id}"})})
    assert after.opened((await rows.find({"_id": "7"}))[0])["title"] == "Grille 7"
    await after.seal_anew()
    alone = Sealed(rows, ("title",), (ANOTHER,))
    kept = await rows.find()
    assert {alone.opened(row)["title"] for row in kept} == {f"Grille {id}" for id in range(AT_ONCE + 1)}
    await after.seal_anew()
    assert await rows.find() == kept
    with pytest.raises(InvalidTag):
        before.opened(kept[0])
