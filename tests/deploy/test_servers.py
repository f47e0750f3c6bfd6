"""Servers, their folder and their ports."""

import socket
import sys
import threading
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from deploy.local.errors import CannotRun
from deploy.local.folder import is_held, locked
from deploy.local.kafka import kafka
from deploy.local.mongod import mongod
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from deploy.local.servers import running_servers
from deploy.local.stack import keep_simulated, stop
from deploy.local.supervisor import Supervisor
from shared.persistence.driver import ask


def test_given_servers_win_and_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka-1:9092,kafka-2:9092")
    monkeypatch.setenv("MONGODB_URL", "mongodb://given/")
    with running_servers(tmp_path) as servers:
        assert (servers.kafka, servers.mongodb) == ("kafka-1:9092,kafka-2:9092", "mongodb://given/")
        assert (servers.kafka_process, servers.mongod_process) == (None, None)


def test_mongod_takes_writes_again_after_its_port_changed(tmp_path: Path) -> None:
    for count, port in enumerate(keep_ports(tmp_path / "ports.json", ["one", "other"]).values(), start=1):
        server = mongod(tmp_path / "data", port=port, log=tmp_path / "log")
        server.start()
        server.wait_ready()
        ask(HOST, port, {"insert": "things", "documents": [{"_id": count}]}, database="test")
        assert ask(HOST, port, {"count": "things"}, database="test")["n"] == count
        server.kill()


def test_kafka_takes_a_cluster_id_that_looks_like_an_option(tmp_path: Path) -> None:
    begins_with_a_dash = UUID("fbffffff-ffff-4fff-bfff-ffffffffffff")
    kafka(tmp_path / "data", port=1, controller_port=2, log=tmp_path / "log", cluster=begins_with_a_dash)
    assert "cluster.id=-_" in (tmp_path / "data" / "log" / "meta.properties").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["C", "C.UTF-8"])
def test_kafka_keeps_all_its_data_in_its_folder_whatever_that_is_called(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    data = tmp_path / "données, à garder\\ici"
    ports = keep_ports(tmp_path / "ports.json", ["kafka", "controller"])
    server = kafka(data, port=ports["kafka"], controller_port=ports["controller"], log=tmp_path / "log", cluster=uuid4())
    server.start()
    try:
        server.wait_ready()
    finally:
        server.stop()
    assert (data / "log" / ".kafka_cleanshutdown").exists()
    assert {each.name for each in tmp_path.iterdir()} == {data.name, "ports.json", "log"}


def test_ports_are_kept_but_for_one_that_was_taken(tmp_path: Path) -> None:
    first = keep_ports(tmp_path / "ports.json", ["kafka", "mongod"])
    assert keep_ports(tmp_path / "ports.json", ["kafka", "mongod"]) == first
    with socket.create_server((HOST, first["kafka"])):
        second = keep_ports(tmp_path / "ports.json", ["kafka", "mongod"])
    assert second["mongod"] == first["mongod"]
    assert second["kafka"] not in first.values()


def test_two_stacks_never_share_a_folder(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with locked(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(CannotRun, match="sert déjà à une pile en marche"), running_servers(tmp_path):
            pass
    assert not is_held(tmp_path)


def test_invented_facts_never_mix_with_true_ones(tmp_path: Path) -> None:
    keep_simulated(tmp_path, True)
    with pytest.raises(CannotRun, match="données simulées"):
        keep_simulated(tmp_path, False)


def test_a_server_that_ends_while_it_starts_says_why(tmp_path: Path) -> None:
    broken = Process("mongod", ["sh", "-c", "echo no room left; exit 5"], log=tmp_path / "log", ready=lambda: False)
    broken.start()
    with pytest.raises(CannotRun, match=r"mongod s’est arrêté pendant son démarrage\.\n.*\n  no room left"):
        broken.wait_ready()


SAYS_THAT_IT_ENDS = """
import pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
pathlib.Path(sys.argv[2]).touch()
signal.sigwait([signal.SIGTERM])
with open(sys.argv[3], "a") as ends:
    ends.write(f"{sys.argv[1]}\\n")
"""
"""Once, however often it is asked: a shell that has just forked says it twice."""


def test_services_end_before_kafka_and_kafka_before_mongod(tmp_path: Path) -> None:
    ends = tmp_path / "ends"

    def process(name: str) -> Process:
        log = tmp_path / name
        ready = Path(f"{log}.ready")
        command = [sys.executable, "-I", "-c", SAYS_THAT_IT_ENDS, name, str(ready), str(ends)]
        return Process(name, command, log=log, ready=ready.exists)

    processes = [process(name) for name in ("referral", "reporting", "kafka", "mongod")]
    for each in processes:
        each.start()
        each.wait_ready()
    stop(processes)
    assert sorted(ends.read_text().split()[:2]) == ["referral", "reporting"]
    assert ends.read_text().split()[2:] == ["kafka", "mongod"]


@pytest.mark.parametrize(
    ("referral", "why"),
    [
        (["sh", "-c", "exit 3"], r"referral s’est arrêté 3 fois en une minute \(code 3\)"),
        (["sh", "-c", "kill -40 $$"], r"referral s’est arrêté 3 fois en une minute \(signal 40\)"),
        (["true", "x" * 3_000_000], r"referral ne se relance pas \(OSError\(7, 'Argument list too long'\)\)"),
    ],
    ids=["dies", "dies of a signal without a name", "cannot be started"],
)
def test_giving_up_stops_the_others_says_why_and_interrupts_whoever_is_busy(
    referral: list[str], why: str, tmp_path: Path
) -> None:
    def process(name: str, command: list[str]) -> Process:
        return Process(name, command, log=tmp_path / name, ready=lambda: True)

    processes = [process("referral", referral), process("kafka", ["sleep", "60"])]
    processes[1].start()
    busy = threading.Event()
    with Supervisor(processes, give_up=partial(stop, processes)) as supervisor:
        supervisor.on_failure = busy.set
        assert busy.wait(10)
    assert not any(each.alive for each in processes)
    with pytest.raises(CannotRun, match=why):
        supervisor.check()


def test_a_stack_that_cannot_be_stopped_is_told_with_the_reason_why_it_should_have_been(tmp_path: Path) -> None:
    def cannot() -> None:
        raise PermissionError("not yours")

    failed = threading.Event()
    with Supervisor([Process("referral", ["false"], log=tmp_path / "log", ready=lambda: True)], give_up=cannot) as supervisor:
        supervisor.on_failure = failed.set
        assert failed.wait(10)
    with pytest.raises(CannotRun, match=r"referral s’est arrêté 3 fois(.|\n)*L’arrêt a échoué : PermissionError\('not yours'\)"):
        supervisor.check()
