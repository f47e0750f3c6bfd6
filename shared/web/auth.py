"""Who is asking: EdDSA tokens checked against a JWKS, and the caller they name."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from fastapi import Depends, Request
from jwt.algorithms import OKPAlgorithm

from shared.kernel.errors import Forbidden, Refused

ISSUER = AUDIENCE = "etabli"
COOKIE = "etabli_token"
Kind = Literal["admin", "region", "federation", "agency", "school", "service"]
ROLES: Mapping[str, tuple[str, ...]] = {
    "agency": ("counsellor", "manager"),
    "school": ("head", "office", "workshop"),
    "admin": ("admin",),
    "region": ("reader",),
    "federation": ("reader",),
}


class Unauthenticated(Refused):
    """No token, or one that is expired, forged or meant for somebody else (401)."""

    status = 401

    def __init__(self) -> None:
        super().__init__("unauthenticated", "Connectez-vous : le jeton d'accès manque, est expiré ou n'est pas valable.")


@dataclass(frozen=True)
class Caller:
    """A person (`sub`) who speaks for an organisation (`kind`, `tenant`) in a role. The tenant comes from the token alone."""

    sub: str
    kind: Kind
    tenant: str
    role: str

    @property
    def organisation(self) -> str:
        """As the token writes it: agency:cio-dole, school:besancon, region, federation, admin."""
        return f"{self.kind}:{self.tenant}" if self.tenant else self.kind

    @property
    def is_admin(self) -> bool:
        return self.kind == "admin"


def parse_scope(scope: str) -> tuple[Kind, str, str]:
    """`agency:cio-dole:manager` as (kind, tenant, role); the first role of the kind where none is said. ValueError if unknown."""
    kind, _, rest = scope.partition(":")
    tenant, _, role = rest.partition(":")
    if kind not in ROLES or bool(tenant) != (kind in ("agency", "school")):
        raise ValueError(scope)
    role = role or ROLES[kind][0]
    if role not in ROLES[kind]:
        raise ValueError(scope)
    return cast(Kind, kind), tenant, role


def make_keys(private_file: Path, jwks_file: Path) -> None:
    """Create an Ed25519 key pair if there is none: the private key (PEM, mode 0600) and its public JWKS."""
    if not private_file.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        draft = private_file.with_suffix(".draft")  # killed here, no half-written key stays
        draft.touch(mode=0o600)
        draft.write_bytes(pem)
        draft.rename(private_file)
    public = _private(private_file).public_key()
    jwk = {**json.loads(OKPAlgorithm.to_jwk(public)), "kid": "local", "use": "sig", "alg": "EdDSA"}
    jwks_file.write_text(json.dumps({"keys": [jwk]}))


def _private(file: Path) -> Ed25519PrivateKey:
    return cast(Ed25519PrivateKey, serialization.load_pem_private_key(file.read_bytes(), password=None))


def sign(private_file: Path, scope: str, *, sub: str, now: datetime, lifetime: timedelta) -> str:
    """A token for one person in one organisation. `scope` as parse_scope reads it; `now` is the real time."""
    kind, tenant, role = parse_scope(scope)
    organisation = f"{kind}:{tenant}" if tenant else kind
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "org": organisation, "role": role, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, _private(private_file), algorithm="EdDSA", headers={"kid": "local"})


Checker = Callable[[str], Caller]


def checker(jwks_file: Path) -> Checker:
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
            kind, tenant, role = parse_scope(f"{claims['org']}:{claims['role']}" if ":" in claims["org"] else claims["org"])
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise Unauthenticated from error
        return Caller(sub=claims["sub"], kind=kind, tenant=tenant, role=role)

    return check


def caller(request: Request) -> Caller:
    """The caller of this request, from its bearer token or, on pages, its cookie. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        # a page of another port of this machine may send our cookie along: it opens reading only
        token = request.cookies.get(COOKIE, "") if request.method in ("GET", "HEAD") else ""
    if not token:
        raise Unauthenticated
    check: Checker = request.app.state.check_token
    return check(token)


Asking = Annotated[Caller, Depends(caller)]


def only(*kinds_and_roles: str) -> Any:
    """A dependency that lets only these through: `only("admin", "school:head")`. Others hear 403."""

    def check(who: Asking) -> Caller:
        if who.kind in kinds_and_roles or f"{who.kind}:{who.role}" in kinds_and_roles:
            return who
        raise Forbidden

    return Depends(check)
