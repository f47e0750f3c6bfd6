"""The replicas of a compose project, for a rolling upgrade: which there are, on which image, how they are."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deploy.containers.docker import Project
from deploy.containers.handling import docker, inspected
from deploy.local.errors import CannotRun

FORMER = "etabli:former"
"""The image that ran before, by a name of its own: whoever makes the new one under the old name does not lose it."""


@dataclass(frozen=True)
class ComposeContainers:
    """See deploy.upgrade.rolling.Containers."""

    project: Project

    def replicas(self, service: str) -> Sequence[str]:
        """`referral`, `referral-1`…, those that run: what the files do not start stays as it is."""
        every = self.project.ask("ps", "--services", "--status", "running").split()
        found = sorted(one for one in every if re.fullmatch(rf"{service}(-\d+)?", one))
        if not found:
            raise CannotRun(f"Aucune réplique de {service} ne tourne : lancez « make up » d’abord.")
        return found

    def former(self, services: Sequence[str]) -> str:
        """The image that runs now, kept under a name of its own."""
        image = inspected(self.project, self.replicas(services[-1])[-1], "{{.Image}}")
        docker("tag", image, FORMER)
        return FORMER

    def prepare(self, image: str) -> None:
        """The jobs that each `make up` runs, on the new image."""
        self._on(image).ask("up", "--no-deps", "--exit-code-from", "kafka-access", "kafka-access")
        self._on(image).ask("up", "--no-deps", "--force-recreate", "--no-build", "--exit-code-from", "prepare", "prepare")

    def replace(self, replica: str, image: str) -> None:
        """Stopped as any stop is, then started on the image; nothing else is touched."""
        self._on(image).ask("up", "-d", "--no-deps", "--no-build", "--force-recreate", replica)

    def health(self, replica: str) -> str:
        """Docker's own word for it."""
        status = inspected(self.project, replica, "{{.State.Status}} {{.State.Health.Status}} {{.RestartCount}}").split()
        return "exited" if status[0] in ("exited", "dead", "restarting") or int(status[2]) > 2 else status[1]

    def last_words(self, replica: str) -> str:
        """As compose keeps them until the container is replaced."""
        return self.project.ask("logs", "--no-log-prefix", "--tail", "20", replica)

    def lag(self) -> Mapping[str, int]:
        """From Kafka, asked by `etabli lag` among the services."""
        told = self.project.ask("--progress", "quiet", "run", "--rm", "--no-deps", "-T", "ops", "etabli", "lag", "--json")
        behind = Counter[str]()
        for row in json.loads(told.strip().splitlines()[-1]):
            behind[row["group"]] += row["messages"]
        return behind

    def _on(self, image: str) -> Project:
        return replace(self.project, variables={**self.project.variables, "ETABLI_IMAGE": image})
