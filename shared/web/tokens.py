"""Tokens: JWTs (EdDSA) checked by the public keys of a JWKS file and the list of those revoked, and the caller they name.

Both files are read again as soon as they change: a key taken out, or a token put in, is believed no more.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

import jwt
import structlog

from shared.kernel.caller import Caller, Grant
from shared.kernel.errors import Unauthenticated

log = structlog.get_logger()
ISSUER = AUDIENCE = "etabli"
ALGORITHM = "EdDSA"
LEEWAY = timedelta(seconds=60)
"""How far the clock of whoever signs may be from ours."""
REREAD_EVERY = 10.0
"""Seconds after which a file is read again though it looks the same: it may have changed twice within a tick of its clock."""
LONGEST = 8_192
"""Characters. What is longer is not looked at."""
REMEMBERED = 1_000
"""Tokens whose signature was found good: each of them is shown again and again."""
CLAIMS = ("exp", "sub", "org", "role", "jti")
"""Each token has them; `jti`, as RFC 9068 has it, so that there is none that cannot be revoked."""
UNREADABLE = (jwt.PyJWTError, LookupError, ValueError, TypeError, ArithmeticError, RecursionError)
"""What reading a token or a set of keys may raise: who sends one chooses every byte of its header, and signs what they like."""

T = TypeVar("T")
Claims = dict[str, Any]
Verifier = Callable[[str], Caller]
"""From a token to its caller. Raises Unauthenticated."""


class Expired(Unauthenticated):
    """It was good."""


class Watched(Generic[T]):
    """What a file says now. Where it cannot be read (half written, away), what it said last holds."""

    def __init__(self, file: Path, read: Callable[[str], T], monotonic: Callable[[], float]) -> None:
        self._file = file
        self._read = read
        self._monotonic = monotonic
        self._stamp, self._read_at = _stamp(file), monotonic()
        self._value = read(file.read_text())

    def now(self) -> T:
        """What it says, read again if it changed."""
        stamp, second = _stamp(self._file), self._monotonic()
        if stamp != self._stamp or second >= self._read_at + REREAD_EVERY:
            self._stamp, self._read_at = stamp, second
            try:
                self._value = self._read(self._file.read_text())
            except (OSError, *UNREADABLE) as error:
                log.warning("token_file.unreadable", file=self._file.name, error=type(error).__name__)
        return self._value


def verifier(jwks_file: Path, revoked_file: Path | None = None, monotonic: Callable[[], float] = time.monotonic) -> Verifier:
    """A verifier by the public keys of a JWKS file, and by the list of revoked tokens where there is one."""
    read = reader(AUDIENCE, jwks_file, revocations(revoked_file, monotonic), monotonic)

    def verify(token: str) -> Caller:
        return caller_named(read(token))

    return verify


def reader(
    audience: str, jwks_file: Path, revoked: Callable[[str], bool], monotonic: Callable[[], float] = time.monotonic
) -> Callable[[str], Claims]:
    """What reads tokens signed for one audience: their claims, which name a caller. It raises Unauthenticated, or Expired."""
    keys = Watched(jwks_file, keys_of, monotonic)
    known: OrderedDict[str, tuple[jwt.PyJWK, Claims]] = OrderedDict()

    def decoded(token: str) -> Claims:
        """As it was signed: checked once, and again as soon as its key is another. It may have expired since."""
        by_id, before = keys.now(), known.get(token)
        if before and before[0] is by_id.get(before[0].key_id or ""):
            if int(before[1]["exp"]) <= time.time() - LEEWAY.total_seconds():
                raise jwt.ExpiredSignatureError
            return before[1]
        key = by_id[jwt.get_unverified_header(token)["kid"]]
        claims: Claims = jwt.decode(
            token, key, algorithms=[ALGORITHM], issuer=ISSUER, audience=audience, leeway=LEEWAY,
            options={"require": list(CLAIMS)},
        )  # fmt: skip
        caller_named(claims)
        known[token] = key, claims
        if len(known) > REMEMBERED:
            known.popitem(last=False)
        return claims

    def read(token: str) -> Claims:
        if len(token) > LONGEST:
            raise Unauthenticated
        try:
            claims = decoded(token)
        except jwt.ExpiredSignatureError as error:
            raise Expired from error
        except UNREADABLE as error:
            raise Unauthenticated from error
        if revoked(claims["jti"].strip()):
            raise Unauthenticated
        return claims

    return read


def revocations(file: Path | None, monotonic: Callable[[], float] = time.monotonic) -> Callable[[str], bool]:
    """Whether an id stands in the list of those taken back, where there is one: of a token, or of a session."""
    revoked = Watched(file, revoked_in, monotonic) if file else None
    return lambda id: revoked is not None and id in revoked.now()


def caller_named(claims: Claims) -> Caller:
    """The person and the organisation that a token names. ValueError where either is missing, unknown, or no text."""
    sub, organisation, role, id = (claims[name] for name in ("sub", "org", "role", "jti"))
    if not all(isinstance(claim, str) and claim.strip() and claim.isprintable() for claim in (sub, organisation, role, id)):
        raise ValueError
    kind, _, tenant = organisation.partition(":")
    return Grant.of(kind, tenant, role).held_by(sub)


def keys_of(text: str) -> dict[str, jwt.PyJWK]:
    """The keys of a JWKS that are of our algorithm, by id; those beside them are left alone. Raises where it is none."""
    keys = json.loads(text)["keys"]
    if not isinstance(keys, list):
        raise TypeError
    ours = [key for key in keys if isinstance(key, dict) and (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519")]
    return {key["kid"]: jwt.PyJWK(key, algorithm=ALGORITHM) for key in ours if isinstance(key.get("kid"), str)}


def revoked_in(text: str) -> frozenset[str]:
    """The ids (`jti`) of revoked tokens, one a line."""
    return frozenset(filter(None, map(str.strip, text.splitlines())))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
