"""`etabli topics`: what Kafka should have and has (topics, rules, users), and the making of it."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from deploy.brokers.change import Change, Kind
from deploy.brokers.plan import NOBODY, planned
from deploy.brokers.tenants import Tenants, known_tenants
from deploy.cli_options import Folder, Json
from deploy.local.progress import say
from deploy.stacks.addresses import Addresses
from deploy.stacks.reach import running_stack_addresses
from shared.messaging.kafka import Brokers

topics = typer.Typer(
    no_args_is_help=True, help="Les topics, règles et utilisateurs de Kafka : ce qu’ils devraient être, ce qu’ils sont."
)
Yes = Annotated[bool, typer.Option("--yes", help="Fait aussi ce qui retire : une durée de garde plus courte, une règle.")]
NOTHING = "Topics, règles et utilisateurs sont comme ils doivent être."


@topics.command()
def plan(data: Folder = None, as_json: Json = False) -> None:
    """Montre ce qui manque ou diffère, et n’y touche pas."""
    found = asyncio.run(_planned(running_stack_addresses(data)))
    if as_json:
        print(json.dumps([{"kind": one.kind.name.lower(), **_said(one)} for one in found]))
    elif found:
        _show(found)
    else:
        say(NOTHING)


@topics.command()
def apply(data: Folder = None, yes: Yes = False) -> None:
    """Fait ce qui manque ; ce qui retire quelque chose, avec --yes seulement. Le refaire ne change rien.

    Jamais fait : changer le nombre de partitions, supprimer un topic ou un utilisateur.
    """
    at = running_stack_addresses(data)
    asyncio.run(_apply(at.brokers, asyncio.run(known_tenants(at)), yes=yes))


async def _planned(at: Addresses) -> list[Change]:
    async with planned(at.brokers, await known_tenants(at)) as changes:
        return changes


async def _apply(brokers: Brokers, tenants: Tenants | None = NOBODY, *, yes: bool) -> None:
    made = {Kind.SAFE, Kind.DESTRUCTIVE} if yes else {Kind.SAFE}
    async with planned(brokers, tenants) as changes:
        for one in changes:
            if one.make is not None and one.kind in made:
                await one.make()
                say(f"Fait : {_sentence(one)}")
            else:
                say(f"Laissé ({one.kind}) : {_sentence(one)}")
        if not changes:
            say(NOTHING)


def _sentence(one: Change) -> str:
    return f"{one.subject} : {one.found}{' → ' if one.wanted else ''}{one.wanted}"


def _show(changes: list[Change]) -> None:
    table = Table(*(Column(name, overflow="fold") for name in ("quoi", "est", "doit être", "suite")))
    for one in changes:
        table.add_row(one.subject, one.found, one.wanted, one.kind)
    Console().print(table)


def _said(one: Change) -> dict[str, str]:
    return {"subject": one.subject, "found": one.found, "wanted": one.wanted}
