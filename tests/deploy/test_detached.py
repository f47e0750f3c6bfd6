"""A stack that outlives its shell, what stops it, and what one that was killed leaves."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli_up import _without_password
from deploy.local.detached import known_by_number, stop_running
from deploy.local.errors import CannotRun
from deploy.local.folder import locked
from deploy.local.process import Process
from deploy.local.servers import Servers
from deploy.local.stack import is_ready
from deploy.local.temporary import clear_left_behind, mark_temporary
from deploy.stacks.pointer import point_at_compose
from deploy.stacks.wanted import SLOW_MILLISECONDS
from services import SERVICES
from shared.persistence.driver import ask
from tests.deploy.conftest import ROOT, alive, eventually
from tests.deploy.test_stack import address


def a_folder(of: Path, name: str, *, marked: bool = True) -> Path:
    folder = of / name
    with locked(folder):
        if marked:
            mark_temporary(folder)
    (folder / "kafka").mkdir()
    return folder


def test_only_temporary_folders_that_nobody_holds_are_cleared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dead, held = a_folder(tmp_path, "etabli-dead"), a_folder(tmp_path, "etabli-held")
    kept, other = a_folder(tmp_path, "etabli-kept", marked=False), a_folder(tmp_path, "other")
    (tmp_path / "etabli-link").symlink_to(a_folder(tmp_path, "elsewhere"))
    with locked(held):
        clear_left_behind(tmp_path)
    assert not dead.exists()
    assert all((folder / "kafka").exists() for folder in (held, kept, other, tmp_path / "elsewhere"))
    assert capsys.readouterr().err == f"Une pile tuée avait laissé {dead} : il est effacé.\n"


def test_a_stack_is_stopped_by_who_finds_its_folder(tmp_path: Path) -> None:
    holding = (
        "import sys, signal, time; from pathlib import Path; from deploy.local.folder import locked\n"
        "from deploy.local.detached import known_by_number\n"
        "with locked(Path(sys.argv[1])), known_by_number(Path(sys.argv[1])):\n"
        "    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print(flush=True); time.sleep(60)\n"
    )
    held = subprocess.Popen([sys.executable, "-c", holding, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert held.stdout
    held.stdout.readline()
    stop_running(tmp_path)
    assert held.wait(10) == 0
    held.stdout.close()
    with pytest.raises(CannotRun, match="Aucune pile ne tourne dans"):
        stop_running(tmp_path)


def test_a_number_that_a_killed_stack_left_stops_nobody(tmp_path: Path) -> None:
    with known_by_number(tmp_path), pytest.raises(CannotRun, match="Aucune pile ne tourne dans"):
        stop_running(tmp_path)


def test_containers_are_stopped_by_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    point_at_compose("etabli-essai", [Path("compose.yaml")], {})
    assert "« make down » l’arrête" in str(CliRunner().invoke(app, ["down"]).exception)


def test_a_long_journal_is_set_aside_while_its_process_writes_on(tmp_path: Path) -> None:
    process = Process("mongod", ["sh", "-c", "while :; do echo said; sleep 0.05; done"], log=tmp_path / "log", ready=lambda: True)
    process.start()
    try:
        assert eventually(lambda: process.log.exists() and process.log.stat().st_size > 10, within=20)
        process.keep_log_small(largest=10)
        assert (tmp_path / "log.1").read_text().startswith("said\n")
        assert eventually(lambda: process.log.read_text().startswith("said\n"), within=20)
    finally:
        process.stop()


def test_mongod_compresses_nothing_and_writes_no_values_into_its_log(servers: Servers) -> None:
    place = address(servers.mongodb)
    assert "compression" not in ask(*place, {"hello": 1, "compression": ["zlib", "snappy", "zstd"]})
    assert ask(*place, {"profile": -1})["slowms"] == SLOW_MILLISECONDS


def test_the_password_of_a_given_server_is_not_shown() -> None:
    assert _without_password("mongodb://me:secret@db:27017/?tls=true") == "mongodb://me:…@db:27017/?tls=true"
    assert _without_password("kafka:9092") == "kafka:9092"


def etabli(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """As a shell of its own would run it, which then ends."""
    command = [sys.executable, "-m", "deploy.cli", *arguments]
    told = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    return subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=400)


@pytest.mark.slow
def test_a_detached_stack_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    started = etabli(tmp_path, "up", "--detach", "--data", "data", "--json")
    assert started.returncode == 0, started.stderr
    addresses = json.loads(started.stdout)
    assert "« etabli down --data data » l’arrête ; son journal : " in started.stderr
    number = int((tmp_path / "data/pid").read_text())
    try:
        assert all(is_ready(int(addresses[name].rsplit(":", 1)[1])) for name in SERVICES)
        again = etabli(tmp_path, "up", "--detach")
        assert (again.returncode, "Une pile tourne déjà, dans" in again.stderr) == (1, True)
    finally:
        stopped = etabli(tmp_path, "down")
    assert stopped.stderr.endswith("Arrêtée.\n")
    assert eventually(lambda: not alive(number), within=20)
    assert (tmp_path / "data/kafka/log/.kafka_cleanshutdown").exists()
    assert etabli(tmp_path, "down").returncode == 1


@pytest.mark.slow
def test_a_detached_stack_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    started = etabli(tmp_path, "up", "--detach", "--data", "file")
    assert started.returncode == 1
    assert "ne peut pas servir : ce n’est pas un dossier." in started.stderr
    assert started.stdout == ""


@pytest.mark.slow
def test_what_a_killed_stack_left_is_cleared_by_the_next_start(tmp_path: Path) -> None:
    assert etabli(tmp_path, "up", "--detach", "--json").returncode == 0
    (left,) = tmp_path.glob("etabli-*")
    os.kill(int((left / "pid").read_text()), signal.SIGKILL)
    assert "Aucune pile ne tourne dans" in etabli(tmp_path, "lag").stderr
    started = etabli(tmp_path, "up", "--detach", "--json")
    stopped = etabli(tmp_path, "down")
    assert f"Une pile tuée avait laissé {left} : il est effacé." in started.stderr
    assert stopped.returncode == 0
    assert list(tmp_path.glob("etabli-*")) == []
