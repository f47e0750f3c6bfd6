# Envoie une orientation sur le sujet de l’organisme. pip install aiokafka
import asyncio
import json
import os
import sys
import uuid

from aiokafka import AIOKafkaProducer


async def refer(referral: dict) -> None:
    headers = {
        "ce_specversion": "1.0", "ce_id": str(uuid.uuid4()), "ce_source": "/mon-logiciel",
        "ce_type": "fr.etabli.inbound.referral.requested.v1", "content-type": "application/json",
    }  # fmt: skip
    async with AIOKafkaProducer(bootstrap_servers=os.environ["KAFKA"], enable_idempotence=True) as producer:
        await producer.send_and_wait(
            "etabli.inbound." + os.environ["TENANT"], json.dumps(referral).encode(),
            key=referral["external_id"].encode(), headers=[(name, value.encode()) for name, value in headers.items()],
        )  # fmt: skip


with open(sys.argv[1], encoding="utf-8") as file:
    asyncio.run(refer(json.load(file)))
