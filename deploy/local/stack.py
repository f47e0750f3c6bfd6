"""The whole of Établi on one machine: servers, topics and the four services, supervised."""

import http.client
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.local.errors import CannotRun
from deploy.local.folder import written_down
from deploy.local.keys import PRINTED_SCOPES, keys_in, token
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from deploy.local.progress import progress, say
from deploy.local.servers import Servers, running_servers
from deploy.local.supervisor import Supervisor
from deploy.local.topics import make_topics
from deploy.stacks.addresses import Addresses
from services import SERVICES

ROOT = Path(__file__).parents[2]
START_SECONDS = 90.0

Command = Callable[[str], Sequence[str]]


def service_command(name: str) -> Sequence[str]:
    """How a service is run, by its name; never from whatever folder we were started in."""
    return [sys.executable, "-P", "-m", f"services.{name}.main"]


@dataclass(frozen=True)
class Stack:
    """A stack that runs: its four services, and `kafka` and `mongod` unless they were given."""

    data: Path
    addresses: Addresses
    processes: Mapping[str, Process]
    supervisor: Supervisor

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would; the supervisor starts it again."""
        self.processes[name].kill()

    def wait_ready(self, *names: str, within: float = START_SECONDS) -> None:
        """Return once these (all, if none is named) answer, were they killed and started again meanwhile."""
        deadline = time.monotonic() + within
        for process in [self.processes[name] for name in names or self.processes]:
            while not process.ready():
                self.supervisor.check()
                if time.monotonic() > deadline:
                    raise CannotRun(f"{process.name} ne répond pas.\n{process.log_tail()}")
                time.sleep(0.1)


@contextmanager
def running_stack(
    data: Path,
    *,
    simulated: bool = False,
    temporary: bool = False,
    command: Command = service_command,
) -> Iterator[Stack]:
    """A stack, ready, on the ports, keys and data kept in `data`; at the end all is stopped, services first.

    When something died too often everything is stopped and `supervisor` says why.
    """
    data = data.absolute()
    with ExitStack() as ending:
        say(f"Kafka et MongoDB démarrent. Données : {data}")
        servers = ending.enter_context(running_servers(data, temporary=temporary))
        keep_simulated(data, simulated)
        make_topics(servers.brokers)
        ports = keep_ports(data / "ports.json", SERVICES)
        addresses = _addresses(data, servers, ports)
        services = [
            _service(name, port, data, command, environment_of(name, data, addresses, simulated=simulated))
            for name, port in ports.items()
        ]
        started = [*services, *filter(None, (servers.kafka_process, servers.mongod_process))]
        ending.callback(stop, services)
        for service in services:
            service.start()
        supervisor = ending.enter_context(Supervisor(started, give_up=partial(stop, started)))
        stack = Stack(data, addresses, {one.name: one for one in started}, supervisor)
        with progress("Les services démarrent") as advance:
            for count, service in enumerate(services):
                advance(count, len(services))
                stack.wait_ready(service.name)
            advance(len(services), len(services))
        ending.enter_context(written_down(data, addresses))
        yield stack


def stop(processes: Sequence[Process]) -> None:
    """The services together, then each server in turn."""
    for process in processes:
        if process.name in SERVICES:
            process.terminate()
    for process in processes:
        process.stop()


def keep_simulated(data: Path, simulated: bool) -> None:
    """A folder is simulated or real for ever: invented facts never mix with true ones."""
    mark = data / "simulated"
    now = "1" if simulated else "0"
    if not mark.exists():
        mark.write_text(now)
    if mark.read_text() != now:
        raise CannotRun(
            f"Le dossier {data} porte des données simulées : ajoutez --simulated, ou prenez un autre dossier."
            if simulated is False
            else f"Le dossier {data} porte des données réelles : une pile simulée prend un autre dossier."
        )


def _addresses(data: Path, servers: Servers, ports: Mapping[str, int]) -> Addresses:
    keys = keys_in(data)
    return Addresses(
        services={name: f"http://{HOST}:{port}" for name, port in ports.items()},
        kafka=servers.kafka,
        mongodb=servers.mongodb,
        brokers_as=servers.brokers_as,
        tokens={scope: token(keys, scope) for scope in PRINTED_SCOPES},
    )


def environment_of(service: str, data: Path, addresses: Addresses, *, simulated: bool) -> dict[str, str]:
    """What a service is told of the stack it runs in; its port is added to it. Referral alone, where the vault's key is."""
    keys = keys_in(data)
    own = {"ETABLI_VAULT_KEY_FILE": str(keys.vault)} if service == "referral" else {}
    told = {name: said for name, said in os.environ.items() if name.startswith(("ETABLI_", "OTEL_"))}
    knobs = {name: said for name, said in told.items() if _is_passed_on(name)}
    return {
        **knobs,
        **own,
        "KAFKA_BOOTSTRAP_SERVERS": addresses.kafka,
        "MONGODB_URL": addresses.mongodb,
        "ETABLI_JWKS_FILE": str(keys.public),
        "ETABLI_REVOKED_FILE": str(keys.revoked),
        "ETABLI_SECRET_FILE": str(keys.secret),
        "ETABLI_SIMULATED": "1" if simulated else "0",
        "ETABLI_INSTANCE": "0",
        **({"ETABLI_RATE_PER_ORGANISATION": "0", "ETABLI_RATE_PER_ADDRESS": "0"} if simulated else {}),  # five years in a minute
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }


def _is_passed_on(name: str) -> bool:
    """Whether a service is told this as we were: who it is to servers that were given, and any knob. Keys are the stack's own;
    the password of a mail server is not."""
    for server, given in (("ETABLI_KAFKA_", "KAFKA_BOOTSTRAP_SERVERS"), ("ETABLI_MONGODB_", "MONGODB_URL")):
        if name.startswith(server):
            return bool(os.environ.get(given))
    return name.startswith("ETABLI_SMTP_") or not (name.startswith("ETABLI_") and name.endswith("_FILE"))


def _service(name: str, port: int, data: Path, command: Command, environment: Mapping[str, str]) -> Process:
    return Process(
        name,
        command(name),
        log=data / "logs" / f"{name}.log",
        ready=partial(is_ready, port),
        environment={**environment, "ETABLI_PORT": str(port)},
    )


def is_ready(port: int) -> bool:
    """Whether a service says that it can work."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
