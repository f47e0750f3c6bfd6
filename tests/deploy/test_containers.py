"""What a stack in containers is made of before an engine is asked: secrets, roles, and words where something is missing."""

import json
from pathlib import Path

import pytest

from deploy.containers.docker import Project, check_docker, variables_of
from deploy.containers.secrets import make_secrets, missing_secrets
from deploy.containers.starting import is_well, roles
from deploy.local.errors import CannotRun


def test_secrets_are_made_once_in_a_folder_that_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = make_secrets(folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert set(made) == set(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert make_secrets(folder) == []
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert missing_secrets(folder) == []


def test_each_password_is_another_and_long(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    said = [file.read_text() for file in (tmp_path / "secrets").iterdir() if file.name.startswith(("kafka-", "mongo"))]
    assert len({*said}) == len(said)
    assert min(map(len, said)) == 64


def test_one_that_is_missing_is_made_again_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    kept = (folder / "private.pem").read_bytes()
    (folder / "kafka-ops").unlink()
    (folder / "jwks.json").unlink()
    assert set(missing_secrets(folder)) == {"kafka-ops", "jwks.json"}
    assert set(make_secrets(folder)) == {"kafka-ops", "jwks.json"}
    assert (folder / "private.pem").read_bytes() == kept
    assert json.loads((folder / "jwks.json").read_text())["keys"]


@pytest.mark.parametrize("name", ["revoked", "private.pem", "mongo-keyfile"])
def test_a_container_s_user_may_read_a_secret_and_write_none_but_the_list_of_the_revoked(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    assert (folder / name).stat().st_mode & 0o777 == (0o666 if name == "revoked" else 0o444)


def test_jobs_are_those_whose_end_is_waited_for() -> None:
    ended, healthy = {"condition": "service_completed_successfully"}, {"condition": "service_healthy"}
    config = {"services": {"kafka": {}, "prepare": {}, "referral": {"depends_on": {"kafka": healthy, "prepare": ended}}}}
    assert roles(config) == (["kafka", "referral"], ["prepare"])


@pytest.mark.parametrize(
    ("state", "health", "code", "well"),
    [
        ("running", "healthy", 0, True),
        ("running", "", 0, True),
        ("exited", "", 0, True),
        ("exited", "", 1, False),
        ("running", "unhealthy", 0, False),
        ("running", "starting", 0, False),
        ("restarting", "", 0, False),
    ],
)
def test_a_container_is_well_or_not(state: str, health: str, code: int, well: bool) -> None:
    assert is_well({"State": state, "Health": health, "ExitCode": code}) is well


def test_without_docker_one_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match=r"Docker n’est pas installé.*make local"):
        check_docker()


@pytest.mark.parametrize(
    ("answers", "sentence"), [("exit 1", "greffon « compose »"), ('[ "$1" = compose ] || exit 1', "ne répond pas : démarrez-le")]
)
def test_docker_that_lacks_compose_or_does_not_run_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: str, sentence: str
) -> None:
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{answers}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match=sentence):
        check_docker()


def test_a_demonstration_s_secrets_are_its_own_whatever_the_environment_says(tmp_path: Path) -> None:
    project = Project("one", tmp_path, variables={"ETABLI_SECRETS": "elsewhere", "ETABLI_SIMULATED": "1"})
    assert project.told == {"ETABLI_SECRETS": str(tmp_path), "ETABLI_SIMULATED": "1"}


def test_commands_typed_later_read_the_files_with_the_same_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETABLI_DOMAIN", "etabli.example")
    monkeypatch.setenv("ETABLI_OTHER", "unread")
    (tmp_path / "compose.yaml").write_text("name: ${ETABLI_DOMAIN:-localhost} ${ETABLI_TLS:-}")
    assert variables_of([tmp_path / "compose.yaml"]) == {"ETABLI_DOMAIN": "etabli.example"}
