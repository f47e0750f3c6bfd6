"""A message as partners read it over HTTP: a CloudEvent in JSON, structured mode."""

from typing import Any

import orjson

from shared.events.attributes import JSON
from shared.events.message import Message


def structured(message: Message) -> dict[str, Any]:
    """The attributes of Kafka's binary mode and the data, as CloudEvents' JSON format has them. What caused it is ours alone."""
    return {
        "specversion": "1.0", "id": message.id, "source": message.source, "type": message.type, "subject": message.key,
        "time": message.time.isoformat(), "sequence": str(message.sequence), "datacontenttype": JSON,
        "data": orjson.loads(message.data),
    }  # fmt: skip
