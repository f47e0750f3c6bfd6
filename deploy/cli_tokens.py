"""`etabli token`: tokens and one-time links signed in somebody's name, and those that are taken back."""

from datetime import timedelta
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from deploy import links
from deploy.cli_options import Folder
from deploy.local.keys import PRINTED_LIFETIME, revoke, token
from deploy.local.progress import say
from deploy.stacks.reach import running_stack_addresses, stack_keys, written_keys


class SignsByDefault(TyperGroup):
    """What names no command of its own is a scope: `etabli token admin`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does, once the command is said."""
        named = args[:1] and args[0] in (*self.commands, "-h", "--help")
        return super().parse_args(ctx, args if named or not args else ["sign", *args])


tokens = typer.Typer(
    cls=SignsByDefault, help="Signe un jeton par portée (etabli token PORTÉE...), ou en retire.", no_args_is_help=True
)


@tokens.command(name="sign")
def sign_tokens(
    scopes: Annotated[
        list[str],
        typer.Argument(
            metavar="PORTÉE...",
            help="admin, region, federation, agency:ID[:counsellor|manager], school:ID[:head|office|workshop].",
        ),
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NOM", help="La personne que le jeton nomme ; sinon, qui lance la commande.")
    ] = None,
    data: Folder = None,
    link: Annotated[
        bool, typer.Option("--link", help="Plutôt un lien, qui ouvre les pages une fois, pendant 15 minutes.")
    ] = False,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=30, metavar="JOURS", help="Durée de validité ; sinon huit heures.")
    ] = None,
) -> None:
    """Signe un jeton par portée avec la clé de la pile : un par ligne. C’est la commande par défaut."""
    if link and days is not None:
        raise typer.BadParameter("un lien ne dure que 15 minutes.", param_hint="--days")
    keys, lifetime = stack_keys(data), PRINTED_LIFETIME if days is None else timedelta(days=days)
    addresses = running_stack_addresses(data).services if link else {}
    for one in [
        links.link(keys, scope, addresses, name=name) if link else token(keys, scope, lifetime, name=name) for scope in scopes
    ]:
        print(one)


@tokens.command(name="revoke")
def revoke_tokens(
    ids: Annotated[
        list[str],
        typer.Argument(metavar="JETON...", help="Un jeton, un lien, ou l’identifiant d’un jeton (jti) ou d’une session."),
    ],
    data: Folder = None,
) -> None:
    """Retire des jetons : aucun service de la pile n’y croit plus, et leurs flux ouverts se ferment."""
    file = written_keys(data).revoked
    for id in ids:
        say(f"Retiré : {revoke(file, id)}")
