"""Kafka as operations see it: does it answer, are all brokers there, is each partition led and kept enough times."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.brokers.tenants import known_tenants
from deploy.doctor.finding import Finding, act, look, well
from deploy.doctor.stack import Examined
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import ask_brokers
from shared.messaging.topics import Topic
from shared.messaging.topics import topics as wanted_topics
from shared.web.pages.french import several

KAFKA = "kafka"
TO_MEND = "etabli topics plan, puis etabli topics apply"


async def kafka(stack: Examined) -> Sequence[Finding]:
    """Its brokers, then its topics."""
    brokers = stack.addresses.brokers
    try:
        await ask_brokers(brokers, within=4)
    except ValueError:
        return [act(KAFKA, f"« {brokers.bootstrap} » n’est pas une adresse", "corrigez l’adresse dans le fichier de la pile")]
    except KAFKA_ERRORS as error:
        return [_silent(stack, error)]
    admin = AIOKafkaAdminClient(**brokers.options(), request_timeout_ms=4000)
    try:
        await admin.start()
        cluster, topics = await admin.describe_cluster(), await admin.describe_topics()
        settings = await _settings(admin, [topic["topic"] for topic in topics])
    finally:
        await admin.close()
    tenants = await known_tenants(stack.addresses)
    wanted = [*wanted_topics(), *(tenants.topics() if tenants else ())]
    asked = len(brokers.bootstrap.split(","))
    return [*of_brokers(stack, cluster, asked), *of_partitions(stack, topics, settings), *of_topics(topics, settings, wanted)]


def _silent(stack: Examined, error: BaseException) -> Finding:
    address, user = stack.addresses.kafka, stack.addresses.brokers.user
    if is_refused(error):
        return act(
            KAFKA, f"{address} refuse « {user or 'un inconnu'} » ({type(error).__name__})",
            f"vérifiez le mot de passe et les droits ; {stack.journal(KAFKA)}",
        )  # fmt: skip
    return act(KAFKA, f"ne répond pas à {address}", stack.start(KAFKA))


def of_brokers(stack: Examined, cluster: Mapping[str, Any], asked: int) -> Sequence[Finding]:
    """How many there are of those whose addresses we know, and whether one is the controller."""
    there = len(cluster["brokers"])
    said = several(there, "broker", "brokers")
    if cluster["controller_id"] < 0:
        return [act(KAFKA, f"{said}, aucun contrôleur : rien ne peut être élu", stack.journal(KAFKA))]
    if there < asked:
        missing = several(asked - there, "broker manque", "brokers manquent")
        return [act(KAFKA, f"{missing} sur {asked}", stack.start(KAFKA))]
    return [well(KAFKA, f"{said}, contrôleur présent")]


def of_partitions(
    stack: Examined, topics: Sequence[Mapping[str, Any]], settings: Mapping[str, Mapping[str, str]]
) -> Sequence[Finding]:
    """Those that nobody leads, that take no write, or that have fewer replicas than they should."""
    leaderless, closed, thin = list[str](), list[str](), list[str]()
    for topic in topics:
        needed = int(settings.get(topic["topic"], {}).get("min.insync.replicas", 1))
        for partition in topic["partitions"]:
            where, kept = f"{topic['topic']}/{partition['partition']}", len(partition["isr"])
            if partition["leader"] < 0:
                leaderless.append(where)
            elif kept < needed:
                closed.append(where)
            elif kept < len(partition["replicas"]):
                thin.append(where)
    found = []
    todo = stack.journal(KAFKA)
    if leaderless:
        found.append(act(KAFKA, f"sans leader, ni lues ni écrites : {_some(leaderless)}", todo))
    if closed:
        found.append(act(KAFKA, f"trop peu de répliques pour être écrites : {_some(closed)}", todo))
    if thin:
        found.append(look(KAFKA, f"répliques en retard ou absentes : {_some(thin)}", todo))
    return found


def of_topics(
    topics: Sequence[Mapping[str, Any]], settings: Mapping[str, Mapping[str, str]], wanted: Sequence[Topic]
) -> Sequence[Finding]:
    """Those that lack, and those that are not as they should be, the partners' own among them."""
    partitions = {topic["topic"]: len(topic["partitions"]) for topic in topics}
    found = []
    if missing := [topic.name for topic in wanted if topic.name not in partitions]:
        found.append(act(KAFKA, f"topics absents : {_some(missing)}", TO_MEND))
    there = [topic for topic in wanted if topic.name in partitions]
    if other := [topic.name for topic in there if partitions[topic.name] != topic.partitions]:
        found.append(act(KAFKA, f"nombre de partitions inattendu, l’ordre par clé n’est plus sûr : {_some(other)}", TO_MEND))
    if kept := [topic.name for topic in there if not topic.configs.items() <= settings[topic.name].items()]:
        found.append(act(KAFKA, f"topics gardés autrement que voulu, leur histoire peut se perdre : {_some(kept)}", TO_MEND))
    return found or [well(KAFKA, f"{several(len(wanted), 'topic', 'topics')} tels que voulus")]


async def _settings(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """By topic, its settings by name."""
    if not topics:
        return {}
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics])
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _code, _message, _kind, name, entries in answer.resources
    }


def _some(names: Sequence[str], most: int = 5) -> str:
    """The first of them, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} et {len(names) - most} autres"
