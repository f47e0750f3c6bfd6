"""`etabli person`: what an administrator decides of one person."""

from typing import Annotated
from uuid import UUID

import typer

from deploy.cli_options import Folder, admin_token
from deploy.local.folder import running_stack_addresses
from deploy.local.operations import erase_person
from deploy.local.progress import say
from shared.events.persons import ErasureCode

person = typer.Typer(help="Ce qu’un administrateur décide d’une personne.", no_args_is_help=True)


@person.callback()
def _one_command_of_several() -> None:
    """A group, though it has one command."""


@person.command(name="erase")
def erase(
    young_id: Annotated[UUID, typer.Argument(metavar="YOUNG_ID", help="Son identifiant opaque.")],
    code: Annotated[ErasureCode, typer.Option("--code", help="Pourquoi.")],
    data: Folder = None,
) -> None:
    """Efface pour toujours qui est cette personne, sous chacun de ses identifiants. Refusé tant qu’elle est élève."""
    erase_person(running_stack_addresses(data).services["referral"], young_id, code, admin_token(data))
    say("Effacé.")
