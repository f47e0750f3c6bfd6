"""A producer that is handed in: it acknowledges when, and as, the test says."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class HandedIn:
    """Keeps what it is sent, each with the future of its acknowledgement; `acknowledging` sets each at once."""

    acknowledging: bool = False
    sent: list[tuple[str, bytes, "asyncio.Future[object]"]] = field(default_factory=list)
    """Topic, key, acknowledgement."""

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def send(self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]) -> "asyncio.Future[object]":
        acknowledged = asyncio.get_running_loop().create_future()
        if self.acknowledging:
            acknowledged.set_result(None)
        self.sent.append((topic, key, acknowledged))
        return acknowledged
