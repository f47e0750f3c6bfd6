"""The inbox of an idempotent consumer: how far each source was handled on each key; what comes twice or late changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Positioned(Protocol):
    """What has a place in a source's own order: a message, or a fact that one carries."""

    @property
    def inbox_key(self) -> str: ...

    @property
    def sequence(self) -> int: ...


@dataclass(frozen=True)
class Inbox:
    """The last sequence taken in, by inbox key (source and key). It grows with the sources, not with the messages."""

    positions: Mapping[str, int] = field(default_factory=dict)

    def has(self, message: Positioned) -> bool:
        """Whether this message, or a later one of its source and key, was taken in."""
        return self.positions.get(message.inbox_key, -1) >= message.sequence

    def after(self, message: Positioned) -> "Inbox":
        """The inbox once this message is taken in. It never goes back."""
        latest = max(message.sequence, self.positions.get(message.inbox_key, -1))
        return Inbox({**self.positions, message.inbox_key: latest})
