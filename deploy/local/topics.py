"""The topics of a stack, made once its Kafka answers."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from deploy.local.errors import CannotRun
from deploy.local.kafka import knows_brokers
from deploy.local.progress import say
from shared.messaging.kafka import TRANSIENT, create_topics

POLL_SECONDS = 0.5


def make_topics(bootstrap: str, *, within: float = 60.0) -> None:
    """Create what is missing. A Kafka that is not there yet is waited for, `within` seconds at most."""
    try:
        _wait_for_kafka(bootstrap, within)
        with ThreadPoolExecutor(1) as apart:  # the caller may be running an event loop
            apart.submit(asyncio.run, create_topics(bootstrap)).result()
    except TRANSIENT as error:
        raise CannotRun(f"Kafka ({bootstrap}) n'a pas créé les topics : {error}") from error


def _wait_for_kafka(bootstrap: str, within: float) -> None:
    deadline = time.monotonic() + within
    told = False
    while not _answers(bootstrap):
        if time.monotonic() > deadline:
            raise CannotRun(f"Kafka ne répond pas à {bootstrap} : démarrez-le, ou corrigez KAFKA_BOOTSTRAP_SERVERS.")
        if not told:
            say(f"Kafka ne répond pas encore à {bootstrap} : on l'attend, {within:.0f} secondes au plus.")
            told = True
        time.sleep(POLL_SECONDS)


def _answers(bootstrap: str) -> bool:
    try:
        return knows_brokers(bootstrap)
    except ValueError:
        raise CannotRun(
            f"« {bootstrap} » n'est pas une adresse de Kafka : KAFKA_BOOTSTRAP_SERVERS s'écrit HÔTE:PORT, ou plusieurs ainsi "
            "séparées par des virgules."
        ) from None
