"""One playground for all: `etabli sandbox` itself, in a stack of its own, and a folder with the examples."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.partners.drivers import WITHIN, Playground, Said
from tests.partners.test_pages import EXAMPLES, left_by_examples

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="package")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    here = tmp_path_factory.mktemp("partner")
    folder = here / "examples"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns(*left_by_examples()))
    command = [sys.executable, "-m", "deploy.cli", "sandbox", "mission-essai"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (here / "trace").open("w") as trace, (here / "printed").open("w") as printed:
        sandbox = subprocess.Popen(command, cwd=here, env=environment, stdout=printed, stderr=trace)
        try:
            Said(here / "trace", sandbox).until("Bac à sable prêt")
            yield Playground(folder, here, sandbox)
        finally:
            sandbox.send_signal(signal.SIGINT)
            sandbox.wait(WITHIN)


@pytest.fixture(scope="package")
def node(playground: Playground) -> str:
    """What JavaScript's examples import, at the versions and checksums of package-lock.json."""
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        got = subprocess.run(command, cwd=playground.folder, capture_output=True, text=True, timeout=WITHIN)
    except subprocess.TimeoutExpired:
        pytest.skip("npm n’a pas répondu à temps")
    if got.returncode:
        pytest.skip(f"npm n’a pas pu prendre ce dont les exemples ont besoin : {got.stderr[-200:]}")
    return "node"
