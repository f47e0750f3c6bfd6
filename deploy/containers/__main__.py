"""`make up` and `make down`: the stack in containers, or the demonstration in one of its own."""

import argparse
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.containers.docker import COMPOSE_FILE, FOLDER, Project, check_docker, variables_of
from deploy.containers.secrets import make_secrets
from deploy.containers.starting import start
from deploy.local.errors import CannotRun
from deploy.local.private import private
from deploy.local.progress import say
from deploy.stacks.pointer import forget_compose, point_at_compose

PROFILES = ("edge", "observability")
DEMO = {"ETABLI_SIMULATED": "1", "ETABLI_RATE_PER_ORGANISATION": "0", "ETABLI_RATE_PER_ADDRESS": "0"}


def main() -> int:
    """Do what is asked; what stops it is one sentence."""
    asked = _arguments().parse_args()
    try:
        project = _project(asked)
        with _alone(project.secrets):
            return {"up": _up, "down": _down}[asked.do](project, asked)
    except CannotRun as reason:
        say(str(reason))
        return 1
    except PermissionError as refused:
        say(f"Vous n’avez pas le droit d’accéder à {refused.filename or refused}.")
        return 1
    except KeyboardInterrupt:
        say(f"Interrompu : ce qui a démarré tourne encore, « {_typed_down(asked)} » l’arrête.")
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
    profiles = tuple(filter(None, map(str.strip, asked.profiles.split(","))))
    if unknown := [one for one in profiles if one not in PROFILES]:
        raise CannotRun(f"PROFILES ne connaît pas {', '.join(unknown)} : {', '.join(PROFILES)}, ou les deux par une virgule.")
    kept |= {"ETABLI_PUBLIC_URL": _address(), **_claims(kept)}
    if asked.demo:
        return Project(f"{name}-demo", private(FOLDER / "secrets-demo"), profiles, {**kept, **DEMO})
    return Project(name, Path(os.environ.get("ETABLI_SECRETS") or FOLDER / "secrets"), profiles, kept)


def _address() -> str:
    """Where people find it, if it has its edge: links lead there."""
    domain, published = os.environ.get("ETABLI_DOMAIN") or "localhost", os.environ.get("ETABLI_PUBLISHED_HTTPS") or "443"
    port = published.rsplit(":", 1)[-1]
    return os.environ.get("ETABLI_PUBLIC_URL") or f"https://{domain}" + ("" if port == "443" else f":{port}")


def _claims(kept: Mapping[str, str]) -> dict[str, str]:
    """The table of claims by its whole path: compose would look for it from its own folder, and make one of what is not there."""
    if not (table := kept.get("ETABLI_CLAIMS")):
        return {}
    if not Path(table).is_file():
        raise CannotRun(f"ETABLI_CLAIMS nomme {table}, qui n’est pas un fichier : une table comme deploy/claims.example.yaml.")
    return {"ETABLI_CLAIMS": str(Path(table).absolute())}


@contextmanager
def _alone(secrets: Path) -> Iterator[None]:
    """One of us at a time upon these secrets; the lock falls with the process, however it ends. CannotRun while another works."""
    if not secrets.is_dir():
        yield
        return
    folder = os.open(secrets, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CannotRun("Un autre « make up » ou « make down » est en cours sur cette pile : attendez qu’il finisse.") from None
    finally:
        os.close(folder)


def _up(project: Project, asked: argparse.Namespace) -> int:
    if asked.demo:
        return _demonstrate(project, asked)
    start(project)
    point_at_compose(project.name, project.files, project.told)
    _say_what_next(project, asked)
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
    _say_what_next(project, asked)
    return ended


def _typed_down(asked: argparse.Namespace) -> str:
    return "make down DEMO=1" if asked.demo else "make down"


def _say_what_next(project: Project, asked: argparse.Namespace) -> None:
    if any(one["Service"] == "edge" and one["State"] == "running" for one in project.containers()):  # of an earlier one, too
        address = project.variables["ETABLI_PUBLIC_URL"]
        say(f"La pile « {project.name} » tourne : {address} (« .venv/bin/etabli token region --link » en donne une clé).")
    else:
        say(f"La pile « {project.name} » tourne, sans aucun port publié : « make up PROFILES=edge » ouvre le sien.")
    kept = "efface" if asked.demo else "garde"
    say(f"« .venv/bin/etabli doctor » dit si tout va bien ; « {_typed_down(asked)} » l’arrête et {kept} ses données.")


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
