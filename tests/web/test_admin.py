"""Routes of operations: the simulated clock, and readiness with a full outbox."""

import uuid
from datetime import UTC, datetime

import pytest

from shared.kernel.caller import SYSTEM
from tests.conftest import Start
from tests.persistence.builders import receive
from tests.web.builders import toy


async def test_the_simulated_clock_advances_never_goes_back_and_is_remembered(running: Start) -> None:
    async with running(toy) as here:
        admin = here.as_("admin")
        ahead = {"now": datetime(2026, 1, 5, 8, tzinfo=UTC).isoformat()}
        assert (await admin.post("/admin/clock", json=ahead)).json()["today"] == "2026-01-05"
        back = await admin.post("/admin/clock", json={"now": "2025-12-01T08:00:00Z"})
        assert (back.status_code, back.json()["code"]) == (409, "clock_goes_back")
        assert await here.runtime.persistence.database["clock"].find_one() == {
            "_id": "clock",
            "now": datetime(2026, 1, 5, 8, tzinfo=UTC),
        }


@pytest.mark.parametrize("far", ["9999-12-31T23:30:00Z", "9999-12-31T23:30:00-12:00", "2030-09-01T06:00:01Z"])
async def test_a_simulated_clock_put_too_far_is_refused_before_anything_is_kept(running: Start, far: str) -> None:
    async with running(toy) as here:
        admin = here.as_("admin")
        refused = await admin.post("/admin/clock", json={"now": far})
        assert (refused.status_code, refused.json()["code"]) == (409, "clock_too_far")
        assert await here.runtime.persistence.database["clock"].find_one() is None
        assert (await admin.get("/admin/clock")).json()["now"] == "2025-09-01T06:00:00Z"


async def test_a_service_with_too_much_untold_says_that_it_is_not_ready(running: Start) -> None:
    async with running(toy, kafka="127.0.0.1:9", outbox_limit=2) as here:
        toys = here.store.toys
        for pending in range(1, 4):
            id = uuid.uuid4()
            await toys.acting(SYSTEM).create(id, receive, id=id, school="dole")
            ready = await here.signed_out().get("/health/ready")
            assert (ready.status_code, ready.json()["pending"]) == ((200, pending) if pending < 3 else (503, 3))
        assert ready.headers["Retry-After"]
        assert ready.json()["code"] == "outbox_full"


async def test_a_real_clock_is_nobodys_to_advance(running: Start) -> None:
    async with running(toy, simulated=False) as here:
        answer = await here.as_("admin").post("/admin/clock", json={"now": "9999-12-31T23:30:00Z"})
        assert (answer.status_code, answer.json()["code"]) == (409, "real_clock")
