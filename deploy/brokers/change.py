"""One difference between what a Kafka has and what it should have."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What becomes of it."""

    SAFE = "fait par « apply »"
    DESTRUCTIVE = "fait par « apply --yes »"
    """It takes something away: messages that were kept, a right that was given."""
    BY_HAND = "jamais fait d’ici"
    UNSEEN = "pas regardé"


@dataclass(frozen=True)
class Change:
    """What it is about, as it is and as it should be; how it is made, where that is for us to do."""

    kind: Kind
    subject: str
    found: str
    wanted: str
    make: Callable[[], Awaitable[None]] | None = None
