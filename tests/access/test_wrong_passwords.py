"""A service whose password is wrong says that it is refused, waits without dying, says the password nowhere, and heals."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from services.enrolment.main import service as enrolment
from services.reporting.main import service as reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.settings import Settings
from shared.web.app import build
from tests.access.servers import Guarded
from tests.conftest import Running, Start

pytestmark = pytest.mark.slow
SERVICES = [("enrolment", enrolment, Settings), ("reporting", reporting, ReportingSettings)]
WRONG = "wrong-7d2f"


def a_copy(password: Path, folder: Path) -> Path:
    """The file of a password, to be written over."""
    return Path(shutil.copy(password, folder / password.name))


async def health(here: Running) -> Any:
    return (await here.signed_out().get("/health/ready")).json()


@pytest.mark.parametrize(("name", "make", "kind"), SERVICES)
async def test_kafka_refuses_a_service_which_says_so_and_reads_its_new_password(
    guarded: Guarded, running: Start, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, make: Any, kind: Any
) -> None:
    password = a_copy(guarded.passwords / f"kafka-{name}", tmp_path)
    right = password.read_text()
    password.write_text(WRONG)
    async with running(make, kind, fresh=False, **{**guarded.knobs(name), "kafka_password_file": password}) as here:

        async def says(**wanted: Any) -> bool:
            found = await health(here)
            return bool(wanted.items() <= found.items())

        await here.until(lambda: says(status="degraded", kafka="ok", refusing=["cluster", f"group:{name}"]))
        await asyncio.sleep(8)
        assert await says(status="degraded", kafka="ok", refusing=["cluster", f"group:{name}"]), await health(here)
        password.unlink()
        await asyncio.sleep(5)
        assert await says(status="degraded", kafka="ok"), await health(here)
        password.write_text(right)
        await here.until(lambda: says(kafka="ok", refusing=[]))  # degraded still, where it parks what other tests told
    assert WRONG not in "".join(capfd.readouterr())


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_mongodb_refuses_a_service_which_says_so_and_starts_once_its_password_is_right(
    guarded: Guarded, keys: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], driver: str
) -> None:
    password = a_copy(guarded.passwords / "mongodb-enrolment", tmp_path)
    right = password.read_text()
    password.write_text(WRONG)
    known = {"jwks_file": keys / "jwks.json", "secret_file": keys / "secret", "mongo_driver": driver, "max_backoff": 0.5}
    settings = Settings(**{**guarded.knobs("enrolment"), **known, "mongodb_password_file": password})
    service = enrolment(settings)
    app = build(service)
    async with app.router.lifespan_context(app):
        here = Running(app, service, keys)

        async def says(code: str) -> bool:
            return bool((await health(here)).get("code") == code)

        await here.until(lambda: says("database_refused"))
        assert (await here.as_("admin").get("/schools")).json()["code"] == "starting"
        password.unlink()
        await asyncio.sleep(1)
        assert await says("database_refused")
        password.write_text(right)
        await here.until(lambda: _is_ready(here))
        assert (await here.as_("admin").get("/schools")).status_code == 200
    assert WRONG not in "".join(capfd.readouterr())


async def _is_ready(here: Running) -> bool:
    """Whether it serves: `degraded` also, where it parks what other tests told."""
    return (await here.signed_out().get("/health/ready")).status_code == 200
