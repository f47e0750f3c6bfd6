"""`etabli secrets`: what a stack in containers reads, made once."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.containers.secrets import make_secrets
from deploy.local.progress import say

FOLDER = Path("deploy/secrets")


def secrets(
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Où les faire ; à garder hors du dépôt et à sauvegarder.")
    ] = FOLDER,
) -> None:
    """Fait les secrets qui manquent à la pile en conteneurs (clés, mots de passe), sans jamais en remplacer un."""
    made = make_secrets(folder)
    say(f"{len(made)} secrets faits dans {folder}." if made else f"Les secrets de {folder} sont déjà là : rien n’est changé.")
