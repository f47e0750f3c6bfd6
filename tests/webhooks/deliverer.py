"""A process that sends to the webhooks of referral's agencies, and nothing else, until it is killed.

    python -m tests.webhooks.deliverer KAFKA MONGODB FOLDER

where FOLDER has the keys. Webhooks may lead to this machine.
"""

import asyncio
import sys
from pathlib import Path

from shared.settings import Settings
from shared.web.app import _runtime
from shared.web.background import make_ready
from shared.web.webhooks.work import send_to_webhooks
from tests.webhooks.drivers import a_service


async def deliver(settings: Settings) -> None:
    here = _runtime(a_service(settings))
    await make_ready(here)
    await send_to_webhooks(here)


if __name__ == "__main__":
    kafka, mongodb, folder = sys.argv[1:]
    jwks, secret = Path(folder) / "jwks.json", Path(folder) / "secret"
    settings = Settings(
        kafka=kafka, mongodb=mongodb, jwks_file=jwks, secret_file=secret, webhooks_to_loopback=True, webhooks_first_wait=0.05
    )
    asyncio.run(deliver(settings))
