"""`make up` and `make down` as they are typed: each mistake, and each thing that lacks, is a sentence that says what to do."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.containers.secrets import empty_secrets, make_secrets

ROOT = Path(__file__).parents[2]
Typed = Callable[..., "subprocess.CompletedProcess[str]"]
ENGINE = """#!/bin/sh
case "$*" in
  *" config "*) echo '{"services": {"edge": {}}}' ;;
  *" up "*) [ -z "$TAKES_TIME" ] || { echo $$ >"$TAKES_TIME"; exec sleep 60; }
    echo "$SAID_UP" >&2; exit 1 ;;
  *" build "*) [ -z "$SAID_BUILD" ] || { echo "$SAID_BUILD" >&2; exit 1; } ;;
esac
"""


@pytest.fixture
def beside(tmp_path: Path) -> dict[str, str]:
    """The environment of `make up` beside an engine that says what the test has it say, with secrets that are whole."""
    make_secrets(tmp_path / "secrets")
    program = tmp_path / "docker"
    program.write_text(ENGINE)
    program.chmod(0o755)
    return {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "ETABLI_SECRETS": str(tmp_path / "secrets")}


@pytest.fixture
def typed(tmp_path: Path, beside: dict[str, str]) -> Typed:
    """`make up` typed there."""

    def type(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "deploy.containers", *words]
        return subprocess.run(command, env={**beside, **environment}, cwd=tmp_path, capture_output=True, text=True, check=False)

    return type


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (["up", "--profiles", "edge,grafana"], {}, "PROFILES ne connaît pas grafana : edge, observability"),
        (["up"], {"ETABLI_CLAIMS": "deploy/none.yaml"}, "ETABLI_CLAIMS nomme deploy/none.yaml, qui n’est pas un fichier"),
        (["up"], {"SAID_BUILD": "write /var: no space left on device"}, "Le disque est plein : faites de la place"),
        (["up"], {"SAID_BUILD": "dial tcp: lookup example: no such host"}, "ne se télécharge pas d’ici"),
        (
            ["up"],
            {"SAID_UP": "Bind for 0.0.0.0:443 failed: port is already allocated"},
            "donnez-en d’autres par ETABLI",
        ),
        (["up"], {"SAID_UP": "something else"}, "Les conteneurs n’ont pas démarré.\nsomething else"),
    ],
)
def test_what_cannot_be_says_what_to_do(typed: Typed, words: list[str], environment: dict[str, str], sentence: str) -> None:
    done = typed(*words, **environment)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_profiles_may_have_blanks_between_them(typed: Typed) -> None:
    assert "PROFILES" not in typed("up", "--profiles", "edge, observability", SAID_UP="later").stderr


def test_of_two_at_once_the_second_is_told_to_wait(typed: Typed, tmp_path: Path) -> None:
    first = os.open(tmp_path / "secrets", os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    try:
        for word in ("up", "down"):
            assert "est en cours sur cette pile : attendez" in typed(word).stderr
    finally:
        os.close(first)
    assert typed("down").returncode == 0


def test_interrupted_it_says_how_to_stop_what_started_and_nothing_goes_on_behind(tmp_path: Path, beside: dict[str, str]) -> None:
    started = tmp_path / "started"
    command = [sys.executable, "-m", "deploy.containers", "up"]
    told = {**beside, "TAKES_TIME": str(started)}
    with subprocess.Popen(command, env=told, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as making:
        while not started.exists() or not started.read_text().strip():
            assert making.poll() is None
            time.sleep(0.05)
        making.send_signal(signal.SIGINT)
        _, said = making.communicate(timeout=150)
    assert making.returncode == 130
    assert "« make down » l’arrête" in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_a_secret_that_was_emptied_is_named(typed: Typed, tmp_path: Path) -> None:
    assert empty_secrets(tmp_path / "secrets") == []
    (tmp_path / "secrets" / "vault-key").chmod(0o600)
    (tmp_path / "secrets" / "vault-key").write_text("\n")
    done = typed("up")
    assert done.returncode == 1
    assert "(vault-key) : remettez-les de votre sauvegarde" in done.stderr
