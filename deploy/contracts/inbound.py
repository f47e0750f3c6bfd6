"""AsyncAPI of what agencies say to us: their topic, its one message, in either mode of CloudEvents, with an example of each."""

from typing import Any

from services.referral.inbound.wire import TYPE
from services.referral.use_cases.requests import ReferralRequest
from shared.messaging.topics import inbound_topic

Json = dict[str, Any]
CHANNEL = inbound_topic("{agency}").name
SCHEMA = f"schemas/{TYPE}.json"
STRUCTURED = f"{TYPE}.structured"
REFERENCE = "2025-0147"
EXAMPLE: Json = {
    "external_id": REFERENCE,
    "identity": {
        "family_name": "Exemple", "given_name": "Camille", "birth_date": "2009-05-14", "commune": "39198", "phone": "0612345678",
        "representatives": [{"kind": "person", "name": "Dominique Exemple", "kinship": "mother", "phone": "0384000000"}],
    },
    "informed_on": "2026-03-02",
    "counsellor": {"name": "Mme Perrigaud", "phone": "0384000001"},
    "situation": "out_of_school",
    "out_of_school_since": "2025-12",
    "wishes": [{"school": "dole", "programme": "dole-cap-serrurerie"}],
}  # fmt: skip
ATTRIBUTES = {"specversion": "1.0", "id": "6f0d7f0e-0f5e-4f0a-9d3b-000000000001", "source": "urn:logiciel:dole", "type": TYPE}
SAID: Json = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "minLength": 1},
    "source": {"type": "string", "minLength": 1, "description": "Libre : le nom du topic, et rien d’autre, dit qui parle."},
    "type": {"const": TYPE},
    "subject": {"type": "string", "description": "Libre : rien n’en est tiré."},
}
KEY: Json = {
    "type": "string", "maxLength": 200,
    "description": "Votre référence (external_id), en UTF-8. Les données peuvent la dire aussi, la même, ou la dire seules.",
}  # fmt: skip
DESCRIPTION = (
    "Ce que l’organisme {agency} nous envoie, et que lui seul écrit ; une partition, sept jours. Chaque message est pris, "
    "reconnu (même référence, même contenu) ou rejeté, avec les codes et les mots de POST /referrals : GET /rejections, et "
    "fr.etabli.outbound.referral.rejected.v1. Un rejet ne retient rien de ce qui suit, et n’est pas relu : renvoyez le message, "
    "corrigé."
)


def schema() -> Json:
    """The JSON Schema of the data: what POST /referrals takes."""
    said = ReferralRequest.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{TYPE}", **said}


def channel(servers: list[Json], binding: str) -> Json:
    """One topic for each agency, of its own."""
    topic = inbound_topic("{agency}")
    settings = {"cleanup.policy": ["delete"], "retention.ms": int(topic.configs["retention.ms"])}
    return {
        "address": topic.name,
        "description": DESCRIPTION,
        "parameters": {"agency": {"description": "L’identifiant de l’organisme.", "examples": ["cio-dole"]}},
        "servers": servers,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in (TYPE, STRUCTURED)},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": settings, "bindingVersion": binding}},
    }


def operation() -> Json:
    """What an agency does there."""
    return {"action": "send", "channel": {"$ref": f"#/channels/{CHANNEL}"}, "summary": "Orienter un jeune par son propre topic."}


def messages(binding: str) -> Json:
    """The one type, in binary and in structured mode."""
    kafka = {"kafka": {"key": KEY, "bindingVersion": binding}}
    return {TYPE: {**_binary(), "bindings": kafka}, STRUCTURED: {**_structured(), "bindings": kafka}}


def _binary() -> Json:
    named = {f"ce_{name}": said for name, said in SAID.items()}
    content = {"content-type": {"type": "string", "pattern": "^application/json", "description": "Dit rien, c’est du JSON."}}
    headers = {"type": "object", "required": [f"ce_{name}" for name in ATTRIBUTES], "properties": {**named, **content}}
    shown = {**{f"ce_{name}": value for name, value in ATTRIBUTES.items()}, "content-type": "application/json"}
    return {
        "name": TYPE,
        "summary": "Une orientation, en mode binaire : les attributs sont des en-têtes, la valeur le JSON des données.",
        "contentType": "application/json",
        "headers": headers,
        "payload": {"$ref": SCHEMA},
        "examples": [{"headers": shown, "payload": EXAMPLE}],
    }


def _structured() -> Json:
    content = "application/cloudevents+json"
    whole = {**SAID, "data": {"$ref": SCHEMA}}
    return {
        "name": TYPE,
        "summary": "La même, en mode structuré : la valeur est l’événement entier, en JSON.",
        "contentType": content,
        "headers": {
            "type": "object", "required": ["content-type"],
            "properties": {"content-type": {"type": "string", "pattern": r"^application/cloudevents\+json"}},
        },
        "payload": {"type": "object", "required": [*ATTRIBUTES, "data"], "properties": whole},
        "examples": [{"headers": {"content-type": content}, "payload": {**ATTRIBUTES, "data": EXAMPLE}}],
    }  # fmt: skip
