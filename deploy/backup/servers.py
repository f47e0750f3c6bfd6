"""What a backup is taken of and put back into: a stack's two servers, and what tells its secret from another."""

from dataclasses import dataclass
from pathlib import Path

from shared.kernel.secrets import derived
from shared.messaging.kafka import Brokers
from shared.persistence.driver import Login


@dataclass(frozen=True)
class Servers:
    """Where they are, and who we are to them; `secret` tells the services' secret from another, where it is known here."""

    brokers: Brokers
    mongodb: str
    login: Login | None = None
    secret: str | None = None


def mark_of(secret_file: Path) -> str | None:
    """What tells the secret that keys the hashes from another, and from which it cannot be found; None where it is not here."""
    try:
        return derived(secret_file.read_bytes().strip().split(b"\n")[-1].strip(), "name of a secret").hex()[:16]
    except OSError:
        return None
