"""Kafka and MongoDB from Docker, by testcontainers, each with the handle that an embedded server has."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from deploy.local.kafka import PROPERTIES, knows_itself
from deploy.local.mongod import REPLICA_SET, is_primary
from deploy.local.ports import HOST, answers
from deploy.local.process import Process
from deploy.stacks.wanted import SLOW_MILLISECONDS, TRANSACTION_SECONDS
from shared.messaging.kafka import Brokers

COMPOSE = Path(__file__).parents[1] / "deploy" / "compose.yaml"
BROKER, CONTROLLER = 9092, 9093
JAVA = {"KAFKA_HEAP_OPTS": "-Xmx384m", "KAFKA_JVM_PERFORMANCE_OPTS": "-XX:+UseSerialGC"}
OF_A_CONTAINER = """\
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
advertised.listeners=PLAINTEXT://{host}:{port}
log.dirs=/tmp/kraft-logs
"""
START_KAFKA = """
printf %s "$PROPERTIES" >/tmp/server.properties
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id 3tabliEtabliEtabliEtab --config /tmp/server.properties
exec /opt/kafka/bin/kafka-run-class.sh kafka.Kafka /tmp/server.properties
"""
NO_ENGINE = (
    "ETABLI_TEST_SERVERS=docker asks for a Docker engine, and none answers: start one, or leave that variable out and the tests "
    "start their own Kafka and mongod."
)


@dataclass
class Container(Process):
    """A server in a container: started, killed, frozen, and started again on the same port and data."""

    image: str = ""
    inner_port: int = 0
    port: int = 0
    _made: Any = field(default=None, repr=False)

    @property
    def alive(self) -> bool:
        """Started and not ended."""
        if self._made is None:
            return False
        self._inner.reload()
        return bool(self._inner.status in ("running", "paused"))

    @property
    def _inner(self) -> Any:
        return self._made.get_wrapped_container()

    def start(self) -> None:
        """Start it, without waiting until it answers. Starting twice changes nothing."""
        if self._made is None:
            self._made = _container(self).start()
        elif not self.alive:
            self._inner.start()

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self.alive:
            self._inner.kill()
            self._inner.wait()

    def terminate(self) -> None:
        """Ask it to end, without waiting."""
        if self.alive:
            self._inner.kill("SIGTERM")

    def stop(self) -> None:
        """End it, and take it away with its data."""
        if self._made is not None:
            self._made.stop()
            self._made = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Its connections stand, and nothing answers."""
        self._inner.pause()
        try:
            yield
        finally:
            self._inner.unpause()

    def log_tail(self, count: int = 15) -> str:
        """The end of what it said."""
        return str(self._inner.logs(tail=count).decode(errors="replace"))


def ensure_engine() -> None:
    """Leave, with a sentence, where no engine answers: three thousand tests would each say so."""
    from testcontainers.core.docker_client import DockerClient

    try:
        DockerClient(timeout=10).client.ping()
    except Exception:
        pytest.exit(NO_ENGINE, returncode=pytest.ExitCode.USAGE_ERROR)


def mongod(port: int) -> Container:
    """As the embedded one is started; within its container too it answers on that port, for so its replica set names it."""
    command = [
        "--replSet", REPLICA_SET, "--bind_ip_all", "--port", str(port), "--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "512",
        "--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}",
        "--slowms", str(SLOW_MILLISECONDS), "--profile", "0", "--quiet",
    ]  # fmt: skip
    return Container(
        "mongod", command, log=Path(os.devnull), ready=lambda: answers(port) and is_primary(port),
        image=_images()["mongodb"], inner_port=port, port=port,
    )  # fmt: skip


def kafka(port: int, more: str = "") -> Container:
    """With the embedded one's own properties, and these, by Kafka's own tools."""
    told = PROPERTIES.format(host=HOST, port=BROKER, controller=CONTROLLER) + OF_A_CONTAINER.format(host=HOST, port=port) + more
    here = Brokers(f"{HOST}:{port}")
    return Container(
        "kafka", ["bash", "-ec", START_KAFKA], log=Path(os.devnull), ready=lambda: answers(port) and knows_itself(here),
        environment={**JAVA, "PROPERTIES": told, "LOG_DIR": "/tmp/logs"},
        image=_images()["kafka"], inner_port=BROKER, port=port,
    )  # fmt: skip


@cache
def _images() -> Mapping[str, str]:
    """Those that compose runs."""
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    return {name: services[name]["image"] for name in ("kafka", "mongodb")}


def _container(asked: Container) -> Any:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # fixtures take them away: one image less to fetch
    from testcontainers.core.container import DockerContainer

    made = DockerContainer(asked.image, env=dict(asked.environment)).with_bind_ports(asked.inner_port)
    made.ports = cast(Any, {str(asked.inner_port): (HOST, asked.port)})  # on the loopback alone
    return made.with_command(list(asked.command)) if asked.command else made
