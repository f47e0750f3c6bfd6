"""Each service, asked by Schemathesis all that its OpenAPI allows and forbids: every check, and nothing found."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deploy.local.keys import sign
from deploy.local.servers import Servers
from services import SERVICES
from shared.kernel.clock import real_now

ROOT = Path(__file__).parents[2]
NO_STREAM = ("--exclude-operation-id", "stream_changes", "--exclude-operation-id", "follow_events")
"""Without the streams, whose every answer is waited for until it says nothing more: minutes, for one operation."""
HOW = ("--max-examples", "8", *NO_STREAM)
SCOPES = {
    "referral": ("admin", "agency:cio-dole:manager", "school:besancon:workshop"),
    "enrolment": ("admin", "agency:cio-dole:counsellor", "school:besancon:head", "region"),
    "production": ("admin", "school:besancon:head", "school:besancon:workshop"),
    "reporting": ("admin", "school:besancon:head", "federation"),
}
WITHOUT = {"referral": ("--exclude-checks", "unsupported_method,allow_header_conformance")}
"""An address that fits another's pattern too (`batch` read as an id) has its methods besides: test_addresses looks at these."""
Serve = Callable[[str], AbstractContextManager[str]]


@pytest.fixture
def serve(servers: Servers, keys: Path, tmp_path: Path) -> Serve:
    """`with serve("enrolment") as address`: the service as a process of its own, on databases of its own."""

    @contextmanager
    def running(service: str) -> Iterator[str]:
        port = _free_port()
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": servers.kafka, "MONGODB_URL": servers.mongodb, "ETABLI_PORT": str(port),
            "ETABLI_JWKS_FILE": str(keys / "jwks.json"), "ETABLI_SECRET_FILE": str(keys / "secret"), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        command = [sys.executable, "-m", f"services.{service}.main"]
        log = (tmp_path / f"{service}.log").open("w")
        with log, subprocess.Popen(command, env={**os.environ, **environment}, stderr=log, stdout=log) as process:
            try:
                address = f"http://127.0.0.1:{port}"
                _until_ready(address, process)
                yield address
            finally:
                process.terminate()

    return running


def _until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{address} is not ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(address: str, keys: Path, scope: str, without: Sequence[str] = ()) -> str:
    """What Schemathesis found with a token of this scope, or nothing."""
    token = sign(keys / "private.pem", scope, sub="someone", now=real_now(), lifetime=timedelta(hours=1))
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json",
        "--header", f"Authorization: Bearer {token}", "--checks", "all", "--continue-on-failure",
        "--seed", "1", "--workers", "2", "--generation-database", "none", "--no-color",
        "--suppress-health-check", "too_slow", *HOW, *without,  # as the machine may be
    ]  # fmt: skip
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=here)
    return "" if result.returncode == 0 else result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_found_with_tokens_of_each_kind(serve: Serve, keys: Path, service: str) -> None:
    with ExitStack() as stack:
        address = stack.enter_context(serve(service))
        for scope in SCOPES[service]:
            assert ask(address, keys, scope, WITHOUT.get(service, ())) == "", scope
