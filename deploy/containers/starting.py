"""A stack in containers, started: its image made, its containers in their order, until each says that it is well."""

import json
import subprocess
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from deploy.containers.docker import Project, check_docker, explained
from deploy.containers.secrets import empty_secrets, missing_secrets
from deploy.local.errors import CannotRun
from deploy.local.progress import progress, say

POLL_SECONDS = 1.0
START_SECONDS = 600.0
ROOT = Path(__file__).parents[2]


def start(project: Project) -> None:
    """Return once every container is well. CannotRun with the end of its log where one is not."""
    check_docker()
    if missing := missing_secrets(project.secrets):
        named = ", ".join(missing[:3]) + ("…" if missing[3:] else "")
        raise CannotRun(
            f"Il manque des secrets dans {project.secrets} ({named}) : faites-les par « make secrets ». Ceux d’une pile qui a "
            "déjà servi ne se refont pas : remettez-les de votre sauvegarde de ce dossier."
        )
    if empty := empty_secrets(project.secrets):
        raise CannotRun(
            f"Des secrets sont vides dans {project.secrets} ({', '.join(empty)}) : remettez-les de votre sauvegarde de ce "
            "dossier ; si la pile n’a jamais servi, effacez-les et refaites-les par « make secrets »."
        )
    say("L’image se construit : une minute la première fois.")
    project.ask("build", *_built())
    _up(project)


def _built() -> Sequence[str]:
    """The version and revision that the image's labels carry."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return ["--build-arg", f"VERSION={project['version']}", "--build-arg", f"REVISION={revision or 'unknown'}"]


def _up(project: Project) -> None:
    lasting, jobs = roles(json.loads(project.ask("config", "--format", "json")))
    command = project.command("--progress", "quiet", "up", "-d", "--wait", "--wait-timeout", str(int(START_SECONDS)), *lasting)
    with TemporaryFile("w+") as said, progress("Les conteneurs démarrent") as advance:
        starting = subprocess.Popen(command, env=project.environment, stdout=said, stderr=said)
        try:
            while starting.poll() is None:
                advance(_well(project, lasting, jobs), len(lasting) + len(jobs))
                time.sleep(POLL_SECONDS)
        finally:
            starting.terminate()  # interrupted, it would go on beside the next one
            starting.wait()
        if starting.returncode != 0:
            said.seek(0)
            raise CannotRun(_why(project, lasting, said.read()))
        advance(len(lasting) + len(jobs), len(lasting) + len(jobs))


def roles(config: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The services of a compose project that last, and its jobs: those of which others wait for the end."""
    needed = [need for one in config["services"].values() for need in one.get("depends_on", {}).items()]
    jobs = {name for name, need in needed if need["condition"] == "service_completed_successfully"}
    return [name for name in config["services"] if name not in jobs], sorted(jobs)


def _well(project: Project, lasting: Sequence[str], jobs: Sequence[str]) -> int:
    return sum(is_well(one) for one in project.containers() if one["Service"] in (*lasting, *jobs))


def is_well(container: Mapping[str, Any]) -> bool:
    """Whether it is healthy, or runs and has no health to say, or ended as a job does."""
    if container["State"] == "exited":
        return bool(container["ExitCode"] == 0)
    return container["State"] == "running" and container["Health"] in ("healthy", "")


def _why(project: Project, lasting: Sequence[str], said: str) -> str:
    """Which container is not well, and the end of what it said; else what compose said."""
    for one in project.containers():
        if not is_well(one) and one["State"] != "created":
            log = project.ask("logs", "--no-log-prefix", "--tail", "15", one["Service"])
            return f"« {one['Service']} » ne va pas ({one['Status']}).\n{log.strip()}"
    return explained("Les conteneurs n’ont pas démarré.", said)
