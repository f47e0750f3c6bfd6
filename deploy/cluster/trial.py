"""`make cluster-test`: a cluster of its own under load, one thing killed after the other, then frozen; what came of it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.cluster.window import Window
from deploy.containers.docker import FOLDER, Project, check_docker
from deploy.containers.handling import beside, do, wait_healthy
from deploy.containers.secrets import make_secrets
from deploy.local.errors import CannotRun
from deploy.local.progress import say
from services import SERVICES

WARM, DOWN, AFTER, FROZEN = 10.0, 5.0, 15.0, 15.0
"""Seconds of load before the first failure, that what is killed stays away, watched afterwards, and frozen."""
COLUMNS = {
    "what": "quoi", "how": "comment", "answered": "réponses", "failed_tries": "essais échoués",
    "writes_s": "écritures reprises (s)", "longest_request_s": "demande la plus longue (s)",
    "rows_s": "candidature suivie en (s)", "figures_s": "chiffres suivis en (s)",
}  # fmt: skip
FILES = (FOLDER / "compose.yaml", FOLDER / "compose.cluster.yaml")
BENCHMARK = Path("docs/benchmarks/cluster.json")


@dataclass
class Load:
    """The writers, beside the services; what they say comes in as it is said."""

    process: "subprocess.Popen[str]"
    lines: list[Mapping[str, Any]] = field(default_factory=list)

    @classmethod
    def start(cls, project: Project) -> "Load":
        command = project.command(
            "--progress", "quiet", "run", "--rm", "--no-deps", "-T", "ops", "python", "-P", "-m", "deploy.cluster.load"
        )
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=project.environment)
        load = cls(process)
        threading.Thread(target=load._listen, daemon=True).start()
        return load

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("{"):
                self.lines.append(json.loads(line))

    def wait_for(self, kind: str, within: float) -> Mapping[str, Any]:
        """The first line of a kind."""
        until = time.monotonic() + within
        while time.monotonic() < until and self.process.poll() is None:
            if found := next((one for one in self.lines if one["kind"] == kind), None):
                return found
            time.sleep(0.2)
        time.sleep(1)
        if found := next((one for one in self.lines if one["kind"] == kind), None):
            return found
        raise CannotRun(f"La charge n’a pas dit « {kind} ».")

    def check(self) -> None:
        """CannotRun where it is no more: what is killed then would be killed in silence."""
        if self.process.poll() is not None:
            raise CannotRun(f"La charge s’est arrêtée : {next((one for one in self.lines if one['kind'] == 'crashed'), None)}")

    def end(self) -> None:
        """Let each writer end what it began."""
        assert self.process.stdin
        self.process.stdin.close()
        self.wait_for("ended", 300.0)
        self.process.wait(60)


def main() -> None:
    """Run it; status 1 where anything was lost or doubled."""
    check_docker()
    variables = {"ETABLI_RATE_PER_ORGANISATION": "0", "ETABLI_RATE_PER_ADDRESS": "0", "ETABLI_IMAGE": os.environ["ETABLI_IMAGE"]}
    project = Project("etabli-cluster-test", FOLDER / "secrets-cluster-test", variables=variables, files=FILES)
    make_secrets(project.secrets)
    with _running(project):
        rows, found = _tried(project)
    _show(rows, found)
    counted = {**found, "lost": len(found["lost"]), "doubled": len(found["doubled"])}
    BENCHMARK.write_text(json.dumps({"failures": rows, **counted}, indent=1) + "\n")
    if found["lost"] or found["doubled"] or found["lag"]:
        sys.exit(1)


@contextmanager
def _running(project: Project) -> Iterator[None]:
    say("Trois Kafka, trois MongoDB, deux de chaque service…")
    try:
        project.ask("up", "-d", "--wait", "--wait-timeout", "600")
        yield
    finally:
        say("Tout est arrêté et effacé.")
        project.ask("--profile", "ops", "down", "-v", "--timeout", "5", "--remove-orphans")


def _tried(project: Project) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    load = Load.start(project)
    region = load.wait_for("ready", 120.0)
    time.sleep(WARM)
    windows = []
    for fail, targets in ((_killed, _to_kill(project)), (_frozen, _to_freeze(project))):
        for what, service in targets:
            load.check()
            windows.append(fail(project, what, service))
    load.end()
    say("La charge est finie ; on attend que tout soit entendu, puis on compare.")
    kept = [one for one in load.lines if one["kind"] == "kept"]
    found = beside(project, "deploy.cluster.verify", given=json.dumps({"kept": kept, "region": region}))
    return [window.row(load.lines) for window in windows], found


def _to_kill(project: Project) -> Iterator[tuple[str, str]]:
    """Each asked for when its turn comes, for leaders change."""
    yield "un Kafka", "kafka-2"
    yield "le primaire de MongoDB", beside(project, "deploy.cluster.where")["primary"]
    for rank, service in enumerate(SERVICES):
        yield f"une réplique de {service}", service if rank % 2 else f"{service}-1"
    yield "le relais d’enrolment", _relay(project, "enrolment")


def _to_freeze(project: Project) -> Iterator[tuple[str, str]]:
    yield "un Kafka", "kafka-3"
    yield "le primaire de MongoDB", beside(project, "deploy.cluster.where")["primary"]
    yield "le relais de referral", _relay(project, "referral")


def _relay(project: Project, service: str) -> str:
    holder: str = beside(project, "deploy.cluster.where")["relays"][service]
    return service if holder.endswith("-0") else holder


def _killed(project: Project, what: str, service: str) -> Window:
    say(f"On tue {what} ({service}).")
    since = time.time()
    do(project, "kill", service)
    time.sleep(DOWN)
    return _back(project, "start", Window(f"{what} ({service})", "tué", since, 0), service)


def _frozen(project: Project, what: str, service: str) -> Window:
    say(f"On fige {what} ({service}) {FROZEN:.0f} secondes.")
    since = time.time()
    do(project, "pause", service)
    time.sleep(FROZEN)
    return _back(project, "unpause", Window(f"{what} ({service})", "figé", since, 0), service)


def _back(project: Project, verb: str, window: Window, service: str) -> Window:
    do(project, verb, service)
    wait_healthy(project, service)
    time.sleep(AFTER)
    return Window(window.what, window.how, window.since, time.time())


def _show(rows: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> None:
    table = Table(*COLUMNS.values())
    for row in rows:
        table.add_row(*(str(row[name]) for name in COLUMNS))
    Console(width=150).print(table)
    say(f"{found['acknowledged']} écritures acquittées ; retard {found['lag']} après {found['quiet_after']} s.")
    say(f"{found['events']} événements, dont {found['told_twice']} dits deux fois dans Kafka et comptés une fois.")
    say(f"Perdus : {len(found['lost'])}. Doublés : {len(found['doubled'])}.")
    for line in (*found["lost"][:20], *found["doubled"][:20]):
        say(f"  {line}")


if __name__ == "__main__":
    main()
