"""The topics of a Kafka beside those that it must have: missing, of another shape, or kept for less or longer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.brokers.asking import ensure
from deploy.brokers.change import Change, Kind
from deploy.brokers.tenants import Tenants
from shared.events.outbound import OUTBOUND
from shared.messaging.topics import INBOUND, Topic, copies, topics

OURS = ("etabli.", "dlq.")
SET_BY_HAND = 1
"""The source of a setting that is of this topic, and not a default of its brokers."""


@dataclass(frozen=True)
class Found:
    """A topic as it is: its partitions, the fewest copies that one has, and its settings, whoever set them."""

    partitions: int
    copies: int
    configs: Mapping[str, str]


async def changes(admin: AIOKafkaAdminClient, tenants: Tenants | None) -> list[Change]:
    """What is to be made of them, one by one; of the partners' own where it is known who these are."""
    there = await _present(admin)
    number = copies(len(admin._client.cluster.brokers()))
    wanted = [*topics(), *(tenants.topics() if tenants else ())]
    found = [change for topic in wanted for change in _of_topic(admin, topic, there.get(topic.name), number)]
    strays = there.keys() - {topic.name for topic in wanted}
    return [*found, *_strays(strays), *(_of_partners(strays, tenants) if tenants else ())]


def _of_topic(admin: AIOKafkaAdminClient, topic: Topic, found: Found | None, number: int) -> Iterator[Change]:
    subject = f"topic {topic.name}"
    if found is None:
        shape = f"{topic.partitions} partition(s), {number} copie(s), {_shown(topic.configs)}"
        yield Change(Kind.SAFE, subject, "absent", shape, partial(_create, admin, topic, number))
        return
    if found.partitions != topic.partitions:
        yield Change(Kind.BY_HAND, f"{subject}, partitions", str(found.partitions), str(topic.partitions))
    if found.copies < number:
        yield Change(Kind.BY_HAND, f"{subject}, copies", str(found.copies), str(number))
    for name, value in topic.configs.items():
        if (is_now := found.configs[name]) != value:
            kind = Kind.DESTRUCTIVE if _forgets(name, is_now, value) else Kind.SAFE
            make = partial(_configure, admin, topic.name, {name: value})
            yield Change(kind, f"{subject}, {name}", is_now, value, make)


def _forgets(name: str, found: str, wanted: str) -> bool:
    """Whether messages that are kept now would not be any more."""
    if name == "cleanup.policy":
        return "delete" in wanted and "delete" not in found
    return wanted != "-1" and (found == "-1" or int(wanted) < int(found))


def _strays(names: Iterable[str]) -> Iterator[Change]:
    """Topics of our names that no table has. Whoever made one knows why: it may hold what nothing else does."""
    for name in sorted(names):
        if name.startswith(OURS) and not name.startswith((INBOUND, OUTBOUND)):
            yield Change(Kind.BY_HAND, f"topic {name}", "présent", "inconnu d’Établi")


def _of_partners(strays: Iterable[str], tenants: Tenants) -> Iterator[Change]:
    """Topics of partners that there are not; and who shares one with another."""
    for name in sorted(strays):
        if name.startswith((INBOUND, OUTBOUND)):
            yield Change(Kind.BY_HAND, f"topic {name}", "présent", "d’aucun organisme ni école")
    for id in sorted(tenants.both):
        yield Change(Kind.BY_HAND, f"identifiant {id}", "d’un organisme et d’une école", "de l’un ou de l’autre")


async def _present(admin: AIOKafkaAdminClient) -> dict[str, Found]:
    described = [topic for topic in await admin.describe_topics() if not topic["is_internal"]]
    configs = await _configs(admin, [topic["topic"] for topic in described])
    return {
        topic["topic"]: Found(
            len(topic["partitions"]),
            min(len(partition["replicas"]) for partition in topic["partitions"]),
            {name: value for name, (value, _source) in configs[topic["topic"]].items()},
        )
        for topic in described
    }


async def _configs(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, tuple[str, int]]]:
    """By topic and name: the value of each setting, and where it comes from."""
    if not names:
        return {}
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for answer in await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names]):
        for code, said, _kind, topic, entries in answer.resources:
            ensure(code, said or topic)
            found[topic] = {entry[0]: (entry[1], entry[3]) for entry in entries}
    return found


async def _create(admin: AIOKafkaAdminClient, topic: Topic, number: int) -> None:
    answer = await admin.create_topics([NewTopic(topic.name, topic.partitions, number, topic_configs=dict(topic.configs))])
    ensure(answer.topic_errors[0][1], topic.name)


async def _configure(admin: AIOKafkaAdminClient, name: str, wanted: Mapping[str, str]) -> None:
    """Set these, and leave the topic's other settings as they are: what is not said of a topic here is taken from it."""
    (now,) = (await _configs(admin, [name])).values()
    kept = {setting: value for setting, (value, source) in now.items() if source == SET_BY_HAND}
    (answer,) = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {**kept, **wanted})])
    ensure(answer.resources[0][0], name)


def _shown(configs: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in configs.items())
