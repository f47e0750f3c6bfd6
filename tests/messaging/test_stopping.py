"""A service told to stop stops at once and cleanly, even while it is starting."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from deploy.local.ports import HOST, keep_ports
from deploy.local.servers import Servers


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.4, 2.0])
def test_sigterm_ends_a_service_cleanly_however_early(servers: Servers, keys: Path, tmp_path: Path, after: float) -> None:
    port = keep_ports(tmp_path / "ports.json", ["service"])["service"]
    environment = {
        **os.environ, "ETABLI_PORT": str(port), "KAFKA_BOOTSTRAP_SERVERS": servers.kafka, "MONGODB_URL": servers.mongodb,
        "ETABLI_JWKS_FILE": str(keys / "jwks.json"), "ETABLI_SECRET_FILE": str(keys / "secret"),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "services.production.main"], env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_alive(port)
        time.sleep(after)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) in (0, -signal.SIGTERM)
    finally:
        process.kill()


def _wait_alive(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://{HOST}:{port}/health/live").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the service never answered")
