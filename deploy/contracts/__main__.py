"""The contracts partners read, generated from the code: JSON Schemas and AsyncAPI of the events, OpenAPI of the services.

`python -m deploy.contracts` writes docs/contracts; `--check` fails on any drift. A published schema may only gain optional
fields: anything else is refused, and needs a new version of the event.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from shared.events import EVENTS, TOPICS, Event
from shared.settings import Settings
from shared.web.app import build

FOLDER = Path(__file__).parents[2] / "docs" / "contracts"
SERVICES = ("referral", "enrolment", "production", "reporting")
Json = dict[str, Any]


def schema(event: type[Event]) -> Json:
    """The JSON Schema of one event's data."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{event.type}", **event.model_json_schema()}


def asyncapi() -> Json:
    """AsyncAPI 3.0: the four topics, and the messages of each in CloudEvents' binary mode."""
    header_names = ("ce_id", "ce_source", "ce_type", "ce_sequence", "ce_time")
    headers = {
        "type": "object",
        "required": list(header_names),
        "properties": {name: {"type": "string"} for name in header_names},
    }
    messages = {
        name: {
            "name": name,
            "summary": (event.__doc__ or event.__name__).strip().splitlines()[0],
            "contentType": "application/json",
            "headers": headers,
            "payload": {"$ref": f"schemas/{name}.json"},
        }
        for name, event in EVENTS.items()
    }
    channels = {
        topic: {
            "address": topic,
            "description": "Clé : " + ", ".join(sorted({e.keyed_by for e in EVENTS.values() if e.topic == topic})),
            "messages": {n: {"$ref": f"#/components/messages/{n}"} for n, e in EVENTS.items() if e.topic == topic},
        }
        for topic in TOPICS
    }
    operations = {
        topic.replace("etabli.", "hear_"): {"action": "receive", "channel": {"$ref": f"#/channels/{topic}"}} for topic in TOPICS
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Établi : événements publiés",
            "version": "1",
            "description": "CloudEvents 1.0, mode binaire de Kafka.",
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def openapi(service: str) -> Json:
    """OpenAPI of one service."""
    main = importlib.import_module(f"services.{service}.main")
    nowhere = Path("nowhere")
    settings: Settings = getattr(main, "Settings", Settings)(jwks_file=nowhere, secret_file=nowhere)
    return build(main.service(settings)).openapi()


def generated() -> dict[Path, Json]:
    """Every contract by its path under docs/contracts."""
    schemas = {Path("schemas") / f"{name}.json": schema(event) for name, event in EVENTS.items()}
    apis = {Path(f"openapi-{service}.json"): openapi(service) for service in SERVICES}
    return {**schemas, **apis, Path("asyncapi.json"): asyncapi()}


def breaks(old: Any, new: Any, at: str = "") -> list[str]:
    """Where a new schema is more than the old one with added optional fields. Words for people may change."""
    if isinstance(old, dict) and isinstance(new, dict):
        names_of_fields = at.endswith(("/properties", "/$defs"))
        words = set() if names_of_fields else {"description", "title"}
        lost = [f"{at}/{name}: retiré" for name in old.keys() - new.keys() - words]
        gained = [] if names_of_fields else [f"{at}/{name}: ajouté" for name in new.keys() - old.keys() - words - {"$defs"}]
        deeper = (breaks(old[name], new[name], f"{at}/{name}") for name in (old.keys() & new.keys()) - words)
        return [*lost, *gained, *(one for found in deeper for one in found)]
    if at.endswith("/required"):
        return [] if set(old) == set(new) else [f"{at}: champs obligatoires changés"]
    return [] if old == new else [f"{at}: {old!r} devient {new!r}"]


def text(contract: Json) -> str:
    return json.dumps(contract, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    """Write the contracts, or with --check say what drifted. Exit status 1 on a drift or on a change of a published version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="ne rien écrire : échouer s'il y a un écart")
    check = parser.parse_args().check
    wanted = generated()
    said: list[str] = []
    for path, contract in wanted.items():
        file = FOLDER / path
        old = file.read_text() if file.exists() else None
        if old is not None and path.parts[0] == "schemas":
            said += [
                f"{path}{one} (une version publiée ne change pas : créez la suivante)"
                for one in breaks(json.loads(old), contract)
            ]
        if check and old != text(contract):
            said.append(f"{path} : le code dit autre chose (make contracts)")
    stray = [file for file in FOLDER.rglob("*.json") if file.relative_to(FOLDER) not in wanted]
    said += [f"{file.relative_to(FOLDER)} : plus rien ne le dit" for file in stray]
    if said:
        print("\n".join(said), file=sys.stderr)
        return 1
    if not check:
        for path, contract in wanted.items():
            (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / path).write_text(text(contract))
    return 0


if __name__ == "__main__":
    sys.exit(main())
