"""What a new contract takes from those who rely on the old one: events change by optional fields alone, routes only give more."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.contracts.accepts import Side, breaks

Json = dict[str, Any]
DESCRIPTIVE = {"description", "title", "examples"}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def contract_breaks(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[str]:
    """Where new contracts are not what the old ones promised, by document and place."""
    found = []
    for path, document in old.items():
        if path not in new:
            found.append(f"{path} : retiré")
        elif path.startswith("schemas/"):
            found += [f"{path}{one}" for one in event_breaks(document, new[path])]
        elif path.startswith("openapi-"):
            found += [f"{path} {one}" for one in openapi_breaks(document, new[path])]
        else:
            found += [f"{path} {one}" for one in topic_breaks(document, new[path])]
    return found


def event_breaks(old: Any, new: Any, at: str = "") -> list[str]:
    """Where an event's schema is more than the old one with added optional fields. Words for people may change."""
    if isinstance(old, dict) and isinstance(new, dict):
        return _of_members(old, new, at)
    if at.endswith("/required"):
        return [] if set(old) == set(new) else [f"{at} : champs obligatoires changés"]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [one for rank, (was, now) in pairs for one in event_breaks(was, now, f"{at}/{rank}")]
    return [] if old == new else [f"{at} : {old!r} devient {new!r}"]


def _of_members(old: Json, new: Json, at: str) -> list[str]:
    names_fields = at.endswith(("/properties", "/$defs"))
    ignored = set() if names_fields else DESCRIPTIVE
    lost = [f"{at}/{name} : retiré" for name in sorted(old.keys() - new.keys() - ignored)]
    gained = [] if names_fields else [f"{at}/{name} : ajouté" for name in sorted(new.keys() - old.keys() - ignored - {"$defs"})]
    common = sorted((old.keys() & new.keys()) - ignored)
    return [*lost, *gained, *(one for name in common for one in event_breaks(old[name], new[name], f"{at}/{name}"))]


def topic_breaks(old: Json, new: Json) -> list[str]:
    """Where a topic is lost, set otherwise (its partitions hold the order of every key), or without one of its messages."""
    found = []
    for topic, channel in old["channels"].items():
        now = new["channels"].get(topic)
        if now is None or (channel["address"], channel["bindings"]) != (now["address"], now["bindings"]):
            found.append(f"{topic} : {'retiré' if now is None else 'réglé autrement'}")
        else:
            found += [f"{topic} : {name} retiré" for name in channel["messages"] if name not in now["messages"]]
    return found


def openapi_breaks(old: Json, new: Json) -> list[str]:
    """Where a client of the old routes would be let down: what it may ask is narrower, what it is answered is less."""
    found = []
    for path, methods in old["paths"].items():
        for method in METHODS:
            if method not in methods:
                continue
            at = f"{method.upper()} {path}"
            operation = new["paths"].get(path, {}).get(method)
            found += [f"{at} : retirée"] if operation is None else list(_operation(old, methods[method], new, operation, at))
    return found


def _operation(old: Json, was: Json, new: Json, now: Json, at: str) -> Iterator[str]:
    if was["operationId"] != now["operationId"]:
        yield f"{at} : operationId {was['operationId']} devient {now['operationId']}"
    yield from _parameters(old, was, new, now, at)
    yield from _body(old, was, new, now, at)
    for status, answer in was["responses"].items():
        if not status.startswith("2"):
            continue  # a problem's codes may grow
        if status not in now["responses"]:
            yield f"{at} : la réponse {status} est retirée"
            continue
        yield from _contents(Side.RESPONSE, old, answer, new, now["responses"][status], f"{at} {status}")


def _parameters(old: Json, was: Json, new: Json, now: Json, at: str) -> Iterator[str]:
    before, after = ({(one["in"], one["name"]): one for one in side.get("parameters", ())} for side in (was, now))
    for key, parameter in after.items():
        required = parameter.get("required") and not before.get(key, {}).get("required")
        if required:
            yield f"{at} : paramètre {key[1]} devenu obligatoire"
    for key, parameter in before.items():
        if key not in after:
            yield f"{at} : paramètre {key[1]} retiré"
        else:
            yield from breaks(Side.REQUEST, old, parameter["schema"], new, after[key]["schema"], f"{at} ?{key[1]}")


def _body(old: Json, was: Json, new: Json, now: Json, at: str) -> Iterator[str]:
    before, after = was.get("requestBody", {}), now.get("requestBody", {})
    if after.get("required") and not before.get("required"):
        yield f"{at} : corps devenu obligatoire"
    yield from _contents(Side.REQUEST, old, before, new, after, f"{at} corps")


def _contents(side: Side, old: Json, was: Json, new: Json, now: Json, at: str) -> Iterator[str]:
    for kind, content in was.get("content", {}).items():
        if kind not in now.get("content", {}):
            yield f"{at} : {kind} retiré"
        else:
            yield from breaks(side, old, content["schema"], new, now["content"][kind]["schema"], at)
