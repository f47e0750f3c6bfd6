"""The school that answers by itself, as a school's software would: it follows its stream and decides over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

from deploy.sandbox.setting import OFFERED, REFUSED, SCHOOL
from deploy.sandbox.stream import Heard
from deploy.simulation.client import ServiceClient, Unexpected

AS = f"school:{SCHOOL}:head"


async def answer_all(client: ServiceClient, stream: AsyncIterator[Heard]) -> None:
    """Answer each application that is waiting, and each to come. One that is answered already stays as it is."""
    async for event in stream:
        if event.type == "application.opened":
            try:
                await _answer(client, event.data)
            except Unexpected as refused:
                if refused.status not in (404, 409):  # withdrawn, erased or answered meanwhile; or no seat is left
                    raise


async def _answer(client: ServiceClient, asked: dict[str, Any]) -> None:
    one = f"/intakes/{asked['intake_id']}/applications/{asked['young_id']}"
    status = (await client.get(AS, "enrolment", one))["status"]
    if asked["programme"] == REFUSED and status == "under_review":
        await client.decide(AS, "enrolment", f"{one}/refuse", {"code": "no_place"})
    if asked["programme"] == OFFERED and status == "under_review":
        await client.decide(AS, "enrolment", f"{one}/admit", {"met": "interview"})
    if asked["programme"] == OFFERED and status in ("under_review", "admissible"):
        await client.decide(AS, "enrolment", f"{one}/offer")
