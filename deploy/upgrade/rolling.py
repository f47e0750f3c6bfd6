"""One replica after the other onto another image; the one that does not become ready goes back to the former image."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from deploy.local.errors import CannotRun
from deploy.local.progress import say

READY_WITHIN = 600.0
"""Seconds that a replica has to be ready: a migration may take some, and says so in its log."""
SETTLED_WITHIN = 300.0
SMALL = 20
"""Messages that a service may be behind while others write: that many are nothing."""
POLL_SECONDS = 2.0


class Containers(Protocol):
    """What a rolling upgrade asks of where the services run."""

    def replicas(self, service: str) -> Sequence[str]:
        """The names of a service's replicas."""
        ...

    def prepare(self, image: str) -> None:
        """Topics, rights, indexes, migrations: what a start of this image would make. CannotRun where it fails."""
        ...

    def replace(self, replica: str, image: str) -> None:
        """Stop a replica and start it on an image."""
        ...

    def health(self, replica: str) -> str:
        """`healthy`, `unhealthy`, `starting`, or `exited`."""
        ...

    def last_words(self, replica: str) -> str:
        """The end of its log, which goes with its container."""
        ...

    def lag(self) -> Mapping[str, int]:
        """Messages that each service has yet to handle."""
        ...


@dataclass(frozen=True)
class Rolling:
    """An upgrade from one image to another."""

    containers: Containers
    former: str
    image: str
    ready_within: float = READY_WITHIN
    settled_within: float = SETTLED_WITHIN
    wait: Callable[[float], None] = time.sleep

    def run(self, services: Sequence[str]) -> None:
        """Upgrade these, in this order. CannotRun, with what to do, at the first that is not ready; it is rolled back."""
        say("Topics, droits, index et migrations de la nouvelle version…")
        self.containers.prepare(self.image)
        for service, replica in self._each(services):
            self._upgrade(service, replica)

    def _each(self, services: Sequence[str]) -> Iterator[tuple[str, str]]:
        for service in services:
            for replica in self.containers.replicas(service):
                yield service, replica

    def _upgrade(self, service: str, replica: str) -> None:
        before = self.containers.lag().get(service, 0)
        say(f"{replica} passe à la nouvelle version…")
        self.containers.replace(replica, self.image)
        if not self._is_ready(replica):
            self._roll_back(replica)
        self._until_settled(service, replica, before)

    def _is_ready(self, replica: str) -> bool:
        waited = 0.0
        while (health := self.containers.health(replica)) != "healthy" and waited < self.ready_within:
            if health == "exited":
                return False
            self.wait(POLL_SECONDS)
            waited += POLL_SECONDS
        return health == "healthy"

    def _roll_back(self, replica: str) -> None:
        say(f"{replica} n’est pas prêt : il revient à l’image d’avant. La fin de son journal :")
        say(self.containers.last_words(replica))
        self.containers.replace(replica, self.former)
        back = "est de nouveau prêt" if self._is_ready(replica) else "n’est pas prêt non plus : voyez MongoDB et Kafka"
        raise CannotRun(
            f"La mise à jour s’arrête à {replica}, qui {back}. Les répliques déjà passées gardent la nouvelle version, "
            f"les autres l’ancienne : les deux vont ensemble. Corrigez ce que dit son journal, puis "
            "« make upgrade » reprend ; pour revenir en arrière, « etabli upgrade etabli:former »."
        )

    def _until_settled(self, service: str, replica: str, before: int) -> None:
        """Until the service has heard what came meanwhile. Who is late is said: the upgrade waits no longer for it."""
        waited = 0.0
        while (behind := self.containers.lag().get(service, 0)) > max(before, SMALL):
            if waited >= self.settled_within:
                raise CannotRun(
                    f"{replica} est prêt, mais {service} a {behind} messages de retard, qui ne baissent pas assez : "
                    "la mise à jour s’arrête là. Voyez « etabli lag » et « etabli parked list », puis « make upgrade » reprend."
                )
            self.wait(POLL_SECONDS)
            waited += POLL_SECONDS
        say(f"{replica} est prêt ; retard de {service} : {behind} messages.")
