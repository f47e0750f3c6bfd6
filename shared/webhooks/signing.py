"""Signatures by Standard Webhooks 1.0.0, under each of the secrets that are good: two, while one takes the other's place."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def secret_of(random: bytes) -> str:
    """The secret that these bytes are, as its tenant is shown it."""
    return f"whsec_{b64encode(random).decode()}"


def signed(id: str, at: datetime, body: str, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a message: its id, which stays the same each time it is sent; the instant of sending; its signatures."""
    signatures = [Webhook(secret).sign(id, at, body) for secret in secrets]
    return {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": " ".join(signatures)}
