"""The AsyncAPI document: valid by the official schema, and saying of Kafka and of each message what is so."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from deploy.contracts import inbound
from deploy.contracts.asyncapi import asyncapi
from deploy.contracts.schemas import example, schema
from deploy.local.servers import Servers
from services.referral.inbound.wire import TYPE, item_of
from services.referral.use_cases.requests import ReferralRequest
from shared.events import EVENTS, OUTBOUND_EVENTS, TOPICS, Event
from shared.events.message import ConsumerRecord, message_of
from shared.kernel.tracing import continuing, new_trace

OFFICIAL = Path(__file__).with_name("asyncapi-3.0.0.schema.json")
"""From the npm package @asyncapi/specs 6.11.1, as it is (Apache-2.0, beside it)."""
DOCUMENT = asyncapi()
EVERY = {**EVENTS, **OUTBOUND_EVENTS}
each_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)


def faults(document: Any) -> list[str]:
    errors = Draft7Validator(json.loads(OFFICIAL.read_text())).iter_errors(document)
    return [f"{error.json_path} {error.message}" for error in errors]


def headers_schema(event: type[Event]) -> Any:
    common = DOCUMENT["components"]["schemas"]["CloudEventHeaders"]
    own = DOCUMENT["components"]["messages"][event.type]["headers"]["allOf"][1]
    return {"allOf": [common, own]}


def a_message(event: type[Event], service: str) -> Any:
    data = event.model_validate(example(event))
    return message_of(data, source=f"/{service}/documents/1", sequence=7, time=datetime(2026, 3, 2, 8, 15, 30, 5, UTC))


def test_the_document_is_valid_by_the_official_schema() -> None:
    assert faults(DOCUMENT) == []


def test_the_official_schema_sees_a_binding_that_is_none() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["channels"][TOPICS[0]]["bindings"]["kafka"]["partitions"] = 0
    assert faults(document)


@pytest.mark.parametrize("event", EVERY.values(), ids=EVERY)
def test_an_example_is_data_that_its_schema_accepts(event: type[Event]) -> None:
    (shown,) = DOCUMENT["components"]["messages"][event.type]["examples"]
    Draft202012Validator(schema(event)).validate(shown["payload"])
    Draft202012Validator(headers_schema(event)).validate(shown["headers"])


@each_event
def test_the_headers_and_key_of_a_message_are_those_announced(event: type[Event]) -> None:
    service = event.teller
    with continuing(new_trace()):
        message = replace(a_message(event, service), cause="/enrolment/pupils/1 a-school#3")
    found = {name: value.decode() for name, value in message.headers()}
    validator = Draft202012Validator(headers_schema(event), format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(found)] == []
    assert found.keys() == headers_schema(event)["allOf"][0]["properties"].keys()
    key = DOCUMENT["components"]["messages"][event.type]["bindings"]["kafka"]["key"]
    Draft202012Validator(key, registry=_definitions(event)).validate(message.key)


def _definitions(event: type[Event]) -> Registry[Any]:
    found: Registry[Any] = Registry().with_resource("", DRAFT202012.create_resource(schema(event)))
    return found


def test_every_message_is_on_the_channel_of_its_topic() -> None:
    channels = DOCUMENT["channels"]
    assert {name: topic for topic, channel in channels.items() for name in channel["messages"]} == {
        **{name: event.topic for name, event in EVERY.items()},
        **dict.fromkeys((TYPE, inbound.STRUCTURED), inbound.CHANNEL),
    }


@pytest.mark.parametrize("name", [TYPE, inbound.STRUCTURED])
def test_an_agency_s_message_is_shown_as_it_is_heard(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    (shown,) = message["examples"]
    found = Registry().with_resource(inbound.SCHEMA, DRAFT202012.create_resource(inbound.schema()))
    Draft202012Validator(message["payload"], registry=found).validate(shown["payload"])
    Draft202012Validator(message["headers"]).validate(shown["headers"])
    headers = tuple((header, value.encode()) for header, value in shown["headers"].items())
    value = json.dumps(shown["payload"]).encode()
    record = ConsumerRecord("etabli.inbound.cio-dole", 0, 0, inbound.REFERENCE.encode(), value, headers)
    assert item_of(record, limit=10_000) == inbound.EXAMPLE
    ReferralRequest.model_validate(inbound.EXAMPLE)


async def test_topics_are_created_as_the_bindings_say(servers: Servers) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    try:
        described = await admin.describe_topics(list(TOPICS))
        settings = {topic: await _settings(admin, topic) for topic in TOPICS}
    finally:
        await admin.close()
    partitions = {one["topic"]: len(one["partitions"]) for one in described}
    assert DOCUMENT["channels"]["etabli.outbound.{tenant}"]["bindings"]["kafka"]["partitions"] == 1
    for topic in TOPICS:
        channel = DOCUMENT["channels"][topic]
        kafka = channel["bindings"]["kafka"]
        assert (kafka["topic"], kafka["partitions"]) == (channel["address"], partitions[topic])
        found = kafka["topicConfiguration"]
        assert (",".join(found["cleanup.policy"]), str(found["retention.ms"])) == settings[topic]


async def _settings(admin: Any, topic: str) -> tuple[str, str]:
    (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    (resource,) = answer.resources
    found = {entry[0]: entry[1] for entry in resource[4]}
    return found["cleanup.policy"], found["retention.ms"]
