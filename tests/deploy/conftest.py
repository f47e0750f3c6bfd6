"""A stack as a program of its own, so that it can be killed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Program:
    """A stack that printed its addresses; `said` is what it wrote on stderr so far."""

    process: subprocess.Popen[str]
    addresses: dict[str, Any]
    stderr: Path

    @property
    def output(self) -> str:
        return self.stderr.read_text()

    @property
    def pids(self) -> dict[str, int]:
        found: dict[str, int] = self.addresses["pids"]
        return found

    def end(self, number: signal.Signals) -> int:
        """Signal it, and give its exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def shows(self, text: str, *, within: float = 20.0) -> bool:
        """Whether it says this soon."""
        return eventually(lambda: text in self.output, within=within)


def eventually(true: Callable[[], bool], *, within: float) -> bool:
    """Whether it becomes true in time (seconds)."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def alive(pid: int) -> bool:
    """Whether this process runs still; one that ended and that nobody asked about does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state) and not state.startswith("Z")


Launch = Callable[..., Program]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts a stack in a folder (`launch(folder)`) and waits until it is ready."""
    programs: list[subprocess.Popen[str]] = []
    stderr = tmp_path / "stderr"

    def start(folder: Path) -> Program:
        with stderr.open("w") as log:
            command = [sys.executable, "-m", "tests.deploy.up", str(folder)]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        programs.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, stderr.read_text()
        return Program(process, json.loads(line), stderr)

    yield start
    for process in programs:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
