"""Secrets: one key per purpose, derived from a service's own; passwords that stay in their files."""

import hmac
from dataclasses import dataclass
from pathlib import Path


class Unreadable(OSError):
    """A file that should hold a secret is not there, not ours to read, or empty."""


def derived(secret: bytes, purpose: str) -> bytes:
    """The 32-byte key of a purpose (HMAC-SHA256 of its name, as a KDF in one step; NIST SP 800-108 counts further ones)."""
    return hmac.digest(secret, f"etabli {purpose}".encode(), "sha256")


@dataclass(frozen=True)
class PasswordFile:
    """A password, read when a client connects: a new one serves from the next connection on, and nothing printed shows it."""

    path: Path

    def read(self) -> str:
        """The password, without the end of its line. Unreadable where there is none."""
        try:
            password = self.path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable(f"{self.path}: {type(error).__name__}") from None
        if not password:
            raise Unreadable(f"{self.path}: empty")
        return password

    def encode(self, encoding: str = "utf-8") -> bytes:
        """Its bytes, which is what aiokafka asks of a password whenever it connects."""
        return self.read().encode(encoding)
