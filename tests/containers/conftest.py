"""One simulated stack in containers for the session, of a project, an image and secrets of its own."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from deploy.containers.docker import Project, check_docker
from deploy.containers.secrets import make_secrets
from deploy.containers.starting import start
from deploy.local.errors import CannotRun

NAME = f"etabli-test-{os.getpid()}"
VARIABLES = {"ETABLI_IMAGE": f"etabli:{NAME}", "ETABLI_SIMULATED": "1"}
UNLIMITED = {"ETABLI_RATE_PER_ORGANISATION": "0", "ETABLI_RATE_PER_ADDRESS": "0"}


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine with compose; without one its tests are skipped."""
    try:
        check_docker()
    except CannotRun as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def stack(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """It runs and is well. At the end nothing of it stays, volumes and image neither."""
    secrets = tmp_path_factory.mktemp("containers") / "secrets"
    make_secrets(secrets)
    project = Project(NAME, secrets, variables={**VARIABLES, **UNLIMITED})
    try:
        start(project)
        yield project
    finally:
        replace(project, profiles=("*",)).ask("down", "-v", "--remove-orphans")
        subprocess.run(["docker", "image", "rm", VARIABLES["ETABLI_IMAGE"]], capture_output=True, check=False)
