"""Run in a service's container: what its own credentials open in Kafka and MongoDB beside what is its own. Prints JSON.

Words: the services, by commas; the topics that it may read; those that it may write.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from shared.events import TOPICS
from shared.messaging.kafka import Brokers, ask_brokers, ask_to_read, make_missing, producer
from shared.messaging.topics import Topic, dead_letters
from shared.persistence.driver import Login
from shared.persistence.mongo import connect

SERVICES, READ, WRITTEN = (words.split(",") for words in sys.argv[1:4])
ME = os.environ["ETABLI_KAFKA_USER"]
OURS = Brokers(os.environ["KAFKA_BOOTSTRAP_SERVERS"], ME, Path(os.environ["ETABLI_KAFKA_PASSWORD_FILE"]))
EVERY = sorted([*TOPICS, *map(dead_letters, TOPICS)])


async def outcome(attempt: Awaitable[Any]) -> str:
    """« opened », or what it is refused with."""
    try:
        async with asyncio.timeout(20):
            await attempt
    except Exception as error:
        return type(error).__name__
    return "opened"


async def write(topic: str) -> None:
    sender = producer(OURS)
    await sender.start()
    try:
        await sender.send_and_wait(topic, b"not ours", key=b"nobody")
    finally:
        await sender.stop()


async def kafka() -> dict[str, str]:
    """Each attempt upon Kafka, by name, with its outcome."""
    attempts: dict[str, Any] = {f"write {topic}": write(topic) for topic in EVERY if topic not in WRITTEN}
    attempts |= {f"read {topic}": ask_to_read(OURS, ME, [topic]) for topic in EVERY if topic not in READ and topic not in WRITTEN}
    attempts |= {f"group {one}": ask_to_read(OURS, one, READ) for one in SERVICES if one != ME}
    attempts["create topics"] = make_missing(OURS, [Topic("etabli.intruders", 1, {})])
    attempts["sign in to Kafka as nobody"] = ask_brokers(Brokers(OURS.bootstrap))
    attempts["sign in to Kafka as ops"] = ask_brokers(Brokers(OURS.bootstrap, "ops", OURS.password_file))
    return {name: await outcome(attempt) for name, attempt in attempts.items()}


async def mongodb() -> dict[str, str]:
    """Each attempt upon MongoDB, by name, with its outcome."""
    url, password = os.environ["MONGODB_URL"], Path(os.environ["ETABLI_MONGODB_PASSWORD_FILE"])
    own = f"etabli_{ME}"
    found = {}
    for name in [*(f"etabli_{one}" for one in SERVICES if one != ME), "admin", "local", "config"]:
        there = connect(url, name, login=Login(ME, password, own))
        found[f"list {name}"] = await outcome(there.names())
        found[f"write {name}"] = await outcome(there["intruders"].insert({"_id": "nobody"}))
        await there.close()
    for name, login in {"nobody": None, "ops": Login("ops", password, "admin")}.items():
        there = connect(url, own, login=login)
        found[f"sign in to MongoDB as {name}"] = await outcome(there.names())
        await there.close()
    return found


async def main() -> None:
    print(json.dumps({**await kafka(), **await mongodb()}))


asyncio.run(main())
