"""The file that says where a stack answers: addresses, and beside them who we are to its servers and where its keys are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from deploy.local.errors import CannotRun
from services import SERVICES


@dataclass(frozen=True)
class Credentials:
    """Whom a server knows us as, and the files of the password and, where it speaks TLS, of who certifies it."""

    user: str
    password_file: Path
    ca_file: Path | None = None

    @classmethod
    def read(cls, told: Mapping[str, str] | None) -> Self | None:
        """From a stack's file; None where the server asks nobody who they are."""
        if told is None:
            return None
        ca_file = told.get("ca_file")
        return cls(told["user"], Path(told["password_file"]), Path(ca_file) if ca_file else None)


@dataclass(frozen=True)
class Addresses:
    """Where everything answers: each service by its name, and a token for each of three scopes.

    `replicas` names the processes of a service, where they have addresses of their own.
    """

    services: Mapping[str, str]
    kafka: str
    mongodb: str
    tokens: Mapping[str, str]
    kafka_credentials: Credentials | None = None
    mongodb_credentials: Credentials | None = None
    replicas: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def printed(self) -> dict[str, Any]:
        """As `etabli up` prints it: the services beside the servers."""
        return {**self.services, "kafka": self.kafka, "mongodb": self.mongodb, "tokens": self.tokens}

    @classmethod
    def read(cls, printed: Mapping[str, Any]) -> Self:
        """From what `etabli up` printed, or from the file of a stack of containers, which says more."""
        known = printed.get("credentials", {})
        return cls(
            {name: printed[name] for name in SERVICES}, printed["kafka"], printed["mongodb"], printed.get("tokens", {}),
            Credentials.read(known.get("kafka")), Credentials.read(known.get("mongodb")), printed.get("replicas", {}),
        )  # fmt: skip


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
        raise CannotRun(f"Le fichier {file} ne peut être lu : {error.strerror}.") from error
