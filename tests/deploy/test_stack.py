"""A stack is started, killed in every way, and ended: nothing outlives it and nothing is lost."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.kafka import knows_itself
from deploy.local.mongod import is_primary
from deploy.local.stack import is_ready
from services import SERVICES
from shared.messaging.kafka import Brokers
from shared.persistence.driver import ask
from tests.deploy.conftest import ROOT, Launch, Program, alive, eventually

TOPIC = "etabli.referral"


def port(program: Program, service: str) -> int:
    return int(program.addresses[service].rsplit(":", 1)[1])


def gone(program: Program) -> bool:
    return not any(alive(pid) for pid in program.pids.values())


def places(program: Program) -> dict[str, Any]:
    """Where each part answers."""
    return {name: address for name, address in program.addresses.items() if name not in ("tokens", "pids")}


@pytest.mark.slow
def test_a_child_that_dies_is_started_again_on_its_port_with_a_word(launch: Launch, tmp_path: Path) -> None:
    program = launch(tmp_path / "data")
    for name in ("referral", "mongod", "kafka"):
        os.kill(program.pids[name], signal.SIGKILL)
        assert program.shows(f"{name} s’est arrêté (signal SIGKILL) : il est relancé.")
    assert eventually(lambda: is_ready(port(program, "referral")), within=60)
    assert eventually(lambda: knows_itself(Brokers(program.addresses["kafka"])), within=60)
    assert eventually(lambda: is_primary(address(program.addresses["mongodb"])[1]), within=60)
    keep(program.addresses["mongodb"], "after")
    asyncio.run(publish(program.addresses["kafka"], b"after"))

    assert program.end(signal.SIGTERM) == 0
    assert gone(program)


@pytest.mark.slow
def test_ctrl_c_ends_everything_in_good_order(launch: Launch, tmp_path: Path) -> None:
    data = tmp_path / "data"
    program = launch(data)
    assert (data / "stack.json").stat().st_mode & 0o777 == 0o600

    assert program.end(signal.SIGINT) == -signal.SIGINT
    assert gone(program)
    assert not (data / "stack.json").exists()
    assert (data / "kafka" / "log" / ".kafka_cleanshutdown").exists()
    assert (data / "mongod" / "mongod.lock").read_text() == ""


def open_to_others(path: Path) -> bool:
    """Whether somebody else may read it. The servers write files that are gone a moment later."""
    try:
        return bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_what_a_stack_keeps_is_for_its_owner_alone_and_its_children_are_told_what_they_need(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    for folder in ("mongod", "kafka", "logs", "keys"):
        (data / folder).mkdir(mode=0o755, parents=True)
    data.chmod(0o755)
    monkeypatch.setenv("A_TOKEN_OF_OURS", "not for children")
    monkeypatch.setenv("ETABLI_BODY_LIMIT", "7")
    program = launch(data)
    assert [path.name for path in (data, *data.rglob("*")) if open_to_others(path)] == []
    told = {name: json.load(urlopen(program.addresses[name])) for name in SERVICES}
    assert {name for name, environment in told.items() if "ETABLI_VAULT_KEY_FILE" in environment} == {"referral"}
    assert {environment["ETABLI_BODY_LIMIT"] for environment in told.values()} == {"7"}
    children = [Path(f"/proc/{pid}/environ") for pid in program.pids.values()]
    assert not any("A_TOKEN_OF_OURS" in environment for environment in told.values())
    assert not any(b"A_TOKEN_OF_OURS" in file.read_bytes() for file in children if file.exists())


@pytest.mark.slow
def test_three_deaths_in_a_minute_stop_the_stack_and_say_why(launch: Launch, tmp_path: Path) -> None:
    program = launch(tmp_path / "data")
    for _ in range(3):
        assert eventually(lambda: is_ready(port(program, "production")), within=60)
        with suppress(OSError, HTTPException):
            urlopen(f"{program.addresses['production']}/die")

    assert program.process.wait(60) == 1
    assert "production s’est arrêté 3 fois en une minute (code 3) : la pile s’arrête." in program.output
    assert "logs/production.log" in program.output
    assert gone(program)


@pytest.mark.slow
def test_nothing_outlives_a_supervisor_killed_outright_and_the_next_one_goes_on(launch: Launch, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = launch(data)
    keep(first.addresses["mongodb"], "kept")
    asyncio.run(publish(first.addresses["kafka"], b"kept"))
    keys = {file.name: file.read_bytes() for file in (data / "keys").iterdir()}

    first.end(signal.SIGKILL)
    assert eventually(lambda: gone(first), within=60)

    second = launch(data)
    assert places(second) == places(first)
    assert {file.name: file.read_bytes() for file in (data / "keys").iterdir()} == keys
    assert stored_names(second.addresses["mongodb"]) == ["kept"]
    assert asyncio.run(read_back(second.addresses["kafka"])) == b"kept"


@pytest.mark.slow
def test_a_stack_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    starter = (
        "import subprocess, sys\n"
        "up = subprocess.Popen([sys.executable, '-m', 'tests.deploy.up', sys.argv[1]], stdout=subprocess.PIPE)\n"
        "up.stdout.readline()\n"
        "print(up.pid)\n"
    )
    command = [sys.executable, "-c", starter, str(tmp_path / "data")]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    stack = int(done.stdout)

    assert eventually(lambda: not alive(stack), within=60)
    assert (tmp_path / "data" / "kafka" / "log" / ".kafka_cleanshutdown").exists()


def keep(url: str, name: str) -> None:
    ask(*address(url), {"insert": "things", "documents": [{"_id": name}]}, database="test")


def stored_names(url: str) -> list[str]:
    found = ask(*address(url), {"find": "things"}, database="test")["cursor"]["firstBatch"]
    return [thing["_id"] for thing in found]


def address(url: str) -> tuple[str, int]:
    where = urlsplit(url)
    assert where.hostname
    assert where.port
    return where.hostname, where.port


async def publish(bootstrap: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait(TOPIC, value)


async def read_back(bootstrap: str) -> bytes:
    async with AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        message = await asyncio.wait_for(consumer.getone(), 10)
        value: bytes = message.value
        return value
