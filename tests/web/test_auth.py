"""Whose token is believed: each guard of the verifier, and the keys it goes by."""

import json
import os
from base64 import urlsafe_b64encode
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
from shared.web.tokens import AUDIENCE, ISSUER, LEEWAY, LONGEST, REREAD_EVERY, verifier

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
        "iat": now, "exp": now + timedelta(hours=1), "jti": "one", **overrides,
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


def signed(
    key: Any = KEY, kid: str | None = "a", algorithm: str = "EdDSA", header: Mapping[str, Any] | None = None, **overrides: Any
) -> str:
    return jwt.encode(claims(**overrides), key, algorithm=algorithm, headers={**({"kid": kid} if kid else {}), **(header or {})})


def written(header: str, payload: str) -> str:
    """A token of these texts, signed by our key."""
    parts = b".".join(urlsafe_b64encode(part.encode()).rstrip(b"=") for part in (header, payload))
    return b".".join((parts, urlsafe_b64encode(KEY.sign(parts)).rstrip(b"="))).decode()


def said(**overrides: str) -> str:
    """A token of our key whose claims are these JSON texts."""
    now = int(real_now().timestamp())
    known = {
        "iss": '"etabli"', "aud": '"etabli"', "sub": '"marie"', "org": '"school:dole"', "role": '"head"', "jti": '"one"',
        "exp": str(now + 3600), **overrides,
    }  # fmt: skip
    return written('{"alg":"EdDSA","kid":"a"}', "{" + ",".join(f'"{name}":{value}' for name, value in known.items()) + "}")


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
        pytest.param(lambda: signed(role="Head"), id="a role in capitals"),
        pytest.param(lambda: signed(role=" head"), id="a role with a space"),
        pytest.param(lambda: signed(jti=None), id="what cannot be revoked"),
        pytest.param(lambda: signed(jti=""), id="an empty id"),
        pytest.param(lambda: signed(org="agency:", role="counsellor"), id="an agency with an empty name"),
        pytest.param(lambda: signed(org="agency:cio dole", role="counsellor"), id="an agency whose name is no slug"),
        pytest.param(lambda: signed(org="school:dole:head"), id="a role within the organisation"),
        pytest.param(lambda: signed(org="school:Dole"), id="a school in capitals"),
        pytest.param(lambda: signed(org="school:dole\n"), id="a school and a line"),
        pytest.param(lambda: signed(org="school:" + "d" * 61), id="a school with too long a name"),
        pytest.param(lambda: signed(sub=" "), id="a blank person"),
        pytest.param(lambda: signed(sub="marie\nadmin"), id="a person of two lines"),
        pytest.param(lambda: signed(header={"crit": ["b64"], "b64": False}), id="what must be understood and is not"),
        pytest.param(lambda: signed(OTHERS, header={"jku": "http://x", "jwk": {"kty": "OKP"}}), id="a key given elsewhere"),
        pytest.param(lambda: signed() + "." + signed(), id="two tokens"),
        pytest.param(lambda: signed(notes="x" * LONGEST), id="too long a token"),
        *(
            pytest.param(lambda claim=claim, value=value: said(**{claim: value}), id=f"{claim} is {value}")
            for claim in ("sub", "org", "role", "jti")
            for value in ("null", "1", "1.5", "true", "[]", '["head"]', "{}", '{"school:dole": 1}', '"\\ud800"', '"a\\u0000"')
        ),
        *(
            pytest.param(lambda value=value: said(exp=value), id=f"exp is {value}")
            for value in ("null", "[]", "{}", "true", '"soon"', "1e999", "-1e999", "NaN", "Infinity")
        ),
        *(
            pytest.param(lambda claim=claim, value=value: said(**{claim: value}), id=f"{claim} is {value}")
            for claim in ("iss", "aud", "iat", "nbf")
            for value in ("[]", "{}", "[[]]", "1e999")
        ),
        pytest.param(lambda: written("[" * 5000, "{}"), id="a header of many lists"),
        pytest.param(lambda: written('{"alg":"EdDSA","kid":"a"}', "[" * 3000), id="claims of many lists"),
        pytest.param(lambda: written('{"alg":"EdDSA","kid":"a"}', "[]"), id="claims that are a list"),
        pytest.param(lambda: written('{"alg":"EdDSA","kid":["a"]}', "{}"), id="a key that is a list"),
        pytest.param(lambda: written('{"alg":["EdDSA"],"kid":"a"}', "{}"), id="several algorithms"),
        pytest.param(lambda: "", id="nothing"),
        pytest.param(lambda: "a.b.c", id="no token"),
        pytest.param(lambda: "é\0.\ud800.", id="no text"),
    ],
)
def test_a_token_is_refused(jwks: Path, token: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated):
        verifier(jwks)(token())


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_clocks_may_differ_by_a_minute(jwks: Path, claim: str) -> None:
    within = LEEWAY - timedelta(seconds=10)
    overrides: dict[str, Any] = {claim: real_now() + (-within if claim == "exp" else within)}
    assert verifier(jwks)(signed(**overrides)) == A_HEAD


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_new_key_is_believed_at_once_and_one_taken_out_no_more(jwks: Path) -> None:
    verify = verifier(jwks, monotonic=Stopwatch())
    assert verify(signed()) == A_HEAD
    published({"a": KEY, "b": OTHERS}, jwks)
    assert verify(signed(OTHERS, "b")) == A_HEAD
    published({"b": OTHERS}, jwks)
    with pytest.raises(Unauthenticated):
        verify(signed())


def test_the_last_key_can_be_taken_out(jwks: Path) -> None:
    verify = verifier(jwks, monotonic=Stopwatch())
    jwks.write_text('{"keys": []}')
    with pytest.raises(Unauthenticated):
        verify(signed())


def test_a_change_that_the_file_s_clock_does_not_show_is_seen_soon(jwks: Path) -> None:
    watch, before = Stopwatch(), jwks.stat()
    verify = verifier(jwks, monotonic=watch)
    published({"a": OTHERS}, jwks)  # as long as before
    os.utime(jwks, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert verify(signed()) == A_HEAD
    watch.seconds = REREAD_EVERY
    with pytest.raises(Unauthenticated):
        verify(signed())


A_KEY_WITHOUT_ITS_POINT = '{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a"}]}'


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"keys": {}}', "[" * 100_000, A_KEY_WITHOUT_ITS_POINT])
def test_a_set_that_cannot_be_read_leaves_the_keys_that_were(jwks: Path, content: str | None) -> None:
    verify = verifier(jwks, monotonic=Stopwatch())
    jwks.write_text(content) if content is not None else jwks.unlink()
    assert verify(signed()) == A_HEAD  # the first to come reads it
    with pytest.raises(Unauthenticated):
        verify(signed(kid="b"))


def test_a_revoked_token_is_believed_no_more_and_another_of_the_same_person_is(jwks: Path, tmp_path: Path) -> None:
    revoked = tmp_path / "revoked"
    revoked.write_text("")
    verify = verifier(jwks, revoked, Stopwatch())
    assert verify(signed()) == A_HEAD
    revoked.write_text("another\n one \n")
    with pytest.raises(Unauthenticated):
        verify(signed())
    assert verify(signed(jti="two")) == A_HEAD
    with pytest.raises(Unauthenticated):
        verify(signed(jti=" another"))  # whoever signs may write it so


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
