"""What the engine says of a stack's containers, and what runs inside of one."""

import json
import subprocess
from pathlib import Path
from typing import Any

from deploy.containers.docker import Project
from services import SERVICES

SERVERS = ("kafka", "mongodb")
LASTING = (*SERVERS, *SERVICES)
JOBS = ("kafka-access", "mongodb-users", "prepare")


def docker(*words: str) -> str:
    """What the engine answers."""
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout


def inspected(project: Project) -> dict[str, dict[str, Any]]:
    """Each container of a stack, jobs that ended too, by its service."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", *project.ask("ps", "-aq").split()))
    return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}


def inside(project: Project, service: str, *command: str) -> "subprocess.CompletedProcess[str]":
    """A command run in a container of this service."""
    return subprocess.run(
        project.command("exec", "-T", service, *command), env=project.environment, capture_output=True, text=True, check=False
    )


def python_inside(project: Project, service: str, script: Path, *words: str) -> Any:
    """What a script of ours, run in a service's own container with all that it has, prints as JSON."""
    command = project.command("exec", "-T", service, "python", "-", *words)
    with script.open() as code:
        done = subprocess.run(command, env=project.environment, stdin=code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def secret_values(project: Project) -> list[str]:
    """What each secret says, by lines: what must be found nowhere."""
    texts = (file.read_text() for file in project.secrets.iterdir() if file.name != "jwks.json")
    return [line for text in texts for line in text.split("\n") if len(line) > 30 and not line.startswith("---")]
