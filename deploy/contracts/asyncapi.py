"""AsyncAPI 3.0 of what is published on Kafka: servers, topics, keys, and each message in CloudEvents' binary mode."""

from typing import Any

from deploy.contracts import inbound
from deploy.contracts.schemas import example
from services import SERVICES
from shared.events import EVENTS, OUTBOUND_EVENTS, TOPICS, Event
from shared.events.attributes import CAUSE, SOURCE
from shared.events.outbound import OutboundEvent
from shared.messaging.topics import PARTITIONS, outbound_topic

Json = dict[str, Any]
BINDING = "0.5.0"
FOR_EVER = -1
TIME = "2026-03-02T08:15:00+00:00"
DESCRIPTION = """
CloudEvents 1.0, mode binaire de Kafka : les attributs sont des en-têtes `ce_*`, la valeur est le JSON des données.
Chaque événement est dit au moins une fois : redit, il a le même `ce_id`. `ce_sequence` croît
pour une même source et une même clé.
Aucun nom, contact, date de naissance exacte ni texte libre sur une personne.

`etabli.outbound.{tenant}` est le seul sujet qu’un organisme ou une école lit : ce qui le concerne, tel qu’il peut le voir.
`etabli.inbound.{agency}` est le seul qu’un organisme écrit : ses orientations, identité comprise, gardées sept jours.
""".strip()
EVERY = {**EVENTS, **OUTBOUND_EVENTS}
OUTBOUND_CHANNEL = OutboundEvent.topic
OF_TENANTS = ("enrolment", "referral")
"""Who tells the tenants: each of these, where an event names none."""


def asyncapi() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Établi : événements publiés", "version": "1.0.0", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": SERVERS,
        "channels": {
            **{topic: _channel(topic) for topic in TOPICS},
            OUTBOUND_CHANNEL: _outbound_channel(),
            inbound.CHANNEL: inbound.channel(_servers(), BINDING),
        },
        "operations": {
            **{f"receive_{topic.removeprefix('etabli.')}": _operation(topic) for topic in TOPICS},
            "receive_outbound": _operation(OUTBOUND_CHANNEL),
            "send_inbound": inbound.operation(),
        },
        "components": {
            "messages": {**{name: _message(event) for name, event in EVERY.items()}, **inbound.messages(BINDING)},
            "schemas": {"CloudEventHeaders": HEADERS},
            "securitySchemes": {"scram": {"type": "scramSha512", "description": "Un identifiant par organisme."}},
        },
    }


SERVERS: Json = {
    "embedded": {
        "host": "127.0.0.1:{port}",
        "protocol": "kafka",
        "description": "La pile d’une seule machine : le port est écrit par « etabli up ».",
        "variables": {"port": {"default": "9092"}},
    },
    "shared": {
        "host": "{bootstrap}",
        "protocol": "kafka-secure",
        "description": "Un Kafka donné par l’exploitant. Qui lit ces sujets du dehors s’y identifie par SASL/SCRAM sur TLS.",
        "variables": {"bootstrap": {"default": "kafka.example.org:9093"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    },
}
HEADERS: Json = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_sequence", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "Le même quand le même événement est redit."},
        "ce_source": {"type": "string", "format": "uri-reference", "pattern": f"^{SOURCE.pattern}$"},
        "ce_type": {"type": "string"},
        "ce_subject": {"type": "string", "description": "La clé, en texte."},
        "ce_sequence": {
            "type": "string", "pattern": "^[0-9]{1,19}$",
            "description": "Le compteur de la source : pour une même clé il croît, et peut sauter.",
        },
        "ce_time": {"type": "string", "format": "date-time", "description": "L’instant où ce fut dit, UTC."},
        "ce_traceparent": {
            "type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            "description": "Là où cela fut décidé ; l’en-tête `traceparent`, s’il y est, dit l’envoi lui-même.",
        },
        "ce_cause": {
            "type": "string", "pattern": f"^{CAUSE.pattern}$",
            "description": "Ce que son document avait entendu et qui le lui a fait dire : source, clé et séquence.",
        },
        "content-type": {"const": "application/json"},
    },
}  # fmt: skip


def _channel(topic: str) -> Json:
    published = {name: event for name, event in EVENTS.items() if event.topic == topic}
    keys = ", ".join(sorted({event.keyed_by for event in published.values()}))
    topic_settings = {"cleanup.policy": ["delete"], "retention.ms": FOR_EVER}
    kafka = {"topic": topic, "partitions": PARTITIONS, "topicConfiguration": topic_settings, "bindingVersion": BINDING}
    return {
        "address": topic,
        "description": f"Clé : {keys}. Douze partitions, fixées à la création ; tout l’historique est gardé.",
        "servers": _servers(),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in published},
        "bindings": {"kafka": kafka},
    }


def _servers() -> list[Json]:
    return [{"$ref": f"#/servers/{name}"} for name in SERVERS]


def _outbound_channel() -> Json:
    """One topic for each agency and each school, of its own."""
    topic = outbound_topic("{tenant}")
    settings = {"cleanup.policy": ["delete"], "retention.ms": int(topic.configs["retention.ms"])}
    said = "L’identifiant de l’organisme ou de l’école."
    return {
        "address": topic.name,
        "description": "Une seule partition : un offset y est une place dans tout ce qui est dit ; trente jours.",
        "parameters": {"tenant": {"description": said, "examples": ["cio-dole"]}},
        "servers": _servers(),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in OUTBOUND_EVENTS},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": settings, "bindingVersion": BINDING}},
    }


def _operation(topic: str) -> Json:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{topic}"}, "summary": f"Lire {topic}, depuis le début."}


def _message(event: type[Event]) -> Json:
    data = example(event)
    key = event.model_json_schema()["properties"][event.keyed_by]
    tellers = _tellers(event)
    teller = tellers[0] if len(tellers) == 1 else f"({'|'.join(tellers)})"
    own = {"properties": {"ce_type": {"const": event.type}, "ce_source": {"pattern": f"^/{teller}/"}}}
    return {
        "name": event.type,
        "summary": (event.__doc__ or event.__name__).strip().splitlines()[0],
        "contentType": "application/json",
        "headers": {"allOf": [{"$ref": "#/components/schemas/CloudEventHeaders"}, own]},
        "payload": {"$ref": f"schemas/{event.type}.json"},
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDING}},
        "examples": [{"headers": _headers(event, str(data[event.keyed_by])), "payload": data}],
    }


def _tellers(event: type[Event]) -> tuple[str, ...]:
    return (event.teller,) if event.teller in SERVICES else OF_TENANTS


def _headers(event: type[Event], key: str) -> Json:
    source = f"/{_tellers(event)[0]}/documents/{key}"
    attributes = {"specversion": "1.0", "source": source, "type": event.type, "subject": key, "sequence": "1", "time": TIME}
    named = {f"ce_{name}": value for name, value in attributes.items()}
    return {**named, "ce_id": "6a3c3f0e-55a0-5f0b-9d3b-6f1f7c1e7a11", "content-type": "application/json"}
