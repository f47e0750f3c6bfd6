"""Loopback ports, kept from one start to the next in the data folder."""

import json
import random
import socket
from collections.abc import Sequence
from pathlib import Path

from deploy.local.progress import say

# Below the ports that systems lend to outgoing connections: while a server is down, a client that
# keeps calling its port could otherwise be lent that very port, and hold it.
CANDIDATES = range(20_000, 32_000)
HOST = "127.0.0.1"


def keep_ports(file: Path, names: Sequence[str]) -> dict[str, int]:
    """A free port for each name: the one in `file` if nobody took it since, else a new one, kept there."""
    saved: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    ports: dict[str, int] = {}
    for name in names:
        port = saved.get(name)
        if port is None or not is_free(port):
            if port is not None:
                say(f"Le port {port} de {name} est occupé : un autre est pris.")
            taken = {*saved.values(), *ports.values()}
            port = next(one for one in random.sample(CANDIDATES, 1000) if one not in taken and is_free(one))
        ports[name] = port
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({**saved, **ports}, indent=1))
    draft.rename(file)
    return ports


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
