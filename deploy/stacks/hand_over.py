"""A command about a stack of containers, run by the container of operations that is among them."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from deploy.containers.docker import Project
from deploy.local.errors import CannotRun
from deploy.local.keys import signer

SERVICE = "ops"
TYPED = "ETABLI_COMPOSE"
"""Tells the command in the container how its project is named where it was typed, for what it says to type."""
ASK_SECONDS = 20.0


def hand_over(project: Project, arguments: Sequence[str], files: Sequence[Path]) -> NoReturn:
    """Become `etabli` with these arguments in the container: its input, output and exit status are ours.

    It is lent the files under their own paths. CannotRun, with what to type, where that cannot be.
    """
    _check(project)
    command = [*handed_over(project, files, terminal=sys.stdin.isatty() and sys.stdout.isatty()), *arguments]
    os.execvpe(command[0], command, {**project.environment, "COMPOSE_IGNORE_ORPHANS": "1"})


def handed_over(project: Project, files: Sequence[Path], *, terminal: bool) -> list[str]:
    """What runs `etabli` in the container, its arguments apart."""
    who, where = f"LOGNAME={signer()}", f"{TYPED}={shlex.join(project.typed)}"
    options = ["--rm", "--no-deps", "-e", who, "-e", where]  # `who`: in whose name tokens are signed
    if not terminal:
        options.append("-T")
    if files:  # from the same folder, and what it writes is ours, not the image's user's
        options += ["-w", str(Path.cwd()), "--user", f"{os.getuid()}:{os.getgid()}"]
    lent = [word for mounted in dict.fromkeys(map(_mounted, files)) for word in ("-v", mounted)]  # each once, or Docker refuses
    return [*project.command(), "--progress", "quiet", "run", *options, *lent, SERVICE, "etabli"]


def _mounted(file: Path) -> str:
    """A file for reading, a folder for writing; what is not there yet, by the nearest folder that it will be in."""
    path = file.absolute()
    if ":" in str(path):
        raise CannotRun(f"Le chemin {path} porte un « : » : Docker ne sait pas le prêter. Renommez-le, ou passez par un autre.")
    if path.is_file():
        return f"{path}:{path}:ro"
    shown = next(one for one in (path, *path.parents) if one.is_dir())
    if shown == Path("/"):
        raise CannotRun(f"Le dossier {path.parent} n’existe pas.")
    if shown == Path("/tmp"):  # the container has its own there, and Docker refuses a second
        raise CannotRun(f"{path} serait dans /tmp, que le conteneur ne peut voir : faites ce dossier d’abord, ou un autre.")
    return f"{shown}:{shown}"


def _check(project: Project) -> None:
    if not shutil.which("docker"):
        raise CannotRun(f"La pile « {project.name} » est dans des conteneurs, et « docker » n’est pas installé ici.")
    if missing := [str(file) for file in project.files if not file.exists()]:
        raise CannotRun(f"Les fichiers de la pile « {project.name} » ne sont plus là : {', '.join(missing)}.")
    if not project.secrets.is_dir():
        raise CannotRun(f"Les secrets de la pile manquent ({project.secrets}) : faites-les par « make secrets ».")
    if not _running(project):
        raise CannotRun(f"Aucun conteneur de la pile « {project.name} » ne tourne : lancez « make up ».")


def _running(project: Project) -> bool:
    """Whether anything of it runs. CannotRun where Docker does not say."""
    label = f"label=com.docker.compose.project={project.name}"
    try:
        done = subprocess.run(
            ["docker", "ps", "-q", "--filter", label], capture_output=True, text=True, timeout=ASK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotRun(f"Docker ne répond pas après {ASK_SECONDS:.0f} secondes : regardez s’il tourne.") from None
    if done.returncode != 0:
        raise CannotRun(f"Docker ne répond pas : démarrez-le, ou demandez le droit de vous en servir.\n  {done.stderr.strip()}")
    return bool(done.stdout.strip())
