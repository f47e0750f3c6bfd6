"""The rules (ACLs) of a Kafka: read, added, taken back, over its own protocol."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import SecurityDisabled
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from deploy.access import Rule
from deploy.brokers.asking import ask, ensure

ANY, ALLOW = 1, 3
RESOURCES = {"topic": 2, "group": 3, "cluster": 4, "transactional-id": 5, "delegation-token": 6, "user": 7}
PATTERNS = {"literal": 3, "prefixed": 4}
OPERATIONS = {
    "All": 2, "Read": 3, "Write": 4, "Create": 5, "Delete": 6, "Alter": 7, "Describe": 8, "ClusterAction": 9,
    "DescribeConfigs": 10, "AlterConfigs": 11, "IdempotentWrite": 12, "CreateTokens": 13,
    "DescribeTokens": 14, "TwoPhaseCommit": 15,
}  # fmt: skip
USER, EVERYWHERE = "User:", "*"


@dataclass
class Found:
    """What a Kafka has: rules in the words of our table, and how many others (that forbid, or are of one host)."""

    rules: set[Rule] = field(default_factory=set)
    others: int = 0


async def present(admin: AIOKafkaAdminClient) -> Found | None:
    """All of them; None where this Kafka has no authorizer, and lets everybody do everything."""
    answer = await ask(admin, DescribeAclsRequest(ANY, None, ANY, None, None, ANY, ANY))
    if answer.error_code == SecurityDisabled.errno:
        return None
    ensure(answer.error_code, "rules")
    found = Found()
    for kind, name, pattern, entries in answer.resources:
        for user, host, operation, permission in entries:
            if permission == ALLOW and host == EVERYWHERE and user.startswith(USER):
                found.rules.add(_rule(kind, name, pattern, user, operation))
            else:
                found.others += 1
    return found


async def add(admin: AIOKafkaAdminClient, rules: Iterable[Rule]) -> None:
    """Each of these holds from now on."""
    for rule in rules:
        answer = await ask(admin, CreateAclsRequest(*_fields(rule)), controller=True)
        ensure(answer.creation_responses[0][0], str(rule))


async def take_back(admin: AIOKafkaAdminClient, rules: Iterable[Rule]) -> None:
    """None of these holds any more."""
    for rule in rules:
        answer = await ask(admin, DeleteAclsRequest(*_fields(rule)), controller=True)
        ensure(answer.filter_responses[0][0], str(rule))


def _fields(rule: Rule) -> tuple[int, str, int, str, str, int, int]:
    place = RESOURCES[rule.resource], rule.name, PATTERNS[rule.pattern]
    return (*place, USER + rule.user, EVERYWHERE, OPERATIONS[rule.operation], ALLOW)


def _rule(kind: int, name: str, pattern: int, user: str, operation: int) -> Rule:
    words = _word(OPERATIONS, operation), _word(RESOURCES, kind), _word(PATTERNS, pattern)
    return Rule(user.removeprefix(USER), *words, name)


def _word(table: dict[str, int], number: int) -> str:
    return next((word for word, known in table.items() if known == number), str(number))
