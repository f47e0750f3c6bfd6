"""Docker's compose, asked in our words: what is missing is one sentence that says what to do."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.errors import CannotRun

FOLDER = Path(__file__).parents[1]
COMPOSE_FILE = FOLDER / "compose.yaml"
ASK_SECONDS = 30.0
HINTS = {
    "no space left on device": "Le disque est plein : faites de la place (« docker system df » dit ce que Docker y garde, "
    "« docker image prune » enlève les images sans nom), puis relancez.",
    "port is already allocated|address already in use": "Un port de la porte d’entrée est déjà pris : libérez-le, ou "
    "donnez-en d’autres par ETABLI_PUBLISHED_HTTP et ETABLI_PUBLISHED_HTTPS (80 et 443 sans cela), puis relancez.",
    "failed to resolve|no such host|dial tcp|pull access denied|manifest unknown|TLS handshake|i/o timeout": "Une image ou un "
    "paquet ne se télécharge pas d’ici : voyez le réseau, et le mandataire (proxy) que Docker connaît.",
}
"""What is to be done, by the engine's own words."""
WITHOUT_DOCKER = "Sans Docker, « make local » lance la même chose sur cette machine."


@dataclass(frozen=True)
class Project:
    """A stack in containers: its name, where its secrets are, its profiles, and what else its files are read with."""

    name: str
    secrets: Path
    profiles: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Path] = (COMPOSE_FILE,)

    @property
    def told(self) -> dict[str, str]:
        """The variables that its files are read with."""
        return {**self.variables, "ETABLI_SECRETS": str(self.secrets.absolute())}

    def command(self, *words: str) -> list[str]:
        """Compose, told this."""
        files = [word for file in self.files for word in ("-f", str(file))]
        profiles = [word for profile in self.profiles for word in ("--profile", profile)]
        return ["docker", "compose", "-p", self.name, *files, *profiles, *words]

    @property
    def environment(self) -> dict[str, str]:
        """Ours, and what this project's files are read with."""
        return {**os.environ, **self.told}

    @property
    def typed(self) -> list[str]:
        """How compose is asked about it, as short as one may type it in the current folder."""
        here = f"{Path.cwd()}{os.sep}"
        return [word.removeprefix(here) for word in self.command()]

    def ask(self, *words: str, given: str | None = None) -> str:
        """What compose answers, `given` this on its input. CannotRun, with its own words, where it refuses."""
        told = self.environment
        done = subprocess.run(self.command(*words), env=told, input=given, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CannotRun(explained(f"Docker compose refuse ({' '.join(words)}).", done.stderr))
        return done.stdout

    def containers(self) -> Iterator[Mapping[str, Any]]:
        """Each container, as compose shows it: Service, State, Health, ExitCode."""
        for line in self.ask("ps", "-a", "--format", "json").splitlines():
            yield json.loads(line)


def variables_of(files: Sequence[Path]) -> dict[str, str]:
    """Our environment's variables that these files are read with, that commands typed later read them with as well."""
    named = {name for file in files for name in re.findall(r"\$\{(ETABLI_\w+)", file.read_text())}
    return {name: os.environ[name] for name in sorted(named & os.environ.keys())}


def check_docker() -> None:
    """Return where compose v2 and an engine answer; CannotRun says what to do where they do not."""
    if not shutil.which("docker"):
        raise CannotRun(
            f"Docker n’est pas installé sur cette machine : voyez https://docs.docker.com/engine/install/. {WITHOUT_DOCKER}"
        )
    if not _answers("docker", "compose", "version"):
        raise CannotRun(
            "Docker est là sans son greffon « compose » (version 2) : voyez https://docs.docker.com/compose/install/. "
            f"{WITHOUT_DOCKER}"
        )
    if not _answers("docker", "info"):
        raise CannotRun(
            "Docker est installé mais ne répond pas : démarrez-le (Docker Desktop, ou « sudo systemctl start docker »), ou "
            f"demandez le droit de vous en servir (le groupe « docker »). {WITHOUT_DOCKER}"
        )


def _answers(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=ASK_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def explained(sentence: str, said: str, lines: int = 15) -> str:
    """This sentence, or what is to be done where the engine's words are known; under it the last of these."""
    hint = next((hint for words, hint in HINTS.items() if re.search(words, said, re.IGNORECASE)), sentence)
    return "\n".join([hint, *said.strip().splitlines()[-lines:]])
