"""Authentication: EdDSA tokens (JWT) verified against a JWKS, and the caller they name."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import jwt
import structlog
from fastapi import Depends, Request

from shared.kernel.caller import Caller, Grant
from shared.kernel.errors import Forbidden, Unauthenticated
from shared.kernel.transitions import A, Transitions
from shared.web.runtime import runtime

log = structlog.get_logger()
ISSUER = AUDIENCE = "etabli"
ALGORITHM = "EdDSA"
COOKIE = "etabli_token"
LEEWAY = timedelta(seconds=60)
"""How far the clock of whoever signs may be from ours."""
REREAD_EVERY = 10.0
"""Seconds between two readings of the JWKS for keys that it does not have: forged ones cost no more than that."""

Verifier = Callable[[str], Caller]
"""From a token to its caller. Raises Unauthenticated."""


class KeySet:
    """The public keys of a JWKS file, by their id; read again, at most every so often, when one is asked that it lacks."""

    def __init__(self, file: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._monotonic = monotonic
        self._keys = _read(file)
        self._read_at = monotonic()

    def key(self, id: str) -> jwt.PyJWK:
        """The key of this id. Raises KeyError."""
        if id not in self._keys and self._monotonic() >= self._read_at + REREAD_EVERY:
            self._read_at = self._monotonic()
            try:
                self._keys = _read(self._file)
            except (OSError, ValueError, TypeError, AttributeError, jwt.PyJWTError) as error:  # half written: those we know hold
                log.warning("jwks.unreadable", error=type(error).__name__)
        return self._keys[id]


def _read(file: Path) -> dict[str, jwt.PyJWK]:
    found = jwt.PyJWKSet.from_json(file.read_text()).keys
    return {key.key_id: key for key in found if key.key_id}


def verifier(jwks_file: Path, monotonic: Callable[[], float] = time.monotonic) -> Verifier:
    """A verifier by the public keys of a JWKS file."""
    keys = KeySet(jwks_file, monotonic)

    def verify(token: str) -> Caller:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                keys.key(jwt.get_unverified_header(token)["kid"]),
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY,
                options={"require": ["exp", "sub", "org", "role"]},
            )
            return _caller(claims)
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise Unauthenticated from error

    return verify


def _caller(claims: dict[str, Any]) -> Caller:
    """The person and the organisation that a token names. ValueError where either is missing or unknown."""
    sub, organisation, role = (claims[name] for name in ("sub", "org", "role"))
    if not all(isinstance(claim, str) and claim for claim in (sub, organisation, role)):
        raise ValueError
    kind, _, tenant = organisation.partition(":")
    return Grant.of(kind, tenant, role).held_by(sub)


def current_caller(request: Request) -> Caller:
    """The caller of this request, from its bearer token or, on pages, its cookie. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        # a page of another port of this machine may send our cookie along: it opens reading only
        token = request.cookies.get(COOKIE, "") if request.method in ("GET", "HEAD") else ""
    if not token:
        raise Unauthenticated
    caller = runtime(request).verifier(token)
    request.state.caller = caller  # a refusal says what this caller may do instead
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]


class Requirement:
    """A dependency that lets only some kinds and roles through. Others get 403."""

    def __init__(self, *kinds_and_roles: str) -> None:
        self._allowed = frozenset(kinds_and_roles)

    def __call__(self, caller: CurrentCaller) -> Caller:
        if not caller.is_any_of(self._allowed):
            raise Forbidden
        return caller


def require(*kinds_and_roles: str) -> Any:
    """Only these pass: `dependencies=[require("admin", "school:head")]`."""
    return Depends(Requirement(*kinds_and_roles))


def may(graph: Transitions[Any, A], action: A) -> Any:
    """Only those pass who may take this action of a status graph: `dependencies=[may(ORDER, Action.QUOTE)]`."""
    return require(*graph.who[action])
