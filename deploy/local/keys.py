"""The keys of one machine's stack, made once in its data folder, and the tokens they sign."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import Self, cast

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from deploy.local.errors import CannotRun
from deploy.local.private import private
from shared.kernel.caller import Grant
from shared.web.tokens import AUDIENCE, ISSUER, caller_named

PRINTED_SCOPES = ("admin", "region", "federation")
PRINTED_LIFETIME = timedelta(hours=8)
"""A day of work: `etabli token` signs another at any time."""
A_TOKEN = "eyJ"
"""How each begins."""


@dataclass(frozen=True)
class Keys:
    """`private` signs tokens, `public` (JWKS) checks them, `revoked` lists those no longer good.

    `secret` keys hashes, `vault` wraps the keys of identities.
    """

    private: Path
    public: Path
    revoked: Path
    secret: Path
    vault: Path

    @classmethod
    def of(cls, folder: Path) -> Self:
        """As they are named in a folder, made or not."""
        return cls(folder / "private.pem", folder / "jwks.json", folder / "revoked", folder / "secret", folder / "vault-key")


def keys_in(data: Path) -> Keys:
    """The keys of this data folder, made on the first call; only their owner may read them."""
    keys = Keys.of(private(data / "keys"))
    make_keys(keys.private, keys.public)
    keys.revoked.touch(mode=0o600)
    for file in (keys.secret, keys.vault):
        if not file.exists():
            draft = file.with_suffix(".new")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32))
            os.rename(draft, file)
    return keys


def token(
    keys: Keys, scope: str, lifetime: timedelta = PRINTED_LIFETIME, *, name: str | None = None, audience: str = AUDIENCE
) -> str:
    """A token for this scope, signed with these keys in someone's name: whoever runs this, unless it is said."""
    there = _there(keys.private)
    if name is not None and not (name.strip() and name.isprintable()):
        raise CannotRun("Un jeton porte le nom d’une personne, sur une ligne.")
    try:
        sub = signer() if name is None else name
        return sign(there, scope, sub=sub, now=datetime.now(UTC), lifetime=lifetime, audience=audience)
    except ValueError:
        raise CannotRun(
            f"« {scope} » n’est pas une portée : admin, region, federation, "
            "agency:ID[:counsellor|manager] ou school:ID[:head|office|workshop]."
        ) from None


def revoke(revoked: Path, token: str) -> str:
    """Have the services that read this list believe a token or a link no more, named by its id or given as it is. Its id."""
    id = _id_of(token.strip().rpartition("#")[2]).strip()
    if not id or not id.isprintable() or " " in id or id.startswith(A_TOKEN):
        raise CannotRun("Un jeton se retire par son identifiant (jti), d’un mot, ou par le jeton lui-même, entier.")
    with _there(revoked).open("a") as file:
        file.write(f"{id}\n")
    return id


def _id_of(token: str) -> str:
    """The id that a token carries, or what is no token: an id."""
    try:
        return str(jwt.decode(token, options={"verify_signature": False})["jti"])
    except (jwt.PyJWTError, KeyError):
        return token


def _there(file: Path) -> Path:
    """This file of keys. Raises CannotRun where it was never made."""
    if not file.exists():
        raise CannotRun(f"Le dossier {file.parent} n’a pas de clé : lancez d’abord « etabli up », ou « make secrets ».")
    return file


def signer(login: Callable[[], str] = getuser) -> str:
    """Who runs this: by login, or by number where the system knows no name for them, as in many containers."""
    try:
        return login()
    except (KeyError, OSError):  # OSError from Python 3.13
        return f"uid-{os.getuid()}"


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


def sign(private_file: Path, scope: str, *, sub: str, now: datetime, lifetime: timedelta, audience: str = AUDIENCE) -> str:
    """A token for one person in one organisation. `scope` as Grant.parse reads it; `now` is the real time."""
    grant = Grant.parse(scope)
    whose = {"sub": sub, "org": grant.organisation, "role": grant.role}
    claims = {"iss": ISSUER, "aud": audience, **whose, "iat": now, "exp": now + lifetime, "jti": secrets.token_hex(12)}
    caller_named(claims)  # as it will be read
    return jwt.encode(claims, _private(private_file), algorithm="EdDSA", headers={"kid": "local"})
