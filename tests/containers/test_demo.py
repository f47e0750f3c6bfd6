"""The demonstration in containers: played from one of them, through the services' public interfaces."""

import subprocess

import pytest

from deploy.containers.docker import Project

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_the_demo_s_tally_is_every_indicator(stack: Project) -> None:
    play = ["run", "--rm", "--no-deps", "-T", "ops", "python", "-P", "-m", "deploy.simulation", "--pupils", "8"]
    done = subprocess.run(stack.command(*play), env=stack.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Le décompte du simulateur égale les" in done.stderr
