"""What a request's fingerprint is of."""

from uuid import UUID

from pydantic import BaseModel

from shared.web.idempotency import IdempotencyKey

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


def test_a_key_shows_no_secret() -> None:
    assert "secret" not in repr(KEY)
