"""The doctor on real servers, well or not; and on a whole stack that is broken in turn."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.doctor.kafka import kafka
from deploy.doctor.mongodb import mongodb
from deploy.doctor.queues import queues
from deploy.doctor.services import replicas, service
from deploy.doctor.stack import Examined
from deploy.local.servers import Servers
from deploy.local.stack import Stack, running_stack
from deploy.stacks.addresses import Addresses
from services import SERVICES
from shared.kernel.clock import real_now
from shared.messaging.kafka import Brokers
from shared.persistence.driver import Login
from shared.persistence.mongo import connect
from tests.conftest import emptied
from tests.deploy.conftest import ROOT, eventually
from tests.deploy.test_doctor import ACT, NOBODY, a_stack, said
from tests.waiting import soon


async def test_servers_and_services_that_do_not_answer_are_told_with_what_starts_them(tmp_path: Path) -> None:
    stack = a_stack(tmp_path)
    assert said(await kafka(stack)) == [(ACT, "ne répond pas à 127.0.0.1:1")]
    assert said(await service(stack, "referral", "token")) == [(ACT, f"ne répond pas à {NOBODY}")]


async def test_a_service_whose_name_nobody_knows_is_told_with_what_starts_it(tmp_path: Path) -> None:
    unknown = {**dict.fromkeys(SERVICES, NOBODY), "referral": "http://referral.invalid:8000"}
    stack = Examined(Addresses(unknown, "", "", {}), a_stack(tmp_path).keys, tmp_path)
    (found,) = await service(stack, "referral", "token")
    assert (found.verdict, found.todo) == (ACT, stack.start("referral"))


async def test_each_replica_is_asked_by_its_own_address(tmp_path: Path) -> None:
    stack, two = a_stack(tmp_path), {"referral": ["http://127.0.0.1:1", "http://127.0.0.1:2"]}
    clustered = Examined(Addresses(stack.addresses.services, "", "", {}, replicas=two), stack.keys, None)
    found = await service(clustered, "referral", "token")
    assert [(one.subject, one.verdict) for one in found] == [("referral 1/2", ACT), ("referral 2/2", ACT)]
    assert await replicas(stack, "enrolment") == {"enrolment": NOBODY}


async def test_servers_that_are_well_are_said_to_be(servers: Servers, tmp_path: Path) -> None:
    for name in SERVICES:
        await emptied(servers, f"etabli_{name}")  # of partners that another test knows, and whose topics it did not make
    stack = a_stack(tmp_path, servers=servers)

    async def to_be_done() -> list[str]:
        return [one.what for one in (*await kafka(stack), *await mongodb(stack)) if one.verdict is ACT]

    # where earlier tests have just made topics or stopped a server, partitions get their leaders within moments
    assert await soon(to_be_done, lambda left: not left, within=60) == []


async def test_a_name_that_is_refused_is_told_and_no_password_shown(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hidden")
    stack = a_stack(tmp_path, servers=servers, login=Login("ops", tmp_path / "password", "admin"))
    (found,) = await mongodb(stack)
    assert said([found]) == [(ACT, "refuse « ops »")]
    unreadable = Brokers(servers.kafka, "ops", tmp_path / "nowhere")
    (of_kafka,) = await kafka(a_stack(tmp_path, servers=servers, brokers_as=unreadable))
    assert of_kafka.verdict is ACT
    assert "hidden" not in f"{found}{of_kafka}"


async def test_what_waits_to_be_said_is_found_in_the_database_of_its_service(servers: Servers, tmp_path: Path) -> None:
    database = connect(servers.mongodb, "etabli_doctor")
    try:
        await database["referrals"].index("outbox.at", sparse=True)
        for minutes in (90, 5):
            await database["referrals"].insert({"_id": minutes, "outbox": [{"at": real_now() - timedelta(minutes=minutes)}]})
        await database["leases"].insert({"_id": "relay", "until": real_now() - timedelta(minutes=90)})
        assert said(await queues(a_stack(tmp_path, servers=servers), "doctor")) == [
            (ACT, "2 documents attendent d’être dit à Kafka, depuis 1 heure"), (ACT, "ne dit plus ses événements, depuis 1 heure")
        ]  # fmt: skip
    finally:
        await database.drop()
        await database.close()


def to_do(found: dict[str, Any]) -> dict[str, list[str]]:
    """What is to be done, by subject."""
    return {
        subject: [one["what"] for one in found["findings"] if (one["subject"], one["verdict"]) == (subject, ACT)]
        for subject in {one["subject"] for one in found["findings"] if one["verdict"] == ACT}
    }


def doctor(data: Path) -> dict[str, Any]:
    """What it says of the stack in this folder, as a program of its own: it leaves what hangs behind."""
    command = [sys.executable, "-m", "deploy.cli", "doctor", "--json", "--data", str(data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (int(found["verdict"] == ACT), "")
    return found


@pytest.mark.slow
def test_a_stack_that_is_well_and_then_broken_in_turn(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        assert eventually(lambda: to_do(doctor(tmp_path)) == {}, within=60)

        asyncio.run(break_topics(stack.addresses.kafka))
        absent = "topics absents : dlq.etabli.production"
        assert eventually(lambda: to_do(doctor(tmp_path)).get("kafka") == [absent], within=60)
        assert eventually(lambda: "1 not_cloudevents" in str(doctor(tmp_path)), within=60)
        (tmp_path / "keys/secret").chmod(0o644)
        assert "dossier" in to_do(doctor(tmp_path))

        who_says_so = {"referral": {"referral"}, "kafka": {"kafka", *SERVICES}, "mongod": {"mongodb", *SERVICES}}
        for name, subjects in who_says_so.items():
            with frozen(stack, name):
                assert eventually(partial(is_told, tmp_path, subjects), within=60)
                assert doctor(tmp_path)["seconds"] < 10
            stack.wait_ready()


def is_told(data: Path, subjects: set[str]) -> bool:
    """Whether something is to be done about each of these."""
    return subjects <= set(to_do(doctor(data)))


@contextmanager
def frozen(stack: Stack, name: str) -> Iterator[None]:
    """One of its processes holds its connections, and answers nothing."""
    os.kill(stack.processes[name].pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(stack.processes[name].pid, signal.SIGCONT)


async def break_topics(kafka: str) -> None:
    """One is gone, and one holds what is nothing of ours."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.delete_topics(["dlq.etabli.production"])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait("etabli.referral", b"nothing of ours", key=b"somebody")
