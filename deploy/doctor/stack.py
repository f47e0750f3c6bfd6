"""The stack that is examined, and what one types about its parts: an embedded one has files, one of containers has compose."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.keys import Keys
from deploy.stacks.addresses import Addresses
from deploy.stacks.hand_over import TYPED
from shared.persistence.mongo import Database, connect


@dataclass(frozen=True)
class Examined:
    """A stack: where it answers, its keys, and the data folder of an embedded one."""

    addresses: Addresses
    keys: Keys
    data: Path | None

    def journal(self, part: str) -> str:
        """What shows the last words of a part (a service, `kafka`, `mongodb`)."""
        if self.data:
            return f"tail -n 50 {self.data / 'logs' / ('mongod' if part == 'mongodb' else part)}.log"
        return f"{self.compose} logs --tail 50 {part}"

    def start(self, part: str) -> str:
        """What starts a part that is down."""
        if self.data:
            return f"« etabli up » le relance seul ; pourquoi il s’arrête : {self.journal(part)}"
        return f"{self.compose} start {part} ; puis {self.journal(part)}"

    @property
    def compose(self) -> str:
        """How its compose project is named on the command line from where the command was typed."""
        return os.environ.get(TYPED, "docker compose")

    @asynccontextmanager
    async def database(self, name: str, url: str | None = None) -> AsyncIterator[Database]:
        """A database, as whom operations are known; by PyMongo's own client, which leaves no thread behind."""
        found = connect(url or self.addresses.mongodb, name, login=self.addresses.login, driver="pymongo")
        try:
            yield found
        finally:
            await found.close()
