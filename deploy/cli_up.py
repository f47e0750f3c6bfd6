"""`etabli up` and `etabli down`: the embedded stack, as long as its shell lasts or until it is stopped."""

import json
import os
import sys
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Column, Table

from deploy.cli_options import Folder, Json
from deploy.local.errors import CannotRun
from deploy.local.progress import say
from deploy.local.signals import end_on_signal
from deploy.local.supervisor import Supervisor, nothing
from deploy.stacks.addresses import Addresses
from deploy.stacks.pointer import pointed_at
from deploy.stacks.reach import InContainers, stack_file

if TYPE_CHECKING:
    from deploy.local.stack import Stack

NewFolder = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DOSSIER",
        help="Garde ports, clés et données dans ce dossier : la prochaine pile y reprend. Sinon, tout est effacé à la fin.",
    ),
]
DETACHED = "--detached"


def up(
    data: NewFolder = None,
    as_json: Json = False,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Horloge simulée ; pages et exports disent « données simulées ».")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Rend la main une fois tout prêt ; « etabli down » arrête la pile.")
    ] = False,
    detached: Annotated[bool, typer.Option(DETACHED, hidden=True)] = False,
) -> None:
    """Lance Kafka, MongoDB et les quatre services, les surveille, et les arrête sur Ctrl-C ou avec ce terminal.

    Une fois tout prêt, donne adresses et jetons : une ligne de JSON, écrite aussi dans DOSSIER/stack.json.
    """
    if detach:
        _launch(data, as_json=as_json)
        return
    with embedded_stack(data, simulated=simulated, tied=not detached) as stack:
        print(json.dumps(stack.addresses.printed()), flush=True)
        if detached:
            _let_go(stack.data)
        else:
            if not as_json:
                _show(stack.addresses)
            say("Prêt. Ctrl-C l’arrête ; elle s’arrête aussi avec le terminal qui l’a lancée (« --detach » : non).")
        stack.supervisor.wait()


def down(data: Folder = None) -> None:
    """Arrête la pile lancée sur cette machine par « etabli up », services d’abord, et attend qu’elle le soit."""
    from deploy.local.detached import stop_running

    try:
        folder = stack_file(data).path.parent
    except InContainers as stack:
        raise CannotRun(f"{stack} « make down » l’arrête.") from None
    say(f"Arrêt de la pile de {folder}…")
    stop_running(folder)
    say("Arrêtée.")


@contextmanager
def embedded_stack(data: Path | None, *, simulated: bool, tied: bool = True) -> Iterator["Stack"]:
    """A stack, ready, in this folder or one of its own; commands run from the current folder find it. `tied` to its starter."""
    try:
        from deploy.local.stack import running_stack
        from deploy.local.temporary import clear_left_behind, temporary_folder
    except ImportError as missing:
        raise CannotRun(f"Il manque {missing.name} : installez les dépendances « local » de ce projet.") from missing
    end_on_signal(tied=tied)
    clear_left_behind()
    with ExitStack() as ending:
        folder = data or ending.enter_context(temporary_folder())
        stack = ending.enter_context(running_stack(folder, simulated=simulated, temporary=data is None))
        ending.enter_context(pointed_at(stack.data))
        yield stack


@contextmanager
def interrupted_by_failure(supervisor: Supervisor) -> Iterator[None]:
    """What goes on within ends, with the reason, once the stack could not be kept up."""
    supervisor.on_failure = interrupt_main
    try:
        yield
    except BaseException:
        supervisor.on_failure = nothing  # a second interruption would hide the reason
        supervisor.check()
        raise


def _launch(data: Path | None, *, as_json: bool) -> None:
    """The same command, detached, until it is ready."""
    from deploy.local.detached import journal, launch_detached

    if data is None and not os.access(Path.cwd(), os.W_OK):
        raise CannotRun("Rien ne peut être noté dans ce dossier, où « etabli down » chercherait la pile : donnez --data.")
    _refuse_a_second(data)
    line = launch_detached([*(one for one in sys.argv[1:] if one != "--detach"), DETACHED])
    print(line)
    if not as_json:
        _show(Addresses.read(json.loads(line)))
    how = f"« etabli down{f' --data {data}' if data else ''} » l’arrête"
    say(f"Prêt, et détaché de ce terminal. {how} ; son journal : {journal(stack_file(data).path.parent)}")


def _refuse_a_second(data: Path | None) -> None:
    """A second one that is detached would be forgotten: what the current folder points at is stopped first."""
    try:
        found = stack_file(data)
    except (CannotRun, InContainers):
        return
    if found.embedded and found.is_true:
        how = f" --data {data}" if data else ""
        raise CannotRun(f"Une pile tourne déjà, dans {found.path.parent} : « etabli down{how} » l’arrête.")


def _let_go(data: Path) -> None:
    from deploy.local.detached import let_go

    let_go(data)


def _show(addresses: Addresses) -> None:
    table = Table("", Column("adresse", overflow="fold"))
    for name, address in {**addresses.services, "kafka": addresses.kafka, "mongodb": addresses.mongodb}.items():
        table.add_row(name, _without_password(address))
    Console(stderr=True).print(table)


def _without_password(address: str) -> str:
    """An address as a screen may show it: one that was given may hold a password."""
    password = urlsplit(address).password if "//" in address else None
    return address.replace(f":{password}@", ":…@") if password else address
