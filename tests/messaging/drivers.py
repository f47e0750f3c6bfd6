"""A service as a process of its own, which tests may freeze or kill."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from deploy.local.ports import HOST, keep_ports
from deploy.local.servers import Servers


@asynccontextmanager
async def a_process(
    own: Servers, keys: Path, tmp_path: Path, **more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A service as a process of its own, which reads Kafka, and where it says that it is ready; its words in service.log."""
    port = keep_ports(tmp_path / "service.json", ["service"])["service"]
    environment = {
        **os.environ, "ETABLI_PORT": str(port), "KAFKA_BOOTSTRAP_SERVERS": own.kafka, "MONGODB_URL": own.mongodb,
        "ETABLI_JWKS_FILE": str(keys / "jwks.json"), "ETABLI_SECRET_FILE": str(keys / "secret"), **more,
    }  # fmt: skip
    ready = f"http://{HOST}:{port}/health/ready"
    with (tmp_path / "service.log").open("w") as log:
        command = [sys.executable, "-m", "services.production.main"]
        service = await asyncio.create_subprocess_exec(*command, env=environment, stderr=log)
    try:
        await reading(ready, kafka="ok")
        yield service, ready
    finally:
        with suppress(ProcessLookupError):
            service.kill()
        await service.wait()


async def reading(url: str, *, kafka: str) -> None:
    """Wait until a service of another process says that of Kafka."""
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(url)).json().get("kafka") == kafka:
                    return
            await asyncio.sleep(0.1)
