"""A service started without what it needs says what lacks, in one sentence; one that is stopped does not wait for ever."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.app import Service
from shared.web.runtime import Runtime
from tests.conftest import Start

ROOT = Path(__file__).parents[2]
SERVICES = ("referral", "enrolment", "production", "reporting")


def start(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ETABLI_")}
    return subprocess.run(
        [sys.executable, "-m", f"services.{name}.main"],
        env={**inherited, **environment}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_without_its_settings_names_the_variables_and_ends(name: str) -> None:
    ended = start(name)
    assert ended.returncode == 2
    needed = "ETABLI_JWKS_FILE et ETABLI_SECRET_FILE" + (" et ETABLI_VAULT_KEY_FILE" if name == "referral" else "")
    assert ended.stderr == f"Il manque {needed} dans l’environnement : le service ne peut pas démarrer.\n"


def test_a_setting_that_cannot_be_is_named_without_its_value(keys: Path) -> None:
    there = {"ETABLI_JWKS_FILE": str(keys / "jwks.json"), "ETABLI_SECRET_FILE": str(keys / "secret")}
    ended = start("production", **there, ETABLI_PORT="here")
    assert ended.returncode == 2
    assert ended.stderr == "La valeur de ETABLI_PORT ne convient pas : le service ne peut pas démarrer.\n"


def test_a_file_that_is_not_there_or_too_short_a_secret_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    ended = start("production", ETABLI_JWKS_FILE=str(tmp_path / "none"), ETABLI_SECRET_FILE=str(tmp_path / "secret"))
    assert ended.returncode == 2
    assert ended.stderr == (
        "La valeur de ETABLI_JWKS_FILE et de ETABLI_SECRET_FILE ne convient pas : le service ne peut pas démarrer.\n"
    )


@pytest.mark.parametrize("server", ["KAFKA", "MONGODB"])
def test_a_password_that_cannot_be_read_is_named(keys: Path, tmp_path: Path, server: str) -> None:
    there = {"ETABLI_JWKS_FILE": str(keys / "jwks.json"), "ETABLI_SECRET_FILE": str(keys / "secret")}
    (tmp_path / "empty").write_text("\n")
    for file in ({}, {f"ETABLI_{server}_PASSWORD_FILE": str(tmp_path / "empty")}):
        ended = start("production", **there, **file, **{f"ETABLI_{server}_USER": "production"})
        assert ended.returncode == 2
        assert ended.stderr == f"La valeur de ETABLI_{server}_PASSWORD_FILE ne convient pas : le service ne peut pas démarrer.\n"


class Store:
    """A service without anything."""

    def __init__(self, _persistence: Persistence) -> None: ...

    async def prepare(self) -> None: ...


async def test_a_work_that_does_not_stop_holds_the_service_no_longer_than_its_grace(running: Start) -> None:
    released = asyncio.Event()

    async def stubborn(_runtime: Runtime[Store]) -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    def toy(settings: Settings) -> Service[Store]:
        return Service("stubborn", settings, Store, works=[stubborn])

    async with running(toy, stop_grace=0.6):
        await asyncio.sleep(0.1)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 3
    released.set()


async def test_a_work_that_fails_ends_the_process_which_here_fails_the_test(running: Start) -> None:
    async def broken(_runtime: Runtime[Store]) -> None:
        raise ValueError("Dupont")

    def toy(settings: Settings) -> Service[Store]:
        return Service("broken", settings, Store, works=[broken])

    with capture_logs() as said, pytest.raises(AssertionError, match="ended its process"):
        async with running(toy):
            await asyncio.sleep(0.1)
    [line] = [line for line in said if line["event"] == "background.ended"]
    assert (line["work"], line["error"]) == ("work 0", "ValueError")
