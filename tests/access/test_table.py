"""The table of who may do what is what the services' cards say, and Kafka's own tool is told what of it lacks, once."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest

from deploy import access
from services import SERVICES
from shared.events import TOPICS
from shared.events.outbound import OUTBOUND

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy" / "kafka" / "apply-access.sh"
FAKE = """#!/bin/sh
echo "$@" >>"$CALLS"
case " $* " in *" --list "*) cat "$LIST" ;; esac
"""


def test_the_table_is_what_the_code_says(tmp_path: Path) -> None:
    assert access.drift(ROOT) == []
    assert access.drift(tmp_path) == ["deploy/kafka/access.txt : le code dit autre chose (make contracts)"]
    access.write(tmp_path)
    assert access.drift(tmp_path) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_what_its_card_says(service: str) -> None:
    card = importlib.import_module(f"services.{service}").__doc__ or ""
    parts = dict(part.split(":", 1) for part in re.split(r"\n(?=[A-Z][a-z ]+: )", card) if ":" in part)
    said = {name: set(re.findall(r"`(etabli\.[a-z]+)`", text)) for name, text in parts.items()}
    assert access.told(service) == said["Publishes"]
    assert access.heard(service) == (set(TOPICS) if "every topic" in parts["Subscribes to"] else said["Subscribes to"])


def test_no_two_services_write_one_topic_of_events() -> None:
    writers = [rule.name for rule in access.rules() if rule.operation == "Write" and rule.name.startswith("etabli.")]
    literal = [name for name in writers if name != OUTBOUND]
    assert len(literal) == len(set(literal))


def applied(tmp_path: Path, there: str, *options: str) -> tuple[list[str], str]:
    """What Kafka's tool is asked, where it has these rules, and what is printed."""
    tool, calls, answer = tmp_path / "kafka-acls.sh", tmp_path / "calls", tmp_path / "list"
    tool.write_text(FAKE)
    tool.chmod(0o755)
    answer.write_text(there)
    calls.unlink(missing_ok=True)
    told = {"KAFKA_BIN": str(tmp_path), "CALLS": str(calls), "LIST": str(answer), "PATH": "/usr/bin:/bin"}
    command = ["sh", str(SCRIPT), *options, "kafka:9092", "/tmp/ops.properties"]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=True)
    prefix = "--bootstrap-server kafka:9092 --command-config /tmp/ops.properties "
    return [line.removeprefix(prefix) for line in calls.read_text().splitlines()], done.stdout


def listed(rules: list[access.Rule]) -> str:
    """As Kafka's tool prints them."""
    return "".join(
        f"Current ACLs for resource `ResourcePattern(resourceType={rule.resource.upper().replace('-', '_')}, name={rule.name}, "
        f"patternType={rule.pattern.upper()})`: \n \t(principal=User:{rule.user}, host=*, operation={rule.operation.upper()}, "
        "permissionType=ALLOW)\n\n"
        for rule in rules
    )


def test_what_is_there_is_looked_at_once_and_left(tmp_path: Path) -> None:
    calls, said = applied(tmp_path, listed(access.rules()))
    assert (calls, said) == (["--list"], f"{len(access.rules())} rules\n")


def test_what_lacks_is_added_in_one_call_for_each_user_and_operation(tmp_path: Path) -> None:
    lacking = [rule for rule in access.rules() if rule.user == "reporting" and rule.operation == "Read"]
    calls, said = applied(tmp_path, listed([rule for rule in access.rules() if rule not in lacking]))
    assert calls == [
        "--list",
        "--add --allow-principal User:reporting --operation Read --resource-pattern-type literal --group reporting "
        "--topic etabli.catalogue --topic etabli.enrolment --topic etabli.production --topic etabli.referral",
    ]
    assert said.count("added: ") == len(lacking)


def test_what_the_table_has_not_is_named_and_removed_only_when_told(tmp_path: Path) -> None:
    forged = access.Rule("production", "Write", "topic", "literal", "etabli.enrolment")
    there = listed([*access.rules(), forged])
    calls, said = applied(tmp_path, there)
    assert calls == ["--list"]
    assert f"left in place, not in the table: {forged}\n" in said
    calls, said = applied(tmp_path, there, "--prune")
    assert calls[1:] == [
        "--remove --force --allow-principal User:production --operation Write --resource-pattern-type literal "
        "--topic etabli.enrolment"
    ]
    assert f"removed: {forged}\n" in said
