"""Play the demonstration in a simulated stack that runs already (`ETABLI_STACK` names it). Status 1 if a figure differs."""

import sys
from typing import Annotated

import typer

from deploy.local.errors import CannotRun
from deploy.local.progress import say
from deploy.simulation.run import run
from deploy.stacks.reach import running_stack_addresses, stack_keys


def play(
    pupils: Annotated[int, typer.Option(min=1, help="Nombre de jeunes orientés.")] = 40,
    seed: Annotated[int, typer.Option(help="Graine du hasard.")] = 1,
) -> None:
    """Joue la démonstration dans la pile simulée qui tourne ici, et compare chaque indicateur."""
    try:
        equal = run(running_stack_addresses(None), stack_keys(None).private, pupils=pupils, seed=seed)
    except CannotRun as reason:
        say(str(reason))
        sys.exit(1)
    sys.exit(0 if equal else 1)


if __name__ == "__main__":
    typer.run(play)
