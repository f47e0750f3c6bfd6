"""One container of a project at a time: killed, frozen, started again, waited for; and our own modules, run among them."""

import json
import subprocess
import time
from typing import Any

from deploy.containers.docker import Project
from deploy.local.errors import CannotRun

DOCKER_SECONDS = 60.0


def beside(project: Project, module: str, *, given: str = "") -> Any:
    """What one of our modules, run among the services, says in JSON on its last line."""
    told = project.ask("--progress", "quiet", "run", "--rm", "--no-deps", "-T", "ops", "python", "-P", "-m", module, given=given)
    return json.loads(told.strip().splitlines()[-1])


def container_of(project: Project, service: str) -> str:
    """The container of a service, running or not."""
    return project.ask("ps", "-aq", service).strip()


def do(project: Project, verb: str, service: str) -> None:
    """`kill`, `start`, `pause` or `unpause` the container of a service."""
    docker(verb, container_of(project, service))


def inspected(project: Project, service: str, what: str) -> str:
    """What Docker knows of a service's container, by a template."""
    return docker("inspect", "-f", what, container_of(project, service)).strip()


def wait_healthy(project: Project, service: str, within: float = 300.0) -> None:
    """Return once it is healthy again. CannotRun where it is not, in time."""
    until = time.monotonic() + within
    while inspected(project, service, "{{.State.Health.Status}}") != "healthy":
        if time.monotonic() > until:
            raise CannotRun(f"{service} n’est pas prêt après {within:.0f} secondes.")
        time.sleep(1)


def docker(*words: str) -> str:
    """What Docker printed. CannotRun with its own words where it fails, or takes too long."""
    try:
        done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=DOCKER_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise CannotRun(f"Docker n’a pas fini « {words[0]} » en {DOCKER_SECONDS:.0f} secondes.") from None
    if done.returncode != 0:
        raise CannotRun(f"Docker refuse ({' '.join(words)}).\n{done.stderr.strip()[-600:]}")
    return done.stdout
