"""A school's software: what it knows from its snapshot and its stream, each event applied once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from deploy.local.servers import Servers
from shared.kernel.caller import Caller
from shared.messaging.tenant_topic import Told, bounds_of, page, told_in, topic_of
from tests.enrolment.life import read

STATUS: Mapping[str, str] = {
    "application.opened": "under_review", "application.ineligible": "ineligible", "application.admissible": "admissible",
    "application.waitlisted": "waitlisted", "application.refused": "refused", "application.withdrawn": "withdrawn",
    "application.obsolete": "obsolete", "place.offered": "offered", "place.confirmed": "enrolled", "place.released": "released",
    "place.declined": "declined", "student.enrolled": "due", "student.started": "present", "student.interrupted": "interrupted",
    "student.resumed": "present", "student.handed_back": "waiting", "student.hand_back_acknowledged": "acknowledged",
    "student.hand_back_ended": "ended", "transfer.proposed": "proposed", "transfer.accepted": "accepted",
    "transfer.declined": "declined", "transfer.lapsed": "lapsed",
}  # fmt: skip
"""What each event makes of the application, the pupil, the hand-back or the transfer that it is about."""


async def told_to(servers: Servers, caller: Caller, after: int = -1) -> list[Told]:
    """All that a tenant's topic holds now after a position."""
    topic, found = topic_of(caller), list[Told]()
    end = (await bounds_of(servers.brokers, topic)).end
    while after + 1 < end:
        records, after = await page(servers.brokers, topic, after, end)
        found += [one for one in told_in(records, topic) if isinstance(one, Told)]
    return found


@dataclass
class School:
    """By document and young person: where they stand, how many things happened to them since it is known, the revision."""

    known: dict[tuple[str, str], tuple[str, int, int]] = field(default_factory=dict)

    @property
    def state(self) -> dict[tuple[str, str], tuple[str, int]]:
        """The same, however far each was said to be: an intake's revision moves with each of its applications."""
        return {key: (status, steps) for key, (status, steps, _) in self.known.items()}

    def hears(self, told: Told) -> None:
        data, kind = orjson.loads(told.message.data), told.message.type.removeprefix("fr.etabli.outbound.").removesuffix(".v1")
        if kind == "person.erased":
            self.known = {key: value for key, value in self.known.items() if key[1] != data["young_id"]}
            return
        key = (data["document"], data["young_id"])
        status, steps, revision = self.known.get(key, ("", 0, 0))
        if data["revision"] > revision:
            self.known[key] = (STATUS.get(kind, status), steps + (kind in COUNTED), data["revision"])

    async def reads(self, client: httpx.AsyncClient, *, limit: int = 2) -> int:
        """The whole snapshot: its position."""
        query: dict[str, Any] = {"limit": limit}
        while True:
            part = read(await client.get("/snapshot", params=query))
            for item in part["items"]:
                of = item[item["kind"]]
                steps = len(of["steps"]) if item["kind"] == "pupil" else 0
                self.known[item["document"], of["young_id"]] = (of["status"], steps, item["revision"])
            if part["next"] is None:
                return int(part["position"])
            query["cursor"] = part["next"]


COUNTED = ("student.started", "student.interrupted", "student.resumed")
"""Each is one more step of a presence: told twice, it would count twice."""
