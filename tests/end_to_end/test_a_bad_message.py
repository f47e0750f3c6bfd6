"""A message that nobody can read, under a pupil's key, holds that pupil back until it is discarded; then nothing is missing."""

from typing import Any
from uuid import UUID

import pytest

from deploy.local.servers import Servers
from services.enrolment.domain import pupils
from services.enrolment.main import service as enrolment
from services.reporting.main import service as reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.events.applications import ApplicationStatus
from shared.events.catalogue import Promotion
from shared.events.students import InterruptionCode
from shared.messaging.kafka import producer
from shared.projections.projection import as_of
from tests.conftest import Running, Start
from tests.enrolment.builders import START, a_referral
from tests.enrolment.drivers import ADMIN, enrols, intake_opens, refers, starts, status, waits

REASON = {"reason": "Un essai, qui n’est d’aucun service."}


async def parked(here: Running, young_id: UUID, count: int) -> list[dict[str, Any]]:
    """What is parked of somebody's story, once it is so much."""

    async def there() -> Any:
        rows = [row for row in (await here.as_("admin").get("/admin/parked")).json()["items"] if row["key"] == str(young_id)]
        return (rows,) if len(rows) == count else None

    (rows,) = await here.until(there)
    return list(rows)


async def health(here: Running) -> str:
    return str((await here.signed_out().get("/health/ready")).json()["status"])


async def row_of(here: Running, young_id: UUID) -> dict[str, Any]:
    """What reporting knows of the pupil's enrolment."""
    generation = await here.store.projector.generations.current()
    found = [as_of(row, None) for row in await generation["enrolments"].find()]
    return next((row for row in found if row.get("young_id") == str(young_id)), {})


async def discards(here: Running, message: dict[str, Any]) -> None:
    answer = await here.as_("admin").post(f"/admin/parked/{message['coordinates']}/discard", json=REASON)
    assert answer.status_code == 200, answer.text


@pytest.mark.slow
async def test_the_seat_of_who_left_behind_a_bad_message_is_offered_once_it_is_discarded_and_no_rebuild_parks_it_again(
    running: Start, servers: Servers
) -> None:
    async with running(enrolment) as here, running(reporting, ReportingSettings) as rows:
        store = here.store
        intake = await intake_opens(store, seats=1, promotion=Promotion.AUTOMATIC)
        pupil, waiting = a_referral(), a_referral()
        for one in (pupil, waiting):
            await refers(store, one)
        await enrols(store, intake, pupil.young_id)
        await waits(store, intake, waiting.young_id)
        await starts(store, pupil.young_id)
        await rows.until(lambda: _known(rows, pupil.young_id, "started_on"))
        await here.until(lambda: _all_told(here))  # nothing else of theirs comes behind the bad one

        async with producer(servers.brokers) as kafka:
            await kafka.send_and_wait("etabli.enrolment", b'{"family_name": "Dupont"', key=str(pupil.young_id).encode())
        (bad,) = await parked(here, pupil.young_id, 1)
        code = InterruptionCode.MOVED
        await store.pupils.acting(ADMIN).decide(pupil.young_id, pupils.interrupt, school=None, code=code, on=START)

        for service in (here, rows):
            assert [row["code"] for row in await parked(service, pupil.young_id, 2)] == [
                "not_cloudevents", "behind_a_parked_message",
            ]  # fmt: skip
            assert await health(service) == "degraded"
        assert await status(store, intake, waiting.young_id) is ApplicationStatus.WAITLISTED

        await discards(here, bad)
        assert await status(store, intake, waiting.young_id) is ApplicationStatus.OFFERED
        assert await parked(here, pupil.young_id, 0) == []  # of others' stories some may be left, in health too
        await discards(rows, bad)
        left = await row_of(rows, pupil.young_id)
        assert (left["absence"]["away"], left["absence"]["code"]) == (True, code)

        await rows.as_("admin").post("/admin/rebuild")
        await rows.until(lambda: _rebuilt(rows))
        assert await parked(rows, pupil.young_id, 0) == []
        assert await row_of(rows, pupil.young_id) == left


async def _all_told(here: Running) -> bool:
    return not await here.runtime.relay.pending(1)


async def _known(here: Running, young_id: UUID, field: str) -> bool:
    return field in await row_of(here, young_id)


async def _rebuilt(here: Running) -> bool:
    return not (await here.as_("admin").get("/admin/rebuild")).json()["running"]
