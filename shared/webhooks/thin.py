"""The thin event that a webhook is sent: what happened to whom and where to read the rest, and nothing else."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from shared.events.message import NAMESPACE, Message

IDS = ("young_id", "referral_id", "intake_id", "rejection_id", "webhook_id")
"""What of an event's data goes along: opaque ids of ours."""
RESYNC = "fr.etabli.outbound.webhook.resync.v1"
"""Some of what was told is no longer there to be sent: the whole present state is to be read."""
TRIAL = "fr.etabli.outbound.webhook.test.v1"
RESYNC_KEY = ""
SNAPSHOT = "/snapshot"
Tenant = Literal["agency", "school"]


@dataclass(frozen=True)
class Item:
    """Something to send. Those of one key go one after the other; `position` is where it stands in its topic."""

    position: int
    key: str
    id: str
    type: str
    body: str

    @property
    def is_resync(self) -> bool:
        return self.type == RESYNC


def item_of(message: Message, position: int, kind: Tenant) -> Item:
    """An event of a tenant's topic as a webhook has it."""
    found = orjson.loads(message.data)
    ids = {name: found[name] for name in IDS if isinstance(found, dict) and isinstance(found.get(name), str)}
    data = {**ids, "position": position, "read": _where(message.type, ids, kind)}
    return Item(position, message.key, message.id, message.type, _body(message.id, message.type, message.time, data))


def resync_of(webhook_id: str, position: int, at: datetime) -> Item:
    """The word that what came before this position, and was not sent, is gone."""
    id = str(uuid.uuid5(NAMESPACE, f"{webhook_id} {RESYNC} {position}"))
    return Item(position, RESYNC_KEY, id, RESYNC, _body(id, RESYNC, at, {"position": position, "read": SNAPSHOT}))


def trial_of(id: str, webhook_id: str, at: datetime) -> Item:
    """A word by which a tenant tries its receiver."""
    return Item(-1, webhook_id, id, TRIAL, _body(id, TRIAL, at, {"webhook_id": webhook_id}))


def _where(type: str, ids: Mapping[str, str], kind: Tenant) -> str:
    """The path, at the service that sends, of what the event is about; the whole state where it has no page of its own."""
    if kind == "agency" and "referral_id" in ids:
        return f"/referrals/{ids['referral_id']}"
    if kind == "school" and "young_id" in ids and _is_of_a_pupil(type):
        return f"/pupils/{ids['young_id']}"
    if kind == "school" and {"young_id", "intake_id"} <= ids.keys():
        return f"/intakes/{ids['intake_id']}/applications/{ids['young_id']}"
    return SNAPSHOT


def _is_of_a_pupil(type: str) -> bool:
    subject = type.removeprefix("fr.etabli.outbound.").partition(".")[0]
    return subject in ("student", "exam", "diploma", "outcome")


def _body(id: str, type: str, at: datetime, data: Mapping[str, Any]) -> str:
    return orjson.dumps({"id": id, "type": type, "timestamp": at, "data": data}).decode()
