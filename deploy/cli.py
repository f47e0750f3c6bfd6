"""The `etabli` command: a whole stack on one machine, and what ops ask of it while it runs."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli_backup import backup, restore_backup
from deploy.cli_doctor import doctor
from deploy.cli_import import importing
from deploy.cli_lag import lag
from deploy.cli_options import Folder, admin_token
from deploy.cli_parked import parked, unpark_services
from deploy.cli_partners import partners
from deploy.cli_person import person
from deploy.cli_sandbox import sandbox
from deploy.cli_secrets import renew_key, secrets
from deploy.cli_sweep import sweep
from deploy.cli_tokens import tokens
from deploy.cli_topics import topics
from deploy.cli_up import NewFolder, down, embedded_stack, interrupted_by_failure, up
from deploy.cli_upgrade import upgrade
from deploy.links import link
from deploy.local.errors import CannotRun
from deploy.local.keys import keys_in
from deploy.local.operations import rebuild
from deploy.local.progress import say
from deploy.stacks.hand_over import hand_over
from deploy.stacks.pointer import forget_compose, point_at_compose
from deploy.stacks.reach import InContainers, running_stack_addresses

if TYPE_CHECKING:
    from deploy.local.stack import Stack

app = typer.Typer(
    name="etabli",
    help="Établi sur une machine : le lancer, le montrer, l’entretenir.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command; what stops it is one sentence on stderr and exit status 1."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # we tell it ourselves, in a sentence and once
    try:
        try:
            app()
        except InContainers as stack:
            hand_over(stack.compose, sys.argv[1:], stack.files)
    except CannotRun as reason:
        say(str(reason))
        sys.exit(1)
    except PermissionError as refused:
        say(f"Vous n’avez pas le droit d’accéder à {refused.filename or refused}.")
        sys.exit(1)


app.command(name="up")(up)
app.command(name="down")(down)
app.command(name="doctor")(doctor)
app.command(name="lag")(lag)
app.add_typer(tokens, name="token")
app.add_typer(parked, name="parked")
app.add_typer(importing, name="import")
app.add_typer(person, name="person")
app.add_typer(topics, name="topics")
app.add_typer(partners, name="partners")
app.command(name="unpark")(unpark_services)
app.command(name="backup")(backup)
app.command(name="restore")(restore_backup)
app.command(name="secrets")(secrets)
app.command(name="renew")(renew_key)
app.command(name="upgrade")(upgrade)
app.command(name="sweep")(sweep)
app.command(name="sandbox")(sandbox)


@app.command()
def prepare() -> None:
    """Fait ce qui manque (topics, collections, index) aux serveurs que l’environnement désigne, avant les services."""
    from deploy.prepare import prepare as make_ready

    make_ready()


@app.command(name="point-at", hidden=True)
def point_at(
    project: str,
    files: Annotated[list[Path] | None, typer.Argument()] = None,
    variables: Annotated[list[str] | None, typer.Option("--variable", metavar="NOM=VALEUR")] = None,
) -> None:
    """Pour « make up » et « make down » : les commandes tapées ici vont à ce projet compose ; sans fichiers, plus."""
    if files:
        point_at_compose(project, files, dict(one.split("=", 1) for one in variables or ()))
    else:
        forget_compose(project)


@app.command(name="rebuild")
def rebuild_reporting(data: Folder = None) -> None:
    """Reconstruit les indicateurs depuis les événements, service ouvert. Statut 1 si des messages sont mis de côté."""
    rebuilt = rebuild(running_stack_addresses(data).services["reporting"], admin_token(data))
    say(f"Indicateurs reconstruits : {rebuilt.read} positions relues.")
    for table, rows in rebuilt.differing.items():
        say(f"Table {table} : {rows} lignes différaient de ce que disent les événements ; elles sont refaites.")
    if rebuilt.uncompared:
        say(f"Tables non comparées, leur calcul ayant changé : {', '.join(rebuilt.uncompared)}.")
    if rebuilt.parked:
        say(f"Messages mis de côté : {rebuilt.parked}. « etabli parked list » les montre.")
        raise typer.Exit(1)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="S’arrête à la fin du jeu, au lieu d’attendre Ctrl-C.")] = False,
    pupils: Annotated[int, typer.Option("--pupils", min=1, metavar="N", help="Nombre de jeunes orientés.")] = 40,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Graine du hasard : la même rejoue la même histoire.")] = 1,
    data: NewFolder = None,
) -> None:
    """Joue plusieurs promotions dans les cinq écoles de Bourgogne-Franche-Comté et compare chaque indicateur.

    Statut 1 si un indicateur diffère de ce qui a été joué, ou si un processus ne tient pas.
    """
    from deploy.simulation.run import run

    with embedded_stack(data, simulated=True) as stack:
        _show_dashboard(stack)
        with interrupted_by_failure(stack.supervisor):
            equal = run(stack.addresses, keys_in(stack.data).private, pupils=pupils, seed=seed)
            if not once:
                _show_dashboard(stack)
                say("Ctrl-C pour arrêter.")
                stack.supervisor.wait()
    if not equal:
        raise typer.Exit(1)


def _show_dashboard(stack: "Stack") -> None:
    say("Tableau de bord, en tant que Région (ce lien sert une fois, pendant 15 minutes) :")
    say(f"  {link(keys_in(stack.data), 'region', stack.addresses.services)}")
    say("Un autre : etabli token region --link")


if __name__ == "__main__":
    main()
