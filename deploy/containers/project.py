"""The containers of a compose project, as we treat them: brought up, killed, frozen, replaced, asked, taken down."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.local.errors import CannotRun


@dataclass(frozen=True)
class Project:
    """A compose project and the files that it is made of."""

    name: str
    files: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> list[str]:
        """A command of compose about it."""
        return ["docker", "compose", "-p", self.name, *(word for file in self.files for word in ("-f", file)), *words]

    @property
    def whole_environment(self) -> dict[str, str]:
        """What its commands are run with."""
        return {**os.environ, **self.environment}

    def run(self, *words: str, within: float = 600.0, given: str | None = None) -> str:
        """What a command of compose printed. CannotRun with its last words where it fails."""
        return run(self.command(*words), self.environment, within, given)

    def beside(self, module: str, *, given: str = "") -> Any:
        """What one of our modules, run among the services, says in JSON."""
        told = self.run("--progress", "quiet", "run", "--rm", "--no-deps", "-T", "ops", "python", "-P", "-m", module, given=given)
        return json.loads(told.strip().splitlines()[-1])

    def container(self, service: str) -> str:
        """The container of a service, running or not."""
        return self.run("ps", "-aq", service).strip()

    def do(self, verb: str, service: str) -> None:
        """`kill`, `start`, `pause` or `unpause` the container of a service."""
        run(["docker", verb, self.container(service)], self.environment, 60.0)

    def wait_healthy(self, service: str, within: float = 180.0) -> float:
        """Seconds until it is healthy again. CannotRun where it is not, in time."""
        began = time.monotonic()
        while time.monotonic() - began < within:
            said = run(["docker", "inspect", "-f", "{{.State.Health.Status}}", self.container(service)], self.environment, 30.0)
            if said.strip() == "healthy":
                return time.monotonic() - began
            time.sleep(1)
        raise CannotRun(f"{service} n’est pas prêt après {within:.0f} secondes.")


def run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, within: float = 60.0, given: str | None = None
) -> str:
    """What a command printed. CannotRun with its last words where it fails, or takes too long."""
    whole = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=within, check=False, env=whole)
    except subprocess.TimeoutExpired:
        raise CannotRun(f"« {' '.join(command[:8])}… » n’a pas fini en {within:.0f} secondes.") from None
    if done.returncode != 0:
        raise CannotRun(f"« {' '.join(command[:8])}… » : {done.stderr.strip()[-600:]}")
    return done.stdout
