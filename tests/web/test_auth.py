"""Whose token is believed: each guard of the verifier, and the keys it goes by."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from shared.kernel.caller import Caller, Grant
from shared.kernel.clock import real_now
from shared.kernel.errors import Unauthenticated
from shared.web.auth import AUDIENCE, ISSUER, LEEWAY, REREAD_EVERY, verifier

KEY, OTHERS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
A_HEAD = Caller(sub="marie", kind="school", tenant="dole", role="head")


def published(keys: Mapping[str, Ed25519PrivateKey], file: Path) -> Path:
    """A JWKS of these keys' public halves."""
    known = [{**json.loads(OKPAlgorithm.to_jwk(key.public_key())), "kid": id} for id, key in keys.items()]
    file.write_text(json.dumps({"keys": known}))
    return file


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    return published({"a": KEY}, tmp_path / "jwks.json")


def claims(**overrides: Any) -> dict[str, Any]:
    """A head's claims, good for an hour; None leaves one out."""
    now = real_now()
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "marie", "org": "school:dole", "role": "head",
        "iat": now, "exp": now + timedelta(hours=1), **overrides,
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


def signed(key: Any = KEY, kid: str | None = "a", algorithm: str = "EdDSA", **overrides: Any) -> str:
    return jwt.encode(claims(**overrides), key, algorithm=algorithm, headers={"kid": kid} if kid else {})


def test_a_good_token_names_its_caller(jwks: Path) -> None:
    assert verifier(jwks)(signed()) == A_HEAD


LATE, SOON = real_now() - LEEWAY - timedelta(seconds=5), real_now() + LEEWAY + timedelta(days=1)
RAW = KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: signed(aud="another"), id="meant for somebody else"),
        pytest.param(lambda: signed(aud=None), id="meant for nobody"),
        pytest.param(lambda: signed(iss="another"), id="made by somebody else"),
        pytest.param(lambda: signed(iss=None), id="made by nobody"),
        pytest.param(lambda: signed(exp=LATE), id="expired"),
        pytest.param(lambda: signed(exp=None), id="good for ever"),
        pytest.param(lambda: signed(nbf=SOON), id="not yet good"),
        pytest.param(lambda: signed(iat=SOON), id="made tomorrow"),
        pytest.param(lambda: signed(OTHERS), id="forged"),
        pytest.param(lambda: signed(kid="b"), id="an unknown key"),
        pytest.param(lambda: signed(kid=None), id="no key"),
        pytest.param(lambda: signed(RAW + b"padding", algorithm="HS256"), id="signed with what is public"),
        pytest.param(lambda: signed(None, algorithm="none"), id="not signed"),
        pytest.param(lambda: signed(sub=None), id="no person"),
        pytest.param(lambda: signed(sub=""), id="an empty person"),
        pytest.param(lambda: signed(org="school"), id="a school without a name"),
        pytest.param(lambda: signed(org="school:"), id="a school with an empty name"),
        pytest.param(lambda: signed(org="admin:dole"), id="an administrator of one tenant"),
        pytest.param(lambda: signed(org="landlord"), id="an unknown kind"),
        pytest.param(lambda: signed(org="service"), id="the service itself"),
        pytest.param(lambda: signed(org=["school:dole"]), id="an organisation that is no text"),
        pytest.param(lambda: signed(role="counsellor"), id="a role of another kind"),
        pytest.param(lambda: signed(org="region", role="head"), id="a role of another kind, without a tenant"),
        pytest.param(lambda: signed(role=None), id="no role"),
        pytest.param(lambda: signed(role=""), id="an empty role"),
        pytest.param(lambda: signed(role=["head"]), id="a role that is no text"),
        pytest.param(lambda: "", id="nothing"),
        pytest.param(lambda: "a.b.c", id="no token"),
        pytest.param(lambda: "é\0.\ud800.", id="no text"),
    ],
)
def test_a_token_is_refused(jwks: Path, token: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated):
        verifier(jwks)(token())


def test_clocks_may_differ_by_a_minute(jwks: Path) -> None:
    assert verifier(jwks)(signed(exp=real_now() - LEEWAY + timedelta(seconds=10))) == A_HEAD


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_new_key_is_read_when_a_token_names_it_and_an_old_one_is_forgotten(jwks: Path) -> None:
    watch = Stopwatch()
    verify = verifier(jwks, watch)
    published({"b": OTHERS}, jwks)
    watch.seconds = REREAD_EVERY
    assert verify(signed()) == A_HEAD
    assert verify(signed(OTHERS, "b")) == A_HEAD
    with pytest.raises(Unauthenticated):
        verify(signed())


def test_unknown_keys_make_the_set_read_again_only_so_often(jwks: Path) -> None:
    watch = Stopwatch()
    verify = verifier(jwks, watch)
    watch.seconds = REREAD_EVERY
    with pytest.raises(Unauthenticated):
        verify(signed(kid="forged"))
    published({"b": OTHERS}, jwks)
    watch.seconds += REREAD_EVERY - 0.1
    with pytest.raises(Unauthenticated):
        verify(signed(OTHERS, "b"))
    watch.seconds += 0.1
    assert verify(signed(OTHERS, "b")) == A_HEAD


@pytest.mark.parametrize("content", [None, "", "{", '{"keys": []}', '{"keys": [{"kty": "oct"}]}', '{"keys": [1]}', "[]"])
def test_a_set_that_cannot_be_read_leaves_the_keys_that_were(jwks: Path, content: str | None) -> None:
    watch = Stopwatch()
    verify = verifier(jwks, watch)
    jwks.write_text(content) if content is not None else jwks.unlink()
    watch.seconds = REREAD_EVERY
    with pytest.raises(Unauthenticated):
        verify(signed(kid="b"))
    assert verify(signed()) == A_HEAD


def test_keys_of_other_algorithms_beside_ours_are_left_alone(jwks: Path) -> None:
    known = json.loads(jwks.read_text())
    known["keys"].append({"kty": "oct", "kid": "shared", "k": "c2VjcmV0" * 6, "alg": "HS256"})
    jwks.write_text(json.dumps(known))
    assert verifier(jwks)(signed()) == A_HEAD
    with pytest.raises(Unauthenticated):
        verifier(jwks)(signed(b"secret" * 6, "shared", "HS256"))


@pytest.mark.parametrize(
    ("scope", "grant"),
    [
        ("admin", Grant("admin", "", "admin")),
        ("agency:cio-dole", Grant("agency", "cio-dole", "counsellor")),
        ("agency:cio-dole:manager", Grant("agency", "cio-dole", "manager")),
    ],
)
def test_a_scope_is_read_as_a_grant(scope: str, grant: Grant) -> None:
    assert Grant.parse(scope) == grant


@pytest.mark.parametrize(
    "scope", ["", "school", "school:", "school::head", "admin:x", "agency:cio:head", "landlord:x", "region::x"]
)
def test_a_scope_that_is_none_is_refused(scope: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Grant.parse(scope)
