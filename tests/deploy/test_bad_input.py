"""What a person may give that cannot be: told in one sentence, without a traceback."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.errors import CannotRun
from deploy.local.kafka import kafka
from deploy.local.keys import signer
from deploy.local.ports import HOST, keep_ports
from deploy.local.topics import make_topics
from shared.events import TOPICS
from shared.messaging.kafka import Brokers
from tests.deploy.conftest import ROOT, eventually

NOBODY = f"{HOST}:1"


def test_a_kafka_that_never_answers_is_told_by_its_address() -> None:
    with pytest.raises(CannotRun, match=rf"Kafka ne répond pas à {NOBODY}"):
        make_topics(Brokers(NOBODY), within=0)


def test_an_address_of_kafka_that_is_none_is_told() -> None:
    with pytest.raises(CannotRun, match="« kafka:port » n’est pas une adresse de Kafka"):
        make_topics(Brokers("kafka:port"))


@pytest.mark.slow
def test_a_kafka_that_is_not_there_yet_is_waited_for_with_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ports = keep_ports(tmp_path / "ports.json", ["kafka", "controller"])
    address = f"{HOST}:{ports['kafka']}"
    server = kafka(
        tmp_path / "data", port=ports["kafka"], controller_port=ports["controller"], log=tmp_path / "log", cluster=uuid4()
    )
    with ThreadPoolExecutor(1) as apart:
        made = apart.submit(make_topics, Brokers(address))
        assert eventually(lambda: f"Kafka ne répond pas encore à {address}" in capsys.readouterr().err, within=60)
        try:
            server.start()
            made.result()
            assert set(TOPICS) <= asyncio.run(topics(address))
        finally:
            server.stop()


@pytest.mark.parametrize(
    ("folder", "why"),
    [("file", "ce n’est pas un dossier"), ("file/within", "ce n’est pas un dossier"), ("long" * 100, "son nom est trop long")],
    ids=["a file", "within a file", "too long a name"],
)
def test_a_data_folder_that_cannot_be_is_told(folder: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = etabli("up", "--data", str(tmp_path / folder))
    assert result.returncode == 1
    assert result.stderr.splitlines()[1:] == [f"Le dossier {tmp_path / folder} ne peut pas servir : {why}."]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("command", [["up"], ["token", "admin"], ["lag"]], ids=" ".join)
def test_a_data_folder_of_somebody_else_is_told(command: list[str], tmp_path: Path) -> None:
    tmp_path.chmod(0)
    result = etabli(*command, "--data", str(tmp_path / "data"))
    tmp_path.chmod(0o700)
    assert result.returncode == 1
    assert str(tmp_path) in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_a_user_without_a_name_signs_by_their_number() -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    assert signer(nameless) == f"uid-{os.getuid()}"


def etabli(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "deploy.cli", *arguments], capture_output=True, text=True, cwd=ROOT, check=False)


async def topics(bootstrap: str) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        return set(await admin.list_topics())
    finally:
        await admin.close()
