"""SIGKILL of any process in mid-demo, and the region's figures are the same: every acknowledged request counts once."""

import threading
from pathlib import Path

import pytest

from deploy.local.keys import keys_in
from deploy.local.stack import running_stack
from deploy.simulation.run import run
from services import SERVICES

PUPILS, SEED = 16, 7
MOMENTS = ("refer 2021", "week 2022")
"""The first step of each kind and year is cut short: twice in a run, for a third death within a minute would stop the stack."""
INTO_THE_ACT = 0.1
"""Seconds: requests are under way."""


@pytest.mark.slow
@pytest.mark.parametrize("victim", [*SERVICES, "kafka", "mongod"])
def test_a_process_killed_in_mid_demo_costs_nothing(tmp_path: Path, victim: str) -> None:
    killed: list[str] = []
    with running_stack(tmp_path, simulated=True) as stack:

        def on_phase(name: str) -> None:
            moment, _, _month = name.partition("-")
            if moment in MOMENTS and moment not in killed:
                killed.append(moment)
                threading.Timer(INTO_THE_ACT, stack.kill, [victim]).start()

        assert run(stack.addresses, keys_in(stack.data).private, pupils=PUPILS, seed=SEED, on_phase=on_phase)
    assert killed == list(MOMENTS)
