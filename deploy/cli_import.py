"""`etabli import`: what a school that joins brings with it."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli_options import Folder, admin_token
from deploy.local.progress import progress, say
from deploy.local.take_over import COLUMNS, Answer, lines_of, posting, take_over
from deploy.stacks.reach import running_stack_addresses
from shared.web.pages.french import several

School = Annotated[str | None, typer.Option("--school", metavar="ÉCOLE", help="L’école des lignes qui n’en disent pas.")]
importing = typer.Typer(help="Reprendre ce qu’une école avait avant d’entrer dans le réseau.", no_args_is_help=True)


@importing.callback()
def _one_command_of_several() -> None:
    """A group, though it has one command."""


@importing.command(
    name="pupils",
    help=f"""Reprend les élèves d’un fichier CSV, avec leurs dates passées : un par ligne.

Colonnes : {", ".join(COLUMNS)} (« ecole » est facultative avec --school). UTF-8 ou Windows-1252, « ; » ou « , » ;
jours 2024-09-02 ou 02/09/2024, mois 2008-05 ou 05/2008. Aucun nom. La même ligne encore ne crée rien.
Sur la sortie : « référence;identifiant » de chaque élève repris ou déjà là, que l’école garde.
Chaque ligne refusée est dite avec son numéro, les autres sont reprises ; statut 1 s’il y en a.""",
)
def import_pupils(
    file: Annotated[Path, typer.Argument(metavar="FICHIER")],
    school: Annotated[
        str | None, typer.Option("--school", metavar="ÉCOLE", help="L’école des lignes qui n’en disent pas.")
    ] = None,
    data: Folder = None,
) -> None:
    lines = lines_of(file)
    enrolment, token = running_stack_addresses(data, files=[file]).services["enrolment"], admin_token(data)
    answers: list[Answer] = []
    with posting(enrolment, token) as post, progress("Élèves repris") as advance:
        for answer in take_over(post, lines, school=school):
            answers.append(answer)
            advance(len(answers), len(lines))
    for answer in answers:
        if answer.fault:
            say(f"Ligne {answer.number} : {answer.fault}")
        else:
            print(f"{answer.reference};{answer.young_id}", flush=True)
    say(summary(answers))
    if any(answer.fault for answer in answers):
        raise typer.Exit(1)


def summary(answers: list[Answer]) -> str:
    """How the lines of a file ended, in one sentence."""
    taken = sum(answer.is_new for answer in answers)
    refused = sum(answer.fault is not None for answer in answers)
    there = len(answers) - taken - refused
    return (
        f"{several(taken, 'élève repris', 'élèves repris')}, {there} déjà là, "
        f"{several(refused, 'ligne refusée', 'lignes refusées')}."
    )
