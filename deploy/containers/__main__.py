"""`make up` and `make down`: the stack in containers, or the demonstration in one of its own."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from deploy.containers.docker import COMPOSE_FILE, FOLDER, Project, check_docker, variables_of
from deploy.containers.secrets import make_secrets
from deploy.containers.starting import start
from deploy.local.errors import CannotRun
from deploy.local.progress import say
from deploy.stacks.pointer import forget_compose, point_at_compose

DEMO = {"ETABLI_SIMULATED": "1", "ETABLI_RATE_PER_ORGANISATION": "0", "ETABLI_RATE_PER_ADDRESS": "0"}


def main() -> int:
    """Do what is asked; what stops it is one sentence."""
    try:
        asked = _arguments().parse_args()
        project = _project(asked)
        return {"up": _up, "down": _down}[asked.do](project, asked)
    except CannotRun as reason:
        say(str(reason))
        return 1
    except KeyboardInterrupt:
        say("Interrompu : ce qui a démarré tourne encore, « make down » l’arrête.")
        return 130


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.containers", description=__doc__)
    parser.add_argument("do", choices=("up", "down"))
    parser.add_argument("--profiles", default="", help="edge, observability : par des virgules")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--pupils", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def _project(asked: argparse.Namespace) -> Project:
    name, kept = os.environ.get("COMPOSE_PROJECT_NAME") or "etabli", variables_of((COMPOSE_FILE,))
    profiles = tuple(filter(None, asked.profiles.split(",")))
    if asked.demo:
        return Project(f"{name}-demo", FOLDER / "secrets-demo", profiles, {**kept, **DEMO})
    return Project(name, Path(os.environ.get("ETABLI_SECRETS") or FOLDER / "secrets"), profiles, kept)


def _up(project: Project, asked: argparse.Namespace) -> int:
    if asked.demo:
        return _demonstrate(project, asked)
    start(project)
    point_at_compose(project.name, project.files, project.told)
    _say_what_next(project)
    return 0


def _demonstrate(project: Project, asked: argparse.Namespace) -> int:
    """Play in a stack that has lived nothing: what an earlier demonstration left is taken away first."""
    check_docker()
    make_secrets(project.secrets)
    project.ask("down", "-v")
    start(project)
    point_at_compose(project.name, project.files, project.told)
    play = ["python", "-P", "-m", "deploy.simulation", "--pupils", str(asked.pupils), "--seed", str(asked.seed)]
    terminal = [] if sys.stdin.isatty() and sys.stdout.isatty() else ["-T"]
    command = project.command("--progress", "quiet", "run", "--rm", "--no-deps", *terminal, "ops", *play)
    ended = subprocess.run(command, env=project.environment, check=False).returncode
    _say_what_next(project)
    return ended


def _say_what_next(project: Project) -> None:
    if "edge" in project.profiles:
        domain = os.environ.get("ETABLI_DOMAIN") or "localhost"
        say(f"La pile « {project.name} » tourne : https://{domain} (« .venv/bin/etabli token region --link » en donne une clé).")
    else:
        say(f"La pile « {project.name} » tourne, sans aucun port publié : « make up PROFILES=edge » ouvre le sien.")
    say("« .venv/bin/etabli doctor » dit si tout va bien ; « make down » l’arrête et garde ses données.")


def _down(project: Project, asked: argparse.Namespace) -> int:
    """Stop it. Its data stay, unless it is a demonstration, whose secrets and data serve nobody."""
    check_docker()
    every = Project(project.name, project.secrets, ("*",), project.variables, project.files)
    every.ask("down", *(["-v"] if asked.demo else []))
    forget_compose(project.name)
    kept = "effacées" if asked.demo else "gardées : « make up » les reprend"
    say(f"La pile « {project.name} » est arrêtée, ses données {kept}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
