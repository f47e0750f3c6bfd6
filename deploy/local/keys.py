"""The keys of one machine's stack, made once in its data folder, and the tokens they sign."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path

from deploy.local.errors import CannotRun
from shared.web.auth import make_keys, sign

PRINTED_SCOPES = ("admin", "region", "federation")
PRINTED_LIFETIME = timedelta(days=30)


@dataclass(frozen=True)
class Keys:
    """`private` signs tokens, `public` (JWKS) checks them, `secret` keys the hashes of external ids."""

    private: Path
    public: Path
    secret: Path


def keys_in(data: Path) -> Keys:
    """The keys of this data folder, made on the first call; only their owner may read them."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = Keys(private=folder / "private.pem", public=folder / "jwks.json", secret=folder / "secret")
    make_keys(keys.private, keys.public)
    if not keys.secret.exists():
        draft = folder / "secret.new"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        os.rename(draft, keys.secret)
    return keys


def token(data: Path, scope: str, lifetime: timedelta = PRINTED_LIFETIME) -> str:
    """A token for this scope, signed with this data folder's key in the name of whoever runs this."""
    private = data / "keys" / "private.pem"
    if not private.exists():
        raise CannotRun(f"Le dossier {data} n'a pas de clé : lancez d'abord « etabli up --data {data} ».")
    try:
        return sign(private, scope, sub=signer(), now=datetime.now(UTC), lifetime=lifetime)
    except ValueError:
        raise CannotRun(
            f"« {scope} » n'est pas une portée : admin, region, federation, "
            "agency:ID[:counsellor|manager] ou school:ID[:head|office|workshop]."
        ) from None


def signer(login: Callable[[], str] = getuser) -> str:
    """Who runs this: by login, or by number where the system knows no name for them, as in many containers."""
    try:
        return login()
    except (KeyError, OSError):  # OSError from Python 3.13
        return f"uid-{os.getuid()}"
