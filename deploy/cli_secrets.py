"""`etabli secrets`: what a stack in containers reads, made once; `etabli renew`: what is feared known, of any stack."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli_options import Folder
from deploy.containers.secrets import make_secrets
from deploy.local.progress import say
from deploy.local.renewal import RENEWABLE, renew
from deploy.stacks.reach import written_keys

FOLDER = Path("deploy/secrets")


def renewable(name: str) -> str:
    """A key that can be renewed, or a sentence that names them."""
    if name not in RENEWABLE:
        raise typer.BadParameter(f"« {name} » ne se remplace pas ainsi : {', '.join(RENEWABLE)}.")
    return name


def secrets(
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Où les faire ; à garder hors du dépôt et à sauvegarder.")
    ] = FOLDER,
) -> None:
    """Fait les secrets qui manquent à la pile en conteneurs (clés, mots de passe), sans jamais en remplacer un."""
    made = make_secrets(folder)
    say(f"Faits dans {folder} : {', '.join(made)}." if made else f"Les secrets de {folder} sont déjà là : rien n’est changé.")


def renew_key(
    name: Annotated[str, typer.Argument(metavar="CLÉ", parser=renewable, help=f"{', '.join(RENEWABLE)}.")],
    data: Folder = None,
) -> None:
    """Remplace une clé que l’on craint connue : celle des jetons, celle du coffre, le secret des services, un mot de passe."""
    say(renew(written_keys(data), name))
