"""What a broker says no to. aiokafka itself tells only that no broker took its client, whatever the reason."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaClient
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError

from shared.messaging.failures import KAFKA_ERRORS, is_refused


@asynccontextmanager
async def saying_why(client: AIOKafkaClient) -> AsyncIterator[None]:
    """Around what has a client bootstrap: raises the refusal (of our name, our password, or ours of its certificate)."""
    try:
        yield
    except KafkaConnectionError:
        if client._security_protocol != "PLAINTEXT":
            for host, port, _family in client.hosts:
                await _ensure_not_refused(client, host, port)
        raise


async def _ensure_not_refused(client: AIOKafkaClient, host: str, port: int) -> None:
    """Connect as the client would, and raise what is no mere absence."""
    try:
        connection = await create_conn(
            host, port,
            request_timeout_ms=client._request_timeout_ms,
            ssl_context=client._ssl_context,
            security_protocol=client._security_protocol,
            sasl_mechanism=client._sasl_mechanism,
            sasl_plain_username=client._sasl_plain_username,
            sasl_plain_password=client._sasl_plain_password,
        )  # fmt: skip
        connection.close()
    except KAFKA_ERRORS as error:
        if is_refused(error):
            raise
