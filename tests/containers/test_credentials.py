"""What opens a service's own topics and database opens nothing else."""

from pathlib import Path

import pytest

from deploy.access import rules
from deploy.containers.docker import Project
from services import SERVICES
from tests.containers.looking import python_inside

pytestmark = pytest.mark.docker
SCRIPT = Path(__file__).with_name("elsewhere.py")
REFUSED = {
    "write etabli.": "TopicAuthorizationFailedError",
    "write dlq.": "TopicAuthorizationFailedError",
    "read ": "TopicAuthorizationFailedError",
    "group ": "GroupAuthorizationFailedError",
    "create topics": "TopicAuthorizationFailedError",
    "sign in to Kafka as ops": "SaslAuthenticationFailed",
    "list etabli_": "Denied",
    "write etabli_": "Denied",
    "list ": "Denied",
    "write ": "Denied",
    "sign in to MongoDB as ": "Denied",
}
"""With what each kind of attempt is refused; the first that fits."""


def may(service: str, operation: str) -> str:
    """The topics upon which a service may do this, by commas."""
    literal = [rule for rule in rules() if rule.user == service and rule.resource == "topic" and rule.pattern == "literal"]
    return ",".join(rule.name for rule in literal if rule.operation == operation)


@pytest.mark.parametrize("service", SERVICES)
def test_the_credentials_of_a_service_are_refused_elsewhere(stack: Project, service: str) -> None:
    found = python_inside(stack, service, SCRIPT, ",".join(SERVICES), may(service, "Read"), may(service, "Write"))
    unnamed = found.pop("sign in to Kafka as nobody")  # the broker closes the connection, and says no more
    assert unnamed != "opened"
    assert len(found) > 20
    assert found == {attempt: _expected(attempt) for attempt in found}


def _expected(attempt: str) -> str:
    return next(refusal for kind, refusal in REFUSED.items() if attempt.startswith(kind))
