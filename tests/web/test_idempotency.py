"""What a request's fingerprint is of, and what its id does not say."""

from pathlib import Path
from uuid import UUID

from pydantic import BaseModel

from services.referral.store.vault import referral_id_of
from shared.web.idempotency import IdempotencyKey, keyed_id
from tests.conftest import Start
from tests.web.builders import toy

KEY = IdempotencyKey(UUID(int=1), b"secret")


class Asked(BaseModel):
    title: str
    seats: int = 1


class AskedSince(Asked):
    """The same request of a later build, which may say more."""

    colour: str | None = None


def test_a_retry_that_a_later_build_reads_is_the_same_request() -> None:
    ways = (Asked(title="a"), Asked(title="a", seats=1), AskedSince(title="a"), AskedSince(title="a", colour=None))
    assert len({KEY.fingerprint(way) for way in ways}) == 1
    assert KEY.fingerprint(AskedSince(title="a", colour="red")) != KEY.fingerprint(Asked(title="a"))
    assert KEY.fingerprint(Asked(title="a", seats=2)) != KEY.fingerprint(Asked(title="a"))


async def test_an_id_that_topics_carry_follows_from_its_key_only_for_who_has_the_secret(running: Start, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("7" * 64)
    body, key = {"uai": "0250032Z", "seats": 12}, {"Idempotency-Key": "jean-dupont-1"}
    async with running(toy) as here, running(toy, secret_file=tmp_path / "secret") as elsewhere:
        made = [(await one.as_("school:dole:head").post("/things", json=body, headers=key)).json() for one in (here, elsewhere)]
    assert made[0]["id"] != made[1]["id"]
    assert made[0]["print"] != made[1]["print"]


def test_the_same_words_for_two_purposes_are_two_ids() -> None:
    secret, agency = b"s" * 32, ["cio-dole", "D-17"]
    ids = {keyed_id(secret, purpose, agency) for purpose in ("external ids", "idempotency keys")}
    assert len(ids) == 2
    assert referral_id_of(secret, *agency) in ids


def test_a_key_shows_no_secret() -> None:
    assert "secret" not in repr(KEY)
