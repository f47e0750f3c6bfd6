"""Who is asking: EdDSA tokens checked against a JWKS, and the caller they name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import Depends, Request
from jwt.algorithms import OKPAlgorithm

from shared.kernel.caller import Caller, parse_grant
from shared.kernel.errors import Forbidden, Unauthenticated

ISSUER = AUDIENCE = "etabli"
COOKIE = "etabli_token"


Verifier = Callable[[str], Caller]


def verifier(jwks_file: Path) -> Verifier:
    """A function from a token to its caller, by the public keys of a JWKS file. It raises Unauthenticated."""
    keys: dict[str, Ed25519PublicKey] = {
        key["kid"]: cast(Ed25519PublicKey, OKPAlgorithm.from_jwk(key)) for key in json.loads(jwks_file.read_text())["keys"]
    }

    def check(token: str) -> Caller:
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": ["exp", "sub", "org", "role"]},
            )
            kind, tenant, role = parse_grant(f"{claims['org']}:{claims['role']}" if ":" in claims["org"] else claims["org"])
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise Unauthenticated from error
        return Caller(sub=claims["sub"], kind=kind, tenant=tenant, role=role)

    return check


def current_caller(request: Request) -> Caller:
    """The caller of this request, from its bearer token or, on pages, its cookie. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        # a page of another port of this machine may send our cookie along: it opens reading only
        token = request.cookies.get(COOKIE, "") if request.method in ("GET", "HEAD") else ""
    if not token:
        raise Unauthenticated
    check: Verifier = request.app.state.verifier
    return check(token)


CurrentCaller = Annotated[Caller, Depends(current_caller)]


def require(*kinds_and_roles: str) -> Any:
    """A dependency that lets only these through: `require("admin", "school:head")`. Others hear 403."""

    def check(caller: CurrentCaller) -> Caller:
        if caller.kind in kinds_and_roles or f"{caller.kind}:{caller.role}" in kinds_and_roles:
            return caller
        raise Forbidden

    return Depends(check)
