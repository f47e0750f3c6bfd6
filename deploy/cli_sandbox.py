"""`etabli sandbox`: a playground for a partner's software, in the stack that runs, or in one of its own."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli_options import Folder
from deploy.cli_up import embedded_stack, interrupted_by_failure
from deploy.local.errors import CannotRun
from deploy.local.keys import Keys, keys_in
from deploy.stacks.addresses import Addresses
from deploy.stacks.reach import running_stack_addresses, stack_file, stack_keys

OF_A_PLAYGROUND = {"ETABLI_WEBHOOKS_TO_LOOPBACK": "1", "ETABLI_SIMULATED_START": f"{datetime.now(UTC):%Y-%m-%dT08:00:00+00:00}"}
"""Settings of a stack that is started for one: webhooks may lead to this machine, and its clock stands on today."""


def sandbox(
    agency: Annotated[str, typer.Argument(metavar="ORGANISME", help="Son identifiant ; il est enregistré s’il ne l’est pas.")],
    data: Folder = None,
) -> None:
    """Ouvre un bac à sable : un organisme, une école qui répond seule, leurs jetons, et ce qui passe, jusqu’à Ctrl-C.

    Dans la pile simulée qui tourne, sinon dans une pile lancée pour cela. Jetons et adresses : sur la sortie, et dans
    .etabli/sandbox/agency.env et school.env. Le refaire ne crée rien deux fois. Comment s’en servir : docs/partners.
    """
    with _a_stack(data) as (at, keys):
        from deploy.sandbox.play import play

        try:
            asyncio.run(play(at, keys, agency))
        except ExceptionGroup as failed:
            raise (failed.subgroup(CannotRun) or failed).exceptions[0] from None


@contextmanager
def _a_stack(data: Path | None) -> Iterator[tuple[Addresses, Keys]]:
    """The one that runs, left running at the end; else one of our own."""
    if _one_runs(data):
        yield running_stack_addresses(data), stack_keys(data)
        return
    for name, value in OF_A_PLAYGROUND.items():
        os.environ.setdefault(name, value)
    with embedded_stack(data, simulated=True) as stack, interrupted_by_failure(stack.supervisor):
        yield stack.addresses, keys_in(stack.data)


def _one_runs(data: Path | None) -> bool:
    try:
        return stack_file(data).is_true
    except CannotRun:
        return False
