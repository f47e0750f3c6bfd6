"""Whoever keeps it running learns within seconds that all is well, or what is not."""

import subprocess

import pytest

from deploy.containers.docker import Project

pytestmark = pytest.mark.docker


def test_the_doctor_finds_a_stack_that_has_just_started_well(stack: Project) -> None:
    asked = stack.command("run", "--rm", "--no-deps", "-T", "ops", "etabli", "doctor")
    done = subprocess.run(asked, env=stack.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
