"""One key per purpose, derived from a service's secret: what one of them shows says nothing of another."""

import hmac


def derived(secret: bytes, purpose: str) -> bytes:
    """The 32-byte key of a purpose (HMAC-SHA256 of its name, as a KDF in one step; NIST SP 800-108 counts further ones)."""
    return hmac.digest(secret, f"etabli {purpose}".encode(), "sha256")
