"""Kafka and mongod under a data folder, for a stack or for tests; given servers win."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.local.detached import known_by_number
from deploy.local.folder import locked
from deploy.local.kafka import kafka
from deploy.local.mongod import mongod, mongodb_url
from deploy.local.ports import HOST, keep_ports
from deploy.local.private import private, private_files
from deploy.local.process import Process
from deploy.local.temporary import mark_temporary
from shared.messaging.kafka import Brokers


@dataclass(frozen=True)
class Servers:
    """Where they answer. A server that was given, not started here, has no process."""

    kafka: str
    mongodb: str
    kafka_process: Process | None
    mongod_process: Process | None
    brokers_as: Brokers | None = None
    """A Kafka that was given, and who we are to it."""

    @property
    def brokers(self) -> Brokers:
        """That Kafka, and who we are to it."""
        return self.brokers_as or Brokers(self.kafka)


@contextmanager
def running_servers(data: Path, *, temporary: bool = False) -> Iterator[Servers]:
    """Both servers ready, on ports and data kept in `data`; stopped at the end, Kafka first. `temporary`: `data` goes with them.

    Where KAFKA_BOOTSTRAP_SERVERS or MONGODB_URL is set, that server is used and none is started.
    """
    with private_files(), locked(data), known_by_number(data), ExitStack() as ending:
        if temporary:
            mark_temporary(data)
        logs = private(data / "logs")
        ports = keep_ports(data / "ports.json", ["kafka", "kafka-controller", "mongod"])
        broker = database = None
        if not os.environ.get("MONGODB_URL"):
            database = mongod(data / "mongod", port=ports["mongod"], log=logs / "mongod.log")
            ending.callback(database.stop)
            database.start()  # it settles while Kafka is fetched and formatted
        if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            broker = kafka(
                data / "kafka", port=ports["kafka"], controller_port=ports["kafka-controller"], log=logs / "kafka.log",
                cluster=uuid4(),
            )  # fmt: skip
            ending.callback(broker.stop)
            broker.start()
        for process in filter(None, (database, broker)):
            process.wait_ready()
        yield Servers(
            kafka=os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or f"{HOST}:{ports['kafka']}",
            mongodb=os.environ.get("MONGODB_URL") or mongodb_url(ports["mongod"]),
            kafka_process=broker,
            mongod_process=database,
            brokers_as=None if broker else _given_brokers(),
        )


def _given_brokers() -> Brokers:
    """The Kafka that our environment gives, and who it says that we are: what the services are told too."""
    password, ca = os.environ.get("ETABLI_KAFKA_PASSWORD_FILE"), os.environ.get("ETABLI_KAFKA_CA_FILE")
    return Brokers(
        os.environ["KAFKA_BOOTSTRAP_SERVERS"], os.environ.get("ETABLI_KAFKA_USER"),
        Path(password) if password else None, Path(ca) if ca else None,
    )  # fmt: skip
