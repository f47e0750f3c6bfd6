"""The file that says where a stack answers: addresses, and beside them who we are to its servers and where its keys are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from deploy.local.errors import CannotRun, reason
from services import SERVICES
from shared.messaging.kafka import Brokers
from shared.persistence.driver import Login


@dataclass(frozen=True)
class Addresses:
    """Where everything answers: each service by its name, and a token for each of three scopes.

    `replicas` names the processes of a service, where they have addresses of their own.
    """

    services: Mapping[str, str]
    kafka: str
    mongodb: str
    tokens: Mapping[str, str]
    brokers_as: Brokers | None = None
    login: Login | None = None
    """Who we are to MongoDB; nobody where it asks nobody."""
    replicas: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def brokers(self) -> Brokers:
        """That Kafka, and who we are to it."""
        return self.brokers_as or Brokers(self.kafka)

    def printed(self) -> dict[str, Any]:
        """As `etabli up` prints it: the services beside the servers."""
        return {**self.services, "kafka": self.kafka, "mongodb": self.mongodb, "tokens": self.tokens}

    @classmethod
    def read(cls, printed: Mapping[str, Any]) -> Self:
        """From what `etabli up` printed, or from the file of a stack of containers, which says more."""
        services = {name: printed[name] for name in SERVICES}
        known = printed.get("credentials", {})
        brokers, login = _brokers(printed["kafka"], known.get("kafka")), _login(known.get("mongodb"))
        return cls(
            services, printed["kafka"], printed["mongodb"], printed.get("tokens", {}), brokers, login, printed.get("replicas", {})
        )


def _brokers(bootstrap: str, who: Mapping[str, str] | None) -> Brokers | None:
    if who is None:
        return None
    ca_file = who.get("ca_file")
    return Brokers(bootstrap, who["user"], Path(who["password_file"]), Path(ca_file) if ca_file else None)


def _login(who: Mapping[str, str] | None) -> Login | None:
    return Login(who["user"], Path(who["password_file"]), who.get("source", "admin")) if who else None


def keys_folder_in(file: Path) -> Path:
    """The folder of a stack's keys: the one that its file names, else the one beside it."""
    try:
        return file.parent / str(json.loads(file.read_text())["keys"])
    except (OSError, ValueError, KeyError, TypeError):
        return file.parent / "keys"


def addresses_in(file: Path) -> Addresses:
    """What a stack's file says. CannotRun where it says something else."""
    try:
        return Addresses.read(json.loads(file.read_text()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRun(f"Le fichier {file} ne dit pas où répond une pile ({type(error).__name__} : {error}).") from error
    except OSError as error:
        raise CannotRun(f"Le fichier {file} ne peut être lu : {reason(error)}.") from error
