"""What `make check` asks of the containers' files, where the tools are: compose, hadolint, promtool."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from deploy.containers.docker import COMPOSE_FILE, FOLDER
from deploy.local.progress import say

RULES = FOLDER / "observability" / "rules.yml"
PROFILES = ("edge", "observability", "ops")
OVER = sorted(FOLDER.glob("compose.*.yaml"))
"""The files that are laid over the first, each by itself."""


def main() -> int:
    """0 where every tool that is there agrees; what one says goes to the terminal."""
    return max((_run(command) for command in commands()), default=0)


def commands() -> Iterator[Sequence[str]]:
    """What is run: each set of files with each set of profiles, then the linter."""
    if _has("docker", "compose", "version"):
        for files in ((COMPOSE_FILE,), *((COMPOSE_FILE, over) for over in OVER)):
            for profiles in chain.from_iterable(combinations(PROFILES, count) for count in range(len(PROFILES) + 1)):
                named = [word for file in files for word in ("-f", str(file))]
                yield ["docker", "compose", *named, *(word for one in profiles for word in ("--profile", one)), "config", "-q"]
    else:
        say("Sans Docker compose, ses fichiers ne sont pas relus par lui.")
    if _has("hadolint", "--version"):
        yield ["hadolint", str(FOLDER / "Dockerfile")]
    if _has("promtool", "--version"):
        yield ["promtool", "check", "config", str(RULES.with_name("prometheus.yml"))]
        yield ["promtool", "test", "rules", str(RULES.with_name("rules_test.yml"))]


def _has(*command: str) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: Sequence[str]) -> int:
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
