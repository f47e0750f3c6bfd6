"""What has to hold of a backup, and of what was restored of one."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from deploy.backup import log, manifest
from deploy.backup.aggregates import AGGREGATES
from deploy.backup.databases import file_of
from deploy.backup.files import opened
from deploy.backup.log import teller_of
from deploy.backup.surviving import _is_told_on, _row, _told
from shared.events import TOPICS
from shared.messaging.kafka import consumer
from shared.messaging.topics import PARTITIONS
from shared.persistence.dump import documents
from shared.persistence.folding import Told, fold
from shared.persistence.mongo import connect


async def told(kafka: Any) -> dict[tuple[str, str, str, int], set[bytes]]:
    """What each document of ours told, by its counter."""
    found: dict[tuple[str, str, str, int], set[bytes]] = {}
    async with consumer(kafka) as reader:
        every = [TopicPartition(topic, number) for topic in TOPICS for number in range(PARTITIONS)]
        reader.assign(every)
        await reader.seek_to_beginning()
        ends = await reader.end_offsets(every)
        while any([await reader.position(at) < ends[at] for at in every]):
            for batch in (await reader.getmany(timeout_ms=500)).values():
                for record in batch:
                    if teller := teller_of(record.headers):
                        found.setdefault(teller, set()).add(record.value)
    return found


async def seats_exceeded(mongodb: str) -> list[str]:
    """The intakes that hold more than they have seats for."""
    database = connect(mongodb, "etabli_enrolment")
    holding = {"$in": ["offered", "confirmed", "enrolled"]}
    rows = await database["intakes"].find({"state.applications.status": holding})
    await database.close()
    return [
        row["_id"]
        for row in rows
        if sum(one["status"] in holding["$in"] for one in row["state"]["applications"]) > row["state"]["seats"]
    ]


def told_otherwise(backup: Path) -> list[str]:
    """The documents of a backup that its log alone would make otherwise, but those with something still to publish."""
    every, found = _told_in(backup), list[str]()
    for (service, name), aggregate in AGGREGATES.items():
        with opened(backup, file_of(service, name)) as bson:
            for row in documents(bson):
                source = f"/{service}/{name}/{row['_id']}"
                made = fold(aggregate, row["_id"], None, [told for _, told in sorted(every[source].items())]).row
                if not row["outbox"] and (made["state"], made["sequence"]) != (row["state"], row["sequence"]):
                    found.append(source)
    return found


def _told_in(backup: Path) -> Mapping[str, dict[int, Told]]:
    every: dict[str, dict[int, Told]] = defaultdict(dict)
    for name, topic in manifest.read(backup, "main").topics.items():
        for number in range(len(topic.partitions) if _is_told_on(name) else 0):
            for row in filter(None, map(_row, log.records(backup, name, number))):
                every[row["_id"]["source"]][row["_id"]["sequence"]] = _told(row)
    return every
