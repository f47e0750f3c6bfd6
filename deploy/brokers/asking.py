"""An administrator's client of a Kafka, and its requests that are sent by hand, as aiokafka has no call for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import NoError, for_code

from deploy.local.errors import CannotRun
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import Brokers, ask_brokers

PATIENCE = 10.0
"""Seconds that a broker has to answer: an administrator waits, and nobody else does."""


@asynccontextmanager
async def administering(brokers: Brokers) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client, connected; CannotRun, in a sentence, where Kafka is away or refuses what is asked of it within."""
    admin = AIOKafkaAdminClient(**brokers.options())
    try:
        await ask_brokers(brokers, within=PATIENCE)
        await admin.start()
        yield admin
    except KAFKA_ERRORS as error:
        said = "nous refuse" if is_refused(error) else "ne répond pas"
        raise CannotRun(f"Kafka {said} ({brokers.bootstrap}) : {type(error).__name__}.") from error
    finally:
        await admin.close()


async def ask(admin: AIOKafkaAdminClient, request: Any, *, controller: bool = False) -> Any:
    """Its answer, from the controller where only that may give it."""
    return await (admin._send_to_controller(request) if controller else admin._send_request(request))


def ensure(code: int, about: str) -> None:
    """Raises what this code of an answer means, unless it means that all is well."""
    if (error := for_code(code)) is not NoError:
        raise error(about)
