"""`etabli person`: what somebody may ask of their own data, by an administrator's hand."""

import json
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli_options import Folder, admin_token
from deploy.local.operations import erase_person, export_person
from deploy.local.progress import say
from deploy.stacks.reach import running_stack_addresses
from shared.events.persons import ErasureCode

person = typer.Typer(help="Les droits d’une personne sur ses données.", no_args_is_help=True)


@person.command(name="erase")
def erase(
    young_id: Annotated[UUID, typer.Argument(metavar="YOUNG_ID", help="Son identifiant opaque.")],
    code: Annotated[ErasureCode, typer.Option("--code", help="Pourquoi.")],
    data: Folder = None,
) -> None:
    """Efface pour toujours qui est cette personne, sous chacun de ses identifiants. Refusé tant qu’elle est élève."""
    erase_person(running_stack_addresses(data).services["referral"], young_id, code, admin_token(data))
    say("Effacé.")


@person.command(name="export")
def export_file(
    young_id: Annotated[UUID, typer.Argument(metavar="YOUNG_ID", help="L’identifiant opaque du jeune.")], data: Folder = None
) -> None:
    """Réunit en un JSON tout ce que les services gardent d’un jeune, et qui l’a lu. Cette lecture est notée dans l’audit."""
    file = export_person(running_stack_addresses(data).services, young_id, admin_token(data))
    print(json.dumps(file, ensure_ascii=False, indent=1))
