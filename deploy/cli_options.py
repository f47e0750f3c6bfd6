"""What commands about a running stack have in common: its folder, JSON for machines, an administrator's token."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.keys import token
from deploy.stacks.pointer import POINTER
from deploy.stacks.reach import stack_keys
from services import SERVICES

Folder = Annotated[
    Path | None,
    typer.Option("--data", metavar="DOSSIER", help=f"Le dossier de la pile ; sinon la dernière lancée d’ici ({POINTER})."),
]
Json = Annotated[bool, typer.Option("--json", help="Du JSON seul, sans tableau.")]
SHORT, LONG = timedelta(minutes=15), timedelta(hours=2)


def service_name(name: str) -> str:
    """A service of ours, or a sentence that names them."""
    if name not in SERVICES:
        raise typer.BadParameter(f"« {name} » n’est pas un service : {', '.join(SERVICES)}.")
    return name


def token_of(data: Path | None, scope: str) -> str:
    """A token of this stack for a scope, for one command, in the name of who types it."""
    return token(stack_keys(data), scope, LONG)


def admin_token(data: Path | None) -> str:
    """A token of this stack's administrator, for one command."""
    return token(stack_keys(data), "admin", SHORT)
