"""The secrets of a stack in containers: one file each, made once, never a default."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.keys import make_keys
from deploy.local.private import private
from services import SERVICES

READABLE, WRITTEN = 0o444, {"revoked": 0o666, "oidc-client-secret": 0o644, "smtp-password": 0o644}
"""Nobody else enters the folder. Inside a container the file is read by the number of a user that the machine does not know."""
KEY_BYTES = 32
GRAFANA = ("grafana-admin", "grafana-key")
"""The password of its first user, and the key of what it keeps sealed."""


def passwords() -> list[str]:
    """The file of each user's password: `kafka` is the broker's own, `ops` may do everything, a service what is its own."""
    users = {"kafka": ("kafka", "ops", *SERVICES), "mongodb": ("ops", *SERVICES)}
    return [f"{server}-{user}" for server, names in users.items() for user in names]


def made_of() -> Mapping[str, Callable[[], str]]:
    """What each is made of, by the name of its file; the key that signs tokens apart. What a provider or a mail
    server gave is put there by hand."""
    key = {
        name: lambda: secrets.token_hex(KEY_BYTES) for name in ("secret", "vault-key", "mongo-keyfile", *GRAFANA, *passwords())
    }
    return {"revoked": str, "oidc-client-secret": str, "smtp-password": str, **key}


def make_secrets(folder: Path) -> list[str]:
    """Make what is missing in this folder, which is closed to everybody else. The names of what was made; nothing is replaced."""
    private(folder)
    missing = [name for name in made_of() if not (folder / name).exists()]
    for name in missing:
        _write(folder / name, made_of()[name](), WRITTEN.get(name, READABLE))
    return missing + _signing_key(folder)


def missing_secrets(folder: Path) -> list[str]:
    """The names of those that are not there."""
    return [name for name in ("private.pem", "jwks.json", *made_of()) if not (folder / name).is_file()]


def empty_secrets(folder: Path) -> list[str]:
    """The names of those that hold nothing, and should."""
    full = ["private.pem", "jwks.json", *(name for name, make in made_of().items() if make is not str)]
    return [name for name in full if not (folder / name).read_text().strip()]


def _signing_key(folder: Path) -> list[str]:
    pair = (folder / "private.pem", folder / "jwks.json")
    missing = [file.name for file in pair if not file.exists()]
    if missing:
        make_keys(*pair)
    for file in pair:
        file.chmod(READABLE)
    return missing


def _write(file: Path, content: str, mode: int) -> None:
    """Whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(content)
    draft.chmod(mode)
    os.rename(draft, file)
