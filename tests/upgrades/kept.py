"""Documents that an earlier build kept, in a file: dumped from its databases and topics, loaded for today's services.

How `documents/0b04a22.json` was made, all of it of invented people: a worktree of 0b04a22, in it
`python -m deploy.cli demo --pupils 8 --seed 7 --data DIR`, and while that waits, from here,
`python -m tests.upgrades.kept DIR tests/upgrades/documents/0b04a22.json`.
"""

import asyncio
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from bson import json_util
from pymongo import MongoClient

from deploy.local.keys import sign

SERVICES = ("referral", "enrolment", "production", "reporting")
NOT_KEPT = ("history", "leases", "request_keys", "settled")
"""What no upgrade reads: history is what the topics say."""
TOPICS = ("etabli.referral", "etabli.catalogue", "etabli.enrolment", "etabli.production")
IDENTITY = {
    "family_name": "Quintard", "given_name": "Zélie", "birth_date": "2008-09-15", "commune": "25056", "phone": "0639988001",
    "email": "zelie.quintard@example.org", "representative": {"kind": "person", "name": "Dominique Quintard"},
}  # fmt: skip
ON = "2025-06-30"
WISH = {"school": "besancon", "programme": "cap-conducteur-installations"}
UNREADABLE = b'{"family_name": "Quintard"}'
Kept = Mapping[str, Any]


def load(file: Path) -> Kept:
    """What was dumped: `databases` by service and collection, `messages` by topic."""
    found: Kept = json_util.loads(file.read_text())
    return found


def restore(kept: Kept, mongodb: str) -> None:
    """Put a service's documents of then in its database of now, instead of all that is there."""
    client: MongoClient[Any] = MongoClient(mongodb)
    for service, collections in kept["databases"].items():
        client.drop_database(f"etabli_{service}")
        for name, rows in collections.items():
            if rows:
                client[f"etabli_{service}"][name].insert_many(rows)
    client.close()


async def publish(kept: Kept, kafka: str) -> None:
    """Tell again, in the same order per key, what was told then."""
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:
        for one in kept["messages"]:
            headers = [(name, b64decode(value)) for name, value in one["headers"]]
            key, value = one["key"].encode(), json.dumps(one["value"]).encode()
            await producer.send(one["topic"], value, key=key, headers=headers)


def _dumped(mongodb: str) -> dict[str, Any]:
    client: MongoClient[Any] = MongoClient(mongodb)
    databases = {service: client[f"etabli_{service}"] for service in SERVICES}
    names = {service: sorted(set(one.list_collection_names()).difference(NOT_KEPT)) for service, one in databases.items()}
    return {service: {name: list(databases[service][name].find().sort("_id")) for name in names[service]} for service in names}


async def _messages(kafka: str) -> list[dict[str, Any]]:
    consumer = AIOKafkaConsumer(*TOPICS, bootstrap_servers=kafka, auto_offset_reset="earliest", isolation_level="read_committed")
    async with consumer:
        found = []
        while batch := await consumer.getmany(timeout_ms=3000):
            found += [record for records in batch.values() for record in records if record.value != UNREADABLE]
    return [
        {
            "topic": one.topic, "key": one.key.decode(), "value": json.loads(one.value),
            "headers": [[name, b64encode(value).decode()] for name, value in one.headers],
        }
        for one in sorted(found, key=lambda one: (one.topic, one.partition, one.offset))
    ]  # fmt: skip


class _Stack:
    def __init__(self, folder: Path) -> None:
        self.addresses = json.loads((folder / "stack.json").read_text())
        self._key = folder / "keys/private.pem"

    def ask(self, method: str, scope: str, service: str, path: str, body: Any = None, key: str | None = None) -> Any:
        signed = sign(self._key, scope, sub="camille", now=datetime.now(UTC), lifetime=timedelta(hours=1))
        headers = {"Authorization": f"Bearer {signed}"} | ({"Idempotency-Key": key} if key else {})
        answer = httpx.request(method, self.addresses[service] + path, headers=headers, json=body, trust_env=False, timeout=30)
        assert answer.is_success, answer.text
        return answer.json()


def _live(stack: _Stack) -> None:
    """What the demonstration does not leave behind: an offer of two referrals, a reading in the audit, somebody present."""
    wanted = {**WISH, "school_year": "2025-2026", "year_of_study": 1}
    intake = next(
        one for one in stack.ask("GET", "admin", "enrolment", "/intakes")
        if {"school": one["school"]["id"], "programme": one["programme"]["id"]}.items() <= wanted.items()
        and all(one[name] == wanted[name] for name in ("school_year", "year_of_study"))
    )  # fmt: skip
    referred = []
    for agency in sorted(one["agency"] for one in stack.ask("GET", "admin", "referral", "/agencies"))[:2]:
        body = {
            "external_id": "KEPT-1", "identity": IDENTITY, "counsellor": "S. Vasseur", "situation": "in_school_at_risk",
            "department": "25", "wishes": [WISH], "on": ON, "informed_on": ON,
        }  # fmt: skip
        referred.append(stack.ask("POST", f"agency:{agency}", "referral", "/referrals", body, key=f"KEPT-{agency}"))
        asyncio.run(asyncio.sleep(3))
    young_id = referred[0]["young_id"]
    one = f"/intakes/{intake['intake_id']}/applications/{young_id}"
    for step, more in (
        ("plan-interview", {"planned_on": "2025-07-02"}),
        ("admit", {"met": "interview"}),
        ("offer", {"until": "2025-07-15"}),
    ):
        stack.ask("POST", "school:besancon:head", "enrolment", f"{one}/{step}", {**more, "on": ON})
    stack.ask("GET", "school:besancon:head", "referral", f"/identities/{young_id}")


async def _park(kafka: str) -> None:
    """A message that nobody can read, with a name in it, parked as that build parked."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait("etabli.referral", UNREADABLE, key=b"00000000-0000-4000-8000-000000000001")


def _make(folder: Path, file: Path) -> None:
    stack = _Stack(folder)
    kafka, mongodb = stack.addresses["kafka"], stack.addresses["mongodb"]
    _live(stack)
    asyncio.run(_park(kafka))
    asyncio.run(asyncio.sleep(5))
    kept = {"databases": _dumped(mongodb), "messages": asyncio.run(_messages(kafka))}
    lines = json_util.dumps(kept, ensure_ascii=False).replace('}, {"', '},\n{"')
    file.write_text(lines + "\n")


if __name__ == "__main__":
    _make(Path(sys.argv[1]), Path(sys.argv[2]))
