"""Services of another version, or of this one, as processes on the test's servers, replaced one after the other."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local.ports import keep_ports
from deploy.local.servers import Servers
from services import SERVICES

HERE = Path(__file__).parents[2]
Process = subprocess.Popen[bytes]


@dataclass
class Replicas:
    """Two of each service, on ports that stay theirs; `code` is the folder of a version's code."""

    servers: Servers
    keys: Path
    folder: Path
    running: dict[str, Process] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [f"{service}-{slot}" for service in SERVICES for slot in (0, 1)]
        self.ports = keep_ports(self.folder / "ports.json", names)

    def start_all(self, code: Path) -> None:
        """Start all of them, and return once they are ready."""
        for service in SERVICES:
            for slot in (0, 1):
                self._launch(service, slot, code)
        for name in list(self.running):
            self._wait_ready(name)

    def start(self, service: str, slot: int, code: Path) -> None:
        """Start one, and return once it is ready."""
        self._wait_ready(self._launch(service, slot, code))

    def _launch(self, service: str, slot: int, code: Path) -> str:
        name = f"{service}-{slot}"
        port = self.ports[name]
        environment = self._environment(slot, port) | {"PYTHONPATH": str(code)}
        command = [sys.executable, "-m", f"services.{service}.main"]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(command, cwd=code, env=environment, stdout=log, stderr=log)
        return name

    def replace(self, service: str, slot: int, code: Path) -> None:
        """Stop one as any stop is, and start it on other code."""
        self.stop(f"{service}-{slot}")
        self.start(service, slot, code)

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.terminate()
        process.wait(30)

    def stop_all(self) -> None:
        for name in list(self.running):
            self.stop(name)

    def stack_file(self) -> Path:
        """What commands read of where all this answers."""
        replicas = {one: [f"http://127.0.0.1:{self.ports[f'{one}-{slot}']}" for slot in (0, 1)] for one in SERVICES}
        told = {**{one: urls[0] for one, urls in replicas.items()}, "replicas": replicas, "keys": str(self.keys)}
        file = self.folder / "stack.json"
        file.write_text(json.dumps({**told, "kafka": self.servers.kafka, "mongodb": self.servers.mongodb}))
        return file

    def _environment(self, slot: int, port: int) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "ETABLI_INSTANCE": str(slot), "ETABLI_PORT": str(port),
            "KAFKA_BOOTSTRAP_SERVERS": self.servers.kafka, "MONGODB_URL": self.servers.mongodb,
            "ETABLI_JWKS_FILE": str(self.keys / "jwks.json"), "ETABLI_SECRET_FILE": str(self.keys / "secret"),
            "ETABLI_VAULT_KEY_FILE": str(self.keys / "vault-key"), "ETABLI_LOG_LEVEL": "WARNING",
            "ETABLI_RATE_PER_ORGANISATION": "0", "ETABLI_RATE_PER_ADDRESS": "0",
        }  # fmt: skip

    def _wait_ready(self, name: str) -> None:
        until = time.monotonic() + 240
        while time.monotonic() < until:
            assert self.running[name].poll() is None, (self.folder / f"{name}.log").read_text()[-2000:]
            try:
                if httpx.get(f"http://127.0.0.1:{self.ports[name]}/health/ready", trust_env=False, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"{name} was not ready: {(self.folder / f'{name}.log').read_text()[-2000:]}")
