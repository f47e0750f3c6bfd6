"""Processes that send to webhooks, killed outright and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from deploy.local.servers import Servers
from shared.kernel.clock import Clock, real_now
from shared.messaging.tenant_topic import TenantTopic
from shared.messaging.topics import outbound
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence
from shared.webhooks.store import Webhooks
from shared.webhooks.webhook import Webhook
from tests.conftest import A_MORNING, DRIVER
from tests.messaging.tenants import tell, told
from tests.messaging.topics import make

ROOT = Path(__file__).parents[2]
MOST = 50


class Machine:
    """An agency with webhooks, and the process that sends to them."""

    def __init__(self, servers: Servers, keys: Path, webhooks: Webhooks) -> None:
        self._servers, self._keys, self.webhooks = servers, keys, webhooks
        self.tenant = f"cio-{uuid4().hex[:8]}"
        self.topic = TenantTopic(outbound(self.tenant), "referral")
        self.process: asyncio.subprocess.Process | None = None

    async def register(self, url: str, secret: str = "whsec_" + "QQ" * 16) -> Webhook:
        return await self.webhooks.register(self.tenant, uuid4(), url, secret, most=MOST, now=real_now())

    async def start(self) -> None:
        command = [sys.executable, "-m", "tests.webhooks.deliverer", self._servers.kafka, self._servers.mongodb, str(self._keys)]
        self.process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})

    def kill(self) -> None:
        """Outright, wherever it is."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)

    async def killed(self) -> None:
        assert self.process
        await self.process.wait()

    async def tells(self, *numbers: int, young: str = "a") -> list[str]:
        puts = [told(number, young=young, teller="referral") for number in numbers]
        await tell(self._servers, self.topic, *puts)
        return [dict(one.headers)["ce_id"].decode() for one in puts]


@asynccontextmanager
async def a_machine(servers: Servers, keys: Path) -> AsyncIterator[Machine]:
    """One with an empty database."""
    database = connect(servers.mongodb, "etabli_referral", driver=DRIVER)
    await database.drop()
    persistence = Persistence(database, "referral", Clock(A_MORNING), secrets=((keys / "secret").read_bytes().strip(),))
    webhooks = Webhooks(persistence)
    await webhooks.prepare()
    machine = Machine(servers, keys, webhooks)
    await make(servers.kafka, machine.topic.name)
    try:
        yield machine
    finally:
        if machine.process and machine.process.returncode is None:
            machine.kill()
            await machine.killed()
        await database.close()
