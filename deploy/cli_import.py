"""`etabli import`: what a school that joins brings with it; a file of an agency's referrals."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from deploy.cli_options import Folder, admin_token, token_of
from deploy.local.operations import list_agencies
from deploy.local.progress import progress, say
from deploy.local.referral_files import Done, Files, agency_of, sentences
from deploy.local.take_over import COLUMNS, Answer, lines_of, posting, take_over
from deploy.stacks.reach import running_stack_addresses
from shared.web.pages.french import number, several

MOST_SAID = 20
"""Refused rows that are said one by one; the file of refused rows has them all."""
importing = typer.Typer(
    help="Prendre un fichier : les élèves d’une école qui entre dans le réseau, des orientations.", no_args_is_help=True
)


@importing.command(
    name="pupils",
    help=f"""Reprend les élèves d’un fichier CSV ou XLSX, avec leurs dates passées : un par ligne.

Colonnes : {", ".join(COLUMNS)} (« ecole » est facultative avec --school). UTF-8, UTF-16 ou Windows-1252,
séparés par « ; », « , » ou tabulation ; jours 2024-09-02 ou 02/09/2024, mois 2008-05 ou 05/2008.
Aucun nom. La même ligne encore ne crée rien.
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


@importing.command(name="referrals")
def import_referrals(
    file: Annotated[Path, typer.Argument(metavar="FICHIER")],
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="ORGANISME", help="L’organisme qui oriente ; sinon le seul enregistré.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Dit ce qui arriverait, sans rien garder ni écrire.")] = False,
    data: Folder = None,
) -> None:
    """Envoie les orientations d’un fichier CSV ou XLSX, une par ligne. Le même fichier encore n’en accepte aucune deux fois.

    Le modèle à remplir : GET /referrals/imports/template. Les lignes refusées sont écrites à côté (FICHIER.rejets.csv), telles
    quelles, avec la raison : corrigées, elles s’envoient de nouveau. Statut 1 s’il y en a.
    """
    beside = () if dry_run else (file.absolute().parent,)
    referral = running_stack_addresses(data, files=[file, *beside]).services["referral"]
    tenant = agency_of(lambda: list_agencies(referral, admin_token(data)), agency)
    headers = {"Authorization": f"Bearer {token_of(data, f'agency:{tenant}:manager')}"}
    with httpx.Client(base_url=referral, trust_env=False, timeout=600, headers=headers) as client:
        went_well = _foresee(Files(client.request), file) if dry_run else _take_in(Files(client.request), file)
    if not went_well:
        raise typer.Exit(1)


def _take_in(files: Files, file: Path) -> bool:
    with progress("Orientations") as advance:
        done = files.take_in(file, advance)
    state = done.state
    if state["refused"]:
        _say_refused(files.refused(state, MOST_SAID), state["refused"])
    for sentence in (*_passed_over(state), result(state), *_end_of(done)):
        say(sentence)
    if done.rejected:
        print(done.rejected, flush=True)
    return done.went_well


def _foresee(files: Files, file: Path) -> bool:
    foreseen = files.foresee(file)
    _say_refused([one for one in foreseen["outcomes"] if one["outcome"] == "refused"][:MOST_SAID], foreseen["refused"])
    for sentence in (*_passed_over(foreseen), f"À l’essai, rien n’est gardé : {result(foreseen)}"):
        say(sentence)
    return not foreseen["refused"]


def result(state: Mapping[str, Any]) -> str:
    """How the rows of a file ended, in one sentence, and how fast."""
    told = [
        several(state["accepted"], "acceptée", "acceptées"), f"{number(state['same'])} déjà là",
        several(state["refused"], "refusée", "refusées"),
    ]  # fmt: skip
    told += [f"{number(state[name])} {words}" for name, words in MORE.items() if state[name]]
    seconds = state.get("seconds")
    rate = f", en {number(seconds, 1)} s ({number(state['done'] / max(seconds, 0.001))} lignes par seconde)" if seconds else ""
    return f"{several(state['rows'], 'ligne', 'lignes')} : {', '.join(told)}{rate}."


MORE = {"warned": "avec un avertissement", "incomplete": "avec un dossier à compléter"}


def _say_refused(rows: Sequence[Mapping[str, Any]], all_of_them: int) -> None:
    for row in rows:
        for sentence in sentences(dict(row)):
            say(sentence)
    if all_of_them > len(rows):
        say(f"… et {several(all_of_them - len(rows), 'autre ligne refusée', 'autres lignes refusées')}.")


def _passed_over(state: Mapping[str, Any]) -> Iterator[str]:
    if state["unknown_columns"]:
        yield f"Colonnes inconnues, qui n’ont pas été lues : {', '.join(state['unknown_columns'])}."
    if state["empty_rows"]:
        yield f"{several(state['empty_rows'], 'ligne vide passée', 'lignes vides passées')}."
    if state["example_rows"]:
        yield f"{several(state['example_rows'], 'ligne d’exemple du modèle passée', 'lignes d’exemple du modèle passées')}."


def _end_of(done: Done) -> Iterator[str]:
    if done.state["status"] != "done":
        yield done.state["sentence"]
    if done.rejected:
        yield f"Les lignes refusées sont dans {done.rejected}, chacune avec la raison : corrigez-les et envoyez ce fichier."
