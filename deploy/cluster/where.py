"""Who leads, asked beside the services (`python -m deploy.cluster.where`): MongoDB's primary, and who relays for each service."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from deploy.stacks.addresses import Addresses, addresses_in
from services import SERVICES
from shared.persistence.mongo import connect


async def who_leads(stack: Addresses) -> dict[str, Any]:
    """`primary` is a member's name; `relays` are holders by service (`referral-0`)."""
    relays = {}
    for service in SERVICES:
        database = connect(stack.mongodb, f"etabli_{service}", login=stack.login)
        lease = await database["leases"].find_one({"_id": "relay"})
        relays[service] = lease["holder"] if lease else None
        hello = await database.command({"hello": 1})
        await database.close()
    return {"primary": str(hello["primary"]).split(":")[0], "relays": relays}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(who_leads(addresses_in(Path(os.environ["ETABLI_STACK"]))))))
