"""Servers and their starter, where the kernel does not tie them (macOS): run here as anywhere."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.deploy.conftest import ROOT, eventually

WATCH = "import sys; from deploy.local.tether import watch; sys.exit(watch(int(sys.argv[1]), sys.argv[2:]))"


def test_a_watched_server_is_asked_to_end_and_its_watcher_ends_as_it_did(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    server = f'trap "exit 7" TERM; touch {ready}; while :; do sleep 0.05; done'
    command = [sys.executable, "-c", WATCH, str(os.getpid()), "sh", "-c", server]
    watched = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        assert eventually(ready.exists, within=60)
        os.killpg(watched.pid, signal.SIGTERM)
        assert watched.wait(60) == 7
    finally:
        if watched.poll() is None:
            os.killpg(watched.pid, signal.SIGKILL)
            watched.wait()
