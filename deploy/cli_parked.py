"""`etabli parked`: what services could not hear, listed, shown, heard again, or discarded with a reason."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from deploy.cli_options import Folder, Json, admin_token, service_name
from deploy.local.errors import CannotRun
from deploy.local.operations import discard, list_discarded, list_parked, show_parked, unpark
from deploy.local.progress import say
from deploy.stacks.reach import running_stack_addresses
from services import SERVICES

Row = dict[str, Any]
parked = typer.Typer(help="Les messages mis de côté : les voir, les faire réentendre, les écarter.", no_args_is_help=True)
AnyService = Annotated[
    str | None,
    typer.Argument(metavar="SERVICE", parser=service_name, help=f"{', '.join(SERVICES)} ; sinon tous."),
]
OneService = Annotated[str, typer.Argument(metavar="SERVICE", parser=service_name, help=f"{', '.join(SERVICES)}.")]
Coordinates = Annotated[str, typer.Argument(metavar="COORDONNÉES", help="SUJET/PARTITION/OFFSET : « parked list » les donne.")]


@parked.command(name="list")
def list_messages(
    service: AnyService = None,
    discarded: Annotated[bool, typer.Option("--discarded", help="Plutôt ceux qui ont été écartés, par qui et pourquoi.")] = False,
    data: Folder = None,
    as_json: Json = False,
) -> None:
    """Liste les messages mis de côté, ou ceux qui ont été écartés. Jamais leur contenu."""
    rows, unheard = _everywhere(list_discarded if discarded else list_parked, _urls(service, data), admin_token(data))
    if as_json:
        print(json.dumps(rows))
    elif rows or not unheard:
        _show(rows, discarded)
    for reason in unheard:
        say(reason)
    if unheard:
        raise typer.Exit(1)


def _everywhere(
    listed: Callable[[Mapping[str, str], str], Iterable[Row]], urls: Mapping[str, str], token: str
) -> tuple[list[Row], list[str]]:
    """What each service answers, and why those that do not answer do not: they hide nothing of the others."""
    rows, unheard = list[Row](), list[str]()
    for name, url in urls.items():
        try:
            rows.extend(listed({name: url}, token))
        except CannotRun as reason:
            unheard.append(str(reason))
    return rows, unheard


def _show(rows: list[Row], discarded: bool) -> None:
    fields = ("service", "coordinates", "type", "code", *(("by", "at", "reason") if discarded else ("key", "at")))
    table = Table(*(Column(FRENCH[field], overflow="fold") for field in fields))
    for row in rows:
        table.add_row(*(Text(printable(str(row[field]))) for field in fields))
    Console().print(table if rows else "Rien n’est écarté." if discarded else "Rien n’est mis de côté.")


@parked.command(name="show")
def show_message(service: OneService, coordinates: Coordinates, data: Folder = None, as_json: Json = False) -> None:
    """Montre un message mis de côté avec son contenu. Qui l’a lu est gardé."""
    found = show_parked(_urls(service, data)[service], service, coordinates, admin_token(data))
    if as_json:
        print(json.dumps(found))
        return
    for field in ("coordinates", "type", "code", "key", "at"):
        print(f"{FRENCH[field]} : {printable(str(found[field]))}")
    print(_content(found))


@parked.command(name="unpark")
def unpark_services(
    service: AnyService = None,
    like: Annotated[
        str | None,
        typer.Option("--like", metavar="COORDONNÉES", help="Seulement les messages de la même clé que celui-ci."),
    ] = None,
    data: Folder = None,
) -> None:
    """Fait réentendre, dans l’ordre, les messages mis de côté. Statut 1 s’il en reste."""
    if like and not service:
        raise typer.BadParameter("--like demande un service.")
    left = 0
    for done in unpark(_urls(service, data), admin_token(data), like=like):
        print(f"{done.service} : {done.replayed} réentendus, {done.left} restants", flush=True)
        for coordinates, code in done.stopped:
            print(f"  {coordinates} : {STOPPED.get(code, code)}", flush=True)
        left += done.left
    if left:
        raise typer.Exit(1)


@parked.command(name="discard")
def discard_message(
    service: OneService,
    coordinates: Coordinates,
    reason: Annotated[str, typer.Option("--reason", metavar="RAISON", help="Pourquoi ; gardée avec qui l’a écarté et quand.")],
    data: Folder = None,
) -> None:
    """Écarte pour toujours un message mis de côté ; ceux qui attendaient derrière lui sont réentendus."""
    discard(_urls(service, data)[service], service, coordinates, reason, admin_token(data))
    print(f"{service} : {coordinates} est écarté.")


FRENCH = {
    "service": "service", "coordinates": "coordonnées", "type": "type", "code": "code", "key": "clé", "at": "depuis",
    "by": "par", "reason": "raison",
}  # fmt: skip
STOPPED = {
    "value_expired": "son contenu, gardé trente jours, n’est plus là : il ne peut plus qu’être écarté",
    "being_replayed": "il est déjà en train d’être réentendu",
}


def printable(text: str) -> str:
    """Text that may say anything, as a terminal may show it: what would move its cursor or turn its words is written out."""
    return "".join(one if one.isprintable() or one == "\n" else f"\\u{ord(one):04x}" for one in text)


def _content(found: dict[str, Any]) -> str:
    if found["expired"]:
        return STOPPED["value_expired"].capitalize() + "."
    if found["encoding"] == "json":
        return printable(json.dumps(json.loads(found["value"]), indent=2, ensure_ascii=False))
    return printable(found["value"])


def _urls(service: str | None, data: Path | None) -> dict[str, str]:
    urls = running_stack_addresses(data).services
    return {service: urls[service]} if service else dict(urls)
