"""`etabli sweep`: what time brings to applications, done now instead of by the next sweep."""

from datetime import date, datetime
from typing import Annotated

import typer

from deploy.cli_options import Folder, admin_token
from deploy.local.progress import say
from deploy.local.sweeping import sweep_by
from deploy.stacks.reach import running_stack_addresses
from shared.web.pages.french import several

WORDS = {
    "unanswered": ("candidature sans réponse de l’école a expiré", "candidatures sans réponse de l’école ont expiré"),
    "offers_expired": ("offre a expiré", "offres ont expiré"),
    "closed": ("candidature a fini avec sa rentrée", "candidatures ont fini avec leur rentrée"),
    "reminded": ("rappel", "rappels"),
    "offered": ("place proposée ou prolongée", "places proposées ou prolongées"),
    "lapsed": ("proposition d’une autre école est sans objet", "propositions d’une autre école sont sans objet"),
}
"""What a sweep did, each once and more than once."""


def sweep(
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="JOUR", help="Ce qui échoit avant ce jour ; sans lui, aujourd’hui."),
    ] = None,
    data: Folder = None,
) -> None:
    """Fait les échéances : candidatures sans réponse, offres, rentrées closes, rappels, places à proposer.

    Refaite, elle ne fait rien de plus. Un jour à venir est refusé ; sur une pile simulée, il avance l’horloge des services.
    Statut 1 si une rentrée n’a pu être traitée : les autres le sont.
    """
    services = running_stack_addresses(data).services
    done = sweep_by(services, admin_token(data), on.date() if on else None)
    day = f"{date.fromisoformat(str(done['on'])):%d/%m/%Y}"
    told = [several(done[name], *words) for name, words in WORDS.items() if done[name]]
    say(f"Échéances du {day} : {', '.join(told) if told else 'rien à faire'}.")
    if done["failed"]:
        failed = several(
            done["failed"], "rentrée ou proposition n’a pu être traitée", "rentrées ou propositions n’ont pu être traitées"
        )
        say(f"{failed} : le journal d’enrolment dit pourquoi.")
        raise typer.Exit(1)
