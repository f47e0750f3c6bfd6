"""Servers on which no test before told anything: what all of a topic makes of a service is looked at here."""

import asyncio
from collections.abc import Iterator

import pytest

from deploy.local.servers import Servers
from shared.messaging.kafka import create_topics
from tests.servers import servers_in


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Kafka and mongod of this file's own, with the topics."""
    with servers_in(tmp_path_factory.mktemp("end-to-end")) as running:
        asyncio.run(create_topics(running.brokers))
        yield running
