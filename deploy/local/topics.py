"""The topics of a stack, made once its Kafka answers."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from deploy.local.errors import CannotRun
from deploy.local.progress import say
from shared.kernel.retry import Outage, until_answered
from shared.messaging.failures import KAFKA_ERRORS, is_away, is_refused
from shared.messaging.kafka import Brokers, ask_brokers, create_topics

POLL_SECONDS = 0.5


def make_topics(brokers: Brokers, *, within: float = 60.0) -> None:
    """Create what is missing. A Kafka that is not there yet is waited for, `within` seconds at most."""
    with ThreadPoolExecutor(1) as apart:  # the caller may be running an event loop
        apart.submit(asyncio.run, _make_topics(brokers, within)).result()


async def _make_topics(brokers: Brokers, within: float) -> None:
    await _wait_for_kafka(brokers, within)
    try:
        await create_topics(brokers)
    except KAFKA_ERRORS as error:
        said = "refuse de créer les topics" if is_refused(error) else "n’a pas créé les topics"
        raise CannotRun(f"Kafka ({brokers.bootstrap}) {said} : {error}") from error


async def _wait_for_kafka(brokers: Brokers, within: float) -> None:
    address = brokers.bootstrap

    def warn(away: bool) -> None:
        if away:
            say(f"Kafka ne répond pas encore à {address} : on l’attend, {within:.0f} secondes au plus.")

    try:
        await until_answered(
            partial(ask_brokers, brokers), on=is_away,
            limit=POLL_SECONDS, within=within, outage=Outage(changed=warn),
        )  # fmt: skip
    except KAFKA_ERRORS as error:
        if is_refused(error):
            raise CannotRun(f"Kafka répond à {address}, mais nous refuse : {error}") from error
        raise CannotRun(f"Kafka ne répond pas à {address} : démarrez-le, ou corrigez KAFKA_BOOTSTRAP_SERVERS.") from None
    except ValueError:
        raise CannotRun(
            f"« {address} » n’est pas une adresse de Kafka : KAFKA_BOOTSTRAP_SERVERS s’écrit HÔTE:PORT, ou plusieurs ainsi "
            "séparées par des virgules."
        ) from None
