"""What a person may give that cannot be: told in one sentence, without a traceback."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.errors import CannotRun
from deploy.local.kafka import kafka
from deploy.local.ports import HOST, keep_ports
from deploy.local.topics import make_topics
from shared.events import TOPICS
from tests.deploy.conftest import eventually

NOBODY = f"{HOST}:1"


def test_a_kafka_that_never_answers_is_told_by_its_address() -> None:
    with pytest.raises(CannotRun, match=rf"Kafka ne répond pas à {NOBODY}"):
        make_topics(NOBODY, within=0)


def test_an_address_of_kafka_that_is_none_is_told() -> None:
    with pytest.raises(CannotRun, match="« kafka:port » n'est pas une adresse de Kafka"):
        make_topics("kafka:port")


def test_a_kafka_that_is_not_there_yet_is_waited_for_with_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ports = keep_ports(tmp_path / "ports.json", ["kafka", "controller"])
    address = f"{HOST}:{ports['kafka']}"
    server = kafka(
        tmp_path / "data", port=ports["kafka"], controller_port=ports["controller"], log=tmp_path / "log", cluster=uuid4()
    )
    with ThreadPoolExecutor(1) as apart:
        made = apart.submit(make_topics, address)
        assert eventually(lambda: f"Kafka ne répond pas encore à {address}" in capsys.readouterr().err, within=60)
        try:
            server.start()
            made.result()
            assert set(TOPICS) <= asyncio.run(topics(address))
        finally:
            server.stop()


async def topics(bootstrap: str) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        return set(await admin.list_topics())
    finally:
        await admin.close()
