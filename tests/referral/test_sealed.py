"""Each person's identity is sealed under a key of their own: destroyed, it takes with it all that any copy keeps of them."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from services.referral.settings import Settings
from services.referral.store.vault import Vault
from shared.kernel.clock import Clock
from tests.conftest import Running
from tests.referral.builders import COLLEGE, an_identity, read, refer

OTHER = {"given_name": "Zoé", "ine": None, "phone": None, "email": None, "commune": None}


def vault_with(here: Running, *wrapping: bytes) -> Vault:
    return Vault(here.store.database, Clock(), wrapping)


async def as_kept(here: Running, collection: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await here.store.database[collection].find(sort=["_id"])
    return found


async def test_each_person_has_a_key_and_each_referral_of_theirs_is_sealed_under_it(api: Running) -> None:
    one = await refer(api)
    assert (await refer(api, COLLEGE))["young_id"] == one["young_id"]
    other = await refer(api, identity=an_identity(**OTHER))
    assert [row["_id"] for row in await as_kept(api, "identity_keys")] == sorted([one["young_id"], other["young_id"]])
    for person in await as_kept(api, "persons"):
        assert set(person) <= {"_id", "names", "linking", "links", "ine", "since", "sent"}
        assert [set(sent) for sent in person["sent"]] == [{"referral_id", "agency", "earlier", "sealed"}] * len(person["sent"])


async def test_what_was_sealed_opens_neither_as_another_persons_nor_with_another_referral(api: Running) -> None:
    one, other = await refer(api), await refer(api, identity=an_identity(**OTHER))
    again = await refer(api, COLLEGE)
    persons = api.store.vault.persons
    first, second = [await persons.find_one({"_id": shown["young_id"]}) for shown in (one, other)]
    assert [sent["referral_id"] for sent in first["sent"]] == [one["referral_id"], again["referral_id"]]
    for person, place in ((second, 0), (first, 1)):
        sent = [*person["sent"]]
        sent[place] = {**sent[place], "sealed": first["sent"][0]["sealed"]}
        await persons.update({"_id": person["_id"]}, {"$set": {"sent": sent}})
        with pytest.raises(InvalidTag):
            await api.store.vault.sent_with([UUID(person["_id"])])


async def test_a_new_wrapping_key_put_first_takes_the_place_of_the_one_before(api: Running) -> None:
    shown, old, new = await refer(api), bytes.fromhex("7" * 64), bytes(32)
    young_id, referral_id = UUID(shown["young_id"]), UUID(shown["referral_id"])
    with pytest.raises(InvalidTag):
        await vault_with(api, new).sent_with([young_id])
    await vault_with(api, new, old).prepare()
    sent = await vault_with(api, new).sent_with([young_id])
    assert sent[referral_id].identity.given_name == "Zélie"
    with pytest.raises(InvalidTag):
        await vault_with(api, old).sent_with([young_id])


async def test_once_forgotten_a_restored_copy_without_the_key_shows_nothing_of_them(api: Running) -> None:
    shown, other = await refer(api), await refer(api, identity=an_identity(**OTHER))
    young_id, vault = UUID(shown["young_id"]), api.store.vault
    copy = await vault.persons.find_one({"_id": shown["young_id"]})
    await api.store.persistence.transaction(lambda session: vault.forget(young_id, session), young_id)
    assert [row["_id"] for row in await as_kept(api, "persons")] == [other["young_id"]]
    await vault.persons.insert(copy)
    assert await vault.sent_with([young_id]) == {}
    assert await read(api, other["referral_id"]) == other


@pytest.mark.parametrize("written", ["", "7" * 62, "g" * 64, f"{'7' * 64}\nshort"])
def test_a_file_of_keys_that_cannot_serve_is_known_before_the_service_starts(written: str, keys: Path, tmp_path: Path) -> None:
    file = tmp_path / "vault-key"
    file.write_text(written)
    made = Settings(jwks_file=keys / "jwks.json", secret_file=keys / "secret", vault_key_file=file)
    assert made.unreadable() == ["vault_key_file"]
    file.write_text(f"{'7' * 64}\n{'8' * 64}\n")
    assert (made.unreadable(), len(made.vault_keys)) == ([], 2)
