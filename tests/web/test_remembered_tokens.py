"""Tokens whose signature was found good: what may have changed since is looked at each time."""

import time
from pathlib import Path

import pytest

from shared.kernel.clock import real_now
from shared.kernel.errors import Unauthenticated
from shared.web.tokens import LEEWAY, verifier
from tests.web.test_auth import A_HEAD, KEY, OTHERS, Stopwatch, published, signed


def test_a_token_that_was_good_before_is_looked_at_again_each_time(tmp_path: Path) -> None:
    """Its signature alone is not checked twice."""
    jwks, revoked, token = published({"a": KEY}, tmp_path / "jwks.json"), tmp_path / "revoked", signed()
    revoked.write_text("")
    verify = verifier(jwks, revoked, Stopwatch())
    brief = signed(jti="two", exp=int(real_now().timestamp() - LEEWAY.total_seconds()) + 2)
    assert [verify(one) for one in (token, token, brief)] == [A_HEAD] * 3
    time.sleep(2.1)
    with pytest.raises(Unauthenticated):
        verify(brief)
    revoked.write_text("one")
    with pytest.raises(Unauthenticated):
        verify(token)
    revoked.write_text("")
    assert verify(token) == A_HEAD
    published({"a": OTHERS}, jwks)
    with pytest.raises(Unauthenticated):
        verify(token)
