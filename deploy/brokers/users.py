"""The users of a Kafka (SCRAM-SHA-512): listed; kept with the password of a file, which itself never leaves us."""

import hashlib
import secrets

from aiokafka.admin import AIOKafkaAdminClient

from deploy.brokers.asking import PATIENCE, ask, ensure
from deploy.brokers.scram import DescribeUsers, KeepUsers
from shared.kernel.secrets import PasswordFile
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import Brokers, ask_brokers

SHA_512 = 2
ITERATIONS = 4096
"""Kafka's own number: our passwords are random, and no dictionary finds them."""


async def present(admin: AIOKafkaAdminClient) -> set[str]:
    """Their names."""
    refused = await ask(admin, DescribeUsers(["ops"]))  # asked of all by one who may not know, Kafka 4.3 never answers
    ensure(refused.error_code, "users")
    answer = await ask(admin, DescribeUsers())
    ensure(answer.error_code, "users")
    return {user for user, code, _said, credentials, _ in answer.results if not code and credentials}


async def keep(admin: AIOKafkaAdminClient, user: str, password: PasswordFile) -> None:
    """A user of this name has this password from now on. Connections that stand are not ended."""
    salt = secrets.token_bytes(32)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    answer = await ask(admin, KeepUsers([(user, SHA_512, ITERATIONS, salt, salted)]), controller=True)
    ensure(answer.results[0][1], user)


async def drop(admin: AIOKafkaAdminClient, user: str) -> None:
    """Nobody is let in under this name any more; who is connected stays so until they connect again."""
    answer = await ask(admin, KeepUsers([], [(user, SHA_512)]), controller=True)
    ensure(answer.results[0][1], user)


async def has_this_password(brokers: Brokers) -> bool:
    """Whether Kafka lets this user in with the password of that file."""
    try:
        await ask_brokers(brokers, within=PATIENCE)
    except KAFKA_ERRORS as error:
        if is_refused(error):
            return False
        raise
    return True
