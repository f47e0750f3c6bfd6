"""A partner's folder with the examples, and the ways to run them against the playground."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx

WITHIN = 120.0
"""Seconds: the machine may be busy."""


@dataclass(frozen=True)
class Playground:
    """`folder` has the examples; `here`, what the sandbox wrote in the folder that it was started from."""

    folder: Path
    here: Path
    sandbox: "Popen[bytes]"

    def environment(self, who: str, **more: str) -> dict[str, str]:
        """What a shell has once it has read the file of the agency or of the school."""
        text = (self.here / ".etabli/sandbox" / f"{who}.env").read_text()
        told = {name: value.strip("'") for name, value in re.findall(r"^export (\w+)=(.*)$", text, re.M)}
        return {**os.environ, "PYTHONPATH": "", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **told, **more}

    def run(self, who: str, *command: str, **more: str) -> str:
        """What an example says, once it ended well."""
        ended = subprocess.run(
            command, cwd=self.folder, env=self.environment(who, **more), capture_output=True, text=True, timeout=WITHIN
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    @contextmanager
    def running(self, who: str, *command: str, **more: str) -> Iterator["Said"]:
        """An example that goes on until it is stopped; killed at the end, with what it started."""
        with (self.folder / f"{time.monotonic_ns()}.out").open("w+") as said:
            environment = self.environment(who, **more)
            process = Popen(command, cwd=self.folder, env=environment, stdout=said, stderr=said, start_new_session=True)
            try:
                yield Said(Path(said.name), process)
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def traced(self, *words: str) -> str:
        """The sandbox's trace, once each of these is in it."""
        return Said(self.here / "trace", self.sandbox).until(*words)

    def young_people(self) -> set[str]:
        """Whom the agency has referred so far."""
        return {one["young_id"] for one in self.ask("agency", "GET", "/snapshot").json()["items"]}

    def ask(self, who: str, method: str, path: str) -> httpx.Response:
        told = self.environment(who)
        headers = {"Authorization": f"Bearer {told['TOKEN']}"}
        return httpx.request(method, told["SERVICE"] + path, headers=headers, trust_env=False, timeout=30)

    def another(self, reference: str, **said: Any) -> str:
        """The name of a file like topic.json, of somebody else."""
        referral = json.loads((self.folder / "topic.json").read_text())
        letters = "".join(chr(ord("a") + int(sign)) if sign.isdigit() else sign for sign in reference)
        identity = {**referral["identity"], "family_name": f"Lambert-{letters}"}
        file = self.folder / f"{reference}.json"
        file.write_text(json.dumps({**referral, "external_id": reference, "identity": identity, **said}))
        return file.name


@dataclass(frozen=True)
class Said:
    """What a program that runs has said so far."""

    file: Path
    process: "Popen[bytes]"

    def until(self, *words: str) -> str:
        """All of it, once each of these is there."""
        deadline = time.monotonic() + WITHIN
        while not all(word in (text := self.file.read_text()) for word in words):
            assert self.process.poll() is None, text
            assert time.monotonic() < deadline, (words, text)
            time.sleep(0.1)
        return text


def until(true: Callable[[], Any]) -> Any:
    """Wait for a condition to give something true, and return that."""
    deadline = time.monotonic() + WITHIN
    while not (found := true()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def is_listening(port: str) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(port))) == 0


def a_free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])
