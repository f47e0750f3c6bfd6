"""The version before and today's, side by side on the same servers while others write: nothing lost, nothing counted twice."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.cluster.verify import verify
from deploy.local.servers import running_servers
from deploy.upgrade.order import upgrade_order
from shared.messaging.kafka import create_topics
from tests.upgrades.replicas import HERE, Replicas

pytestmark = pytest.mark.slow
BEFORE = "3f5bce7"
"""The last issue's end: each issue moves it on."""
TOGETHER = 3.0
"""Seconds that both versions have together after each step."""


@pytest.fixture(scope="module")
def code_of_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the version before, out of the history."""
    folder = tmp_path_factory.mktemp("before")
    archive = ["git", "-C", str(HERE), "archive", BEFORE, "services", "shared", "deploy"]
    packed = subprocess.run(archive, capture_output=True, check=False)
    if packed.returncode != 0:
        pytest.skip(f"The history does not go back to {BEFORE}: a shallow clone cannot run the version before.")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder


@pytest.fixture
def replicas(keys: Path, tmp_path: Path) -> Iterator[Replicas]:
    """On servers of their own: what other tests told is not theirs to count."""
    with running_servers(tmp_path / "servers") as servers:
        asyncio.run(create_topics(servers.brokers))
        found = Replicas(servers, keys, tmp_path)
        yield found
        found.stop_all()


@contextmanager
def load(stack: Path, lines: list[dict[str, Any]]) -> Iterator[None]:
    """Writers, until the end of the block; then each ends what it began."""
    environment = {"PYTHONPATH": str(HERE), "ETABLI_STACK": str(stack), "PATH": "/usr/bin:/bin"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cluster.load"], stdin=pipe, stdout=pipe, text=True, env=environment, cwd=HERE
    )
    assert process.stdout
    assert process.stdin
    stdout = process.stdout
    listener = threading.Thread(target=lambda: lines.extend(json.loads(line) for line in stdout), daemon=True)
    listener.start()
    try:
        yield
        process.stdin.close()
        assert process.wait(180) == 0
        listener.join(60)
    finally:
        process.kill()


def test_replicas_of_two_versions_lose_nothing_and_count_nothing_twice_while_one_follows_the_other(
    replicas: Replicas, code_of_before: Path
) -> None:
    replicas.start_all(code_of_before)
    stack, lines = replicas.stack_file(), list[dict[str, Any]]()
    with load(stack, lines):
        time.sleep(TOGETHER * 2)
        for service in upgrade_order():
            for slot in (0, 1):
                replicas.replace(service, slot, HERE)
                time.sleep(TOGETHER)
    kept = [one for one in lines if one["kind"] == "kept"]
    [region] = [one for one in lines if one["kind"] == "ready"]
    found = asyncio.run(verify(stack, kept, region))
    assert (found.lost, found.doubled, found.lag, found.parked) == ([], [], 0, 0)
    assert found.acknowledged > 50
