# Suit le sujet de l’organisme ou de l’école, dans l’ordre ; relancé, reprend où il en était. pip install aiokafka
import asyncio
import os

from aiokafka import AIOKafkaConsumer


async def follow() -> None:
    tenant = os.environ["TENANT"]
    consumer = AIOKafkaConsumer(
        "etabli.outbound." + tenant, bootstrap_servers=os.environ["KAFKA"], group_id="partner." + tenant,
        isolation_level="read_committed", auto_offset_reset="earliest", enable_auto_commit=False,
    )  # fmt: skip
    async with consumer:
        async for record in consumer:
            headers = {name: value.decode() for name, value in record.headers}
            # Enregistrez l’événement ici : le même « ce_id » peut revenir, passez-le alors.
            print(record.offset, headers["ce_id"], headers["ce_type"], record.value.decode(), flush=True)
            await consumer.commit()


asyncio.run(follow())
