"""Servers that let no stranger in: Kafka with SCRAM users, an authorizer and our table; mongod with a user per service."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from deploy.access import rules
from deploy.brokers.asking import administering
from deploy.brokers.rules import add
from deploy.local.kafka import Guard, kafka
from deploy.local.mongod import mongod, mongodb_url
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from services import SERVICES
from shared.messaging.kafka import Brokers, create_topics
from shared.persistence.driver import Login, ask

GUARDED = """
listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.plaintext.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
username="kafka" password="{password}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:kafka;User:ops;User:ANONYMOUS
"""


@dataclass(frozen=True)
class Guarded:
    """Where they answer, and a file of a password for each name that they know."""

    kafka: str
    mongodb: str
    passwords: Path
    kafka_process: Process
    mongod_process: Process

    def brokers(self, user: str) -> Brokers:
        return Brokers(self.kafka, user, self.passwords / f"kafka-{user}")

    def login(self, user: str) -> Login:
        return Login(user, self.passwords / f"mongodb-{user}", "admin" if user == "ops" else None)

    def knobs(self, service: str) -> dict[str, Any]:
        """The settings of a service that is itself."""
        return {
            "kafka": self.kafka, "kafka_user": service, "kafka_password_file": self.passwords / f"kafka-{service}",
            "mongodb": self.mongodb, "mongodb_user": service, "mongodb_password_file": self.passwords / f"mongodb-{service}",
        }  # fmt: skip


@contextmanager
def guarded_servers(folder: Path) -> Iterator[Guarded]:
    """Both, with the topics, the rules of our table, and the users."""
    ports = keep_ports(folder / "ports.json", ["kafka", "controller", "mongod"])
    passwords = _passwords(folder / "passwords")
    broker = _kafka(folder, ports, passwords)
    database = mongod(folder / "mongod", port=ports["mongod"], log=folder / "mongod.log")
    guarded = Guarded(f"{HOST}:{ports['kafka']}", mongodb_url(ports["mongod"]), passwords, broker, database)
    try:
        broker.start()
        database.start()
        database.wait_ready()
        _close(guarded, ports["mongod"])
        broker.wait_ready()
        asyncio.run(_open(guarded.brokers("ops")))
        yield guarded
    finally:
        broker.stop()
        database.stop()


def _passwords(folder: Path) -> Path:
    folder.mkdir()
    for server in ("kafka", "mongodb"):
        for user in (*SERVICES, "ops", "kafka"):
            (folder / f"{server}-{user}").write_text(secrets.token_hex(16) + "\n")
    return folder


def _kafka(folder: Path, ports: dict[str, int], passwords: Path) -> Process:
    users = {user: (passwords / f"kafka-{user}").read_text().strip() for user in (*SERVICES, "ops", "kafka")}
    ops = Brokers(f"{HOST}:{ports['kafka']}", "ops", passwords / "kafka-ops")
    return kafka(
        folder / "kafka", port=ports["kafka"], controller_port=ports["controller"], log=folder / "kafka.log", cluster=uuid4(),
        guard=Guard(GUARDED.format(password=users["kafka"]), users, ops),
    )  # fmt: skip


async def _open(ops: Brokers) -> None:
    await create_topics(ops)
    async with administering(ops) as admin:
        await add(admin, rules())


def _close(guarded: Guarded, port: int) -> None:
    """Make the users, then let in nobody else."""
    for user in (*SERVICES, "ops"):
        of_it = "admin" if user == "ops" else f"etabli_{user}"
        roles = ["root"] if user == "ops" else ["readWrite", "dbAdmin"]
        password = (guarded.passwords / f"mongodb-{user}").read_text().strip()
        ask(HOST, port, {"createUser": user, "pwd": password, "roles": roles}, database=of_it)
    key = guarded.passwords / "mongo-keyfile"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o400)
    guarded.mongod_process.stop()
    guarded.mongod_process.command = [*guarded.mongod_process.command, "--keyFile", str(key)]
    guarded.mongod_process.start()
    guarded.mongod_process.wait_ready()
