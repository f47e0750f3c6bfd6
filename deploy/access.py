"""Who may do what in Kafka: one user per service, which writes what it tells and reads what it hears. All else is refused.

`ops` and the broker itself are super users of the server's own settings, and have no line here. Rendered to
deploy/kafka/access.txt by `make contracts`, which a job on Kafka's own image applies (deploy/kafka/apply-access.sh).
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from services import INBOUND_GROUP, SERVICES
from shared.events import EVENTS, Event
from shared.events.outbound import OUTBOUND
from shared.messaging.topics import INBOUND, dead_letters, inbound, outbound
from shared.projections.group import transactional_id

TABLE = PurePosixPath("deploy/kafka/access.txt")
HEAD = """\
# Who may do what in Kafka: user, operation, kind of resource, kind of name, name. A writer and a reader may describe, too.
# Made from the services' own code (deploy/access.py) by make contracts; do not edit.
"""
PARTNERS = {
    "referral": (
        ("Create", INBOUND), ("Read", INBOUND), ("Create", OUTBOUND), ("Read", OUTBOUND), ("Write", OUTBOUND),
    ),
    "enrolment": (("Create", OUTBOUND), ("Read", OUTBOUND), ("Write", OUTBOUND)),
}  # fmt: skip
"""What a service may do to the topics of the partners, by how their names begin: it makes them as these appear, and shows over
HTTP what is told on them."""
PARTNER = "partner."
"""How the names of the partners' own users begin: none is a service's, whatever a partner is called."""


@dataclass(frozen=True, order=True)
class Rule:
    """A user may do this to a resource of this name, or to each whose name begins so (`prefixed`)."""

    user: str
    operation: str
    resource: str
    pattern: str
    name: str

    def __str__(self) -> str:
        return f"{self.user} {self.operation} {self.resource} {self.pattern} {self.name}"


def rules() -> list[Rule]:
    """Every rule, sorted."""
    return sorted(rule for service in SERVICES for rule in _of_service(service))


def partner_user(tenant: str) -> str:
    """The user by which an agency or a school is known to Kafka."""
    return f"{PARTNER}{tenant}"


def partner_rules(tenant: str, *, is_agency: bool) -> list[Rule]:
    """All that it may do: read what it is told, as groups whose names begin with its own; an agency, say what it has for us."""
    user = partner_user(tenant)
    rules = [
        Rule(user, "Read", "group", "literal", user),
        Rule(user, "Read", "group", "prefixed", f"{user}."),
        Rule(user, "Read", "topic", "literal", outbound(tenant)),
    ]
    return [*rules, Rule(user, "Write", "topic", "literal", inbound(tenant))] if is_agency else rules


def told(service: str) -> set[str]:
    """The topics that a service publishes on: those of the events that it tells."""
    return {event.topic for event in EVENTS.values() if event.teller == service}


def heard(service: str) -> set[str]:
    """The topics that it reads: those of the events that it handles or, where it decides nothing, that it makes rows of."""
    return {event.topic for event in heard_events(service)}


def heard_events(service: str) -> set[type[Event]]:
    """The events that a service handles or, where it decides nothing, that it makes rows of."""
    if service == "reporting":
        projections = importlib.import_module("services.reporting.projections").PROJECTIONS
        return {event for projection in projections for event in projection.events}
    return set(importlib.import_module(f"services.{service}.handlers").HANDLERS)


def _of_service(service: str) -> Iterator[Rule]:
    for topic in told(service) | set(map(dead_letters, heard(service))):
        yield Rule(service, "Write", "topic", "literal", topic)
    for topic in heard(service):
        yield Rule(service, "Read", "topic", "literal", topic)
    yield Rule(service, "Read", "group", "literal", service)
    if service == "reporting":  # its offsets are kept beside its rows, and shown to Kafka in transactions
        yield Rule(service, "Write", "transactional-id", "literal", transactional_id(service))
    if service == "referral":  # what hears agencies is a group of its own
        yield Rule(service, "Read", "group", "literal", INBOUND_GROUP)
    for operation, prefix in PARTNERS.get(service, ()):
        yield Rule(service, operation, "topic", "prefixed", prefix)


def table() -> str:
    """The whole file."""
    return HEAD + "".join(f"{rule}\n" for rule in rules())


def drift(root: Path) -> list[str]:
    """Whether the file says something else than the code."""
    file = root / TABLE
    return [] if file.exists() and file.read_text() == table() else [f"{TABLE} : le code dit autre chose (make contracts)"]


def write(root: Path) -> None:
    """Write the file down."""
    (root / TABLE).parent.mkdir(parents=True, exist_ok=True)
    (root / TABLE).write_text(table())
