"""The servers that tests run on: embedded, or from Docker where `ETABLI_TEST_SERVERS=docker` says so."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.local.mongod import mongodb_url
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from deploy.local.servers import Servers, running_servers
from deploy.local.stack import Stack, running_stack
from tests import containers_of_servers as containers

ASKED = os.environ.get("ETABLI_TEST_SERVERS", "embedded")
FROM_DOCKER = ASKED == "docker"
WITHIN = 240.0
"""Seconds for a container to answer: several start at once, each on a Java that is cold."""


def ensure_they_can_be_had() -> None:
    """Leave with a sentence where they cannot."""
    if ASKED not in ("docker", "embedded"):
        pytest.exit("ETABLI_TEST_SERVERS is « docker » or « embedded ».", returncode=pytest.ExitCode.USAGE_ERROR)
    if FROM_DOCKER:
        containers.ensure_engine()


@contextmanager
def servers_in(data: Path) -> Iterator[Servers]:
    """A Kafka without topics and a mongod, both ready, and both gone at the end."""
    if not FROM_DOCKER:
        with running_servers(data) as running:
            yield running
        return
    ports = keep_ports(data / "ports.json", ["kafka", "mongod"])
    broker, database = containers.kafka(ports["kafka"]), containers.mongod(ports["mongod"])
    with running_all(database, broker):
        yield Servers(f"{HOST}:{ports['kafka']}", mongodb_url(ports["mongod"]), broker, database)


@contextmanager
def running_all(*servers: Process) -> Iterator[None]:
    """These servers, ready."""
    with ExitStack() as ending:
        for server in servers:
            ending.callback(server.stop)
            server.start()
        for server in servers:
            server.wait_ready(within=WITHIN)
        yield


@contextmanager
def stack_in(data: Path, **options: Any) -> Iterator[Stack]:
    """The whole stack; on servers that are given to it where these are containers, so that it has no process of theirs."""
    with ExitStack() as ending:
        if FROM_DOCKER:
            given = ending.enter_context(servers_in(data / "given"))
            environment = ending.enter_context(pytest.MonkeyPatch.context())
            environment.setenv("KAFKA_BOOTSTRAP_SERVERS", given.kafka)
            environment.setenv("MONGODB_URL", given.mongodb)
        yield ending.enter_context(running_stack(data, **options))


@contextmanager
def frozen(server: Process | None) -> Iterator[None]:
    """Its connections stand, and nothing answers."""
    assert server is not None
    if isinstance(server, containers.Container):
        with server.paused():
            yield
        return
    os.killpg(server.pid, signal.SIGSTOP)
    while not _is_stopped(server):  # the signal is sent: a thread may still answer
        time.sleep(0.01)
    try:
        yield
    finally:
        os.killpg(server.pid, signal.SIGCONT)


def _is_stopped(server: Process) -> bool:
    processes = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    states = [state for group, state in map(str.split, processes.splitlines()) if group == str(server.pid)]
    return all(state.startswith("T") for state in states)
