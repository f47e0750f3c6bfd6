"""`etabli partners`: what an agency or a school may do in Kafka, given to a user of its own, and taken back."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.access import partner_rules, partner_user
from deploy.brokers import rules, users
from deploy.brokers.asking import administering
from deploy.brokers.tenants import Tenants, known_tenants
from deploy.cli_options import Folder, Json
from deploy.local.errors import CannotRun
from deploy.local.private import private_files
from deploy.local.progress import say
from deploy.stacks.addresses import Addresses
from deploy.stacks.reach import running_stack_addresses
from shared.kernel.secrets import PasswordFile
from shared.messaging.topics import inbound, outbound

partners = typer.Typer(
    no_args_is_help=True, help="Les utilisateurs Kafka des partenaires : chacun lit son propre sujet, et rien d’autre."
)
Tenant = Annotated[str, typer.Argument(metavar="ORGANISME|ÉCOLE", help="Son identifiant, tel qu’il est enregistré.")]
Password = Annotated[
    Path,
    typer.Option("--password-file", metavar="FICHIER", help="Son mot de passe ; tiré au hasard et écrit là s’il n’y est pas."),
]


@partners.command()
def give(tenant: Tenant, password_file: Password, data: Folder = None) -> None:
    """Donne à un partenaire un utilisateur, qui lit son sujet et, pour un organisme, écrit dans le sien.

    Le refaire ne change rien. Avec un autre fichier, il change de mot de passe.
    """
    at = running_stack_addresses(data, files=[password_file])
    asyncio.run(_give(at, tenant, password_file))


@partners.command()
def revoke(tenant: Tenant, data: Folder = None) -> None:
    """Retire à un partenaire son utilisateur et ses droits. Le refaire ne change rien."""
    asyncio.run(_revoke(running_stack_addresses(data), tenant))


@partners.command(name="list")
def list_partners(data: Folder = None, as_json: Json = False) -> None:
    """Chaque organisme et chaque école : ses sujets, et l’utilisateur qui lui est donné, s’il l’est."""
    found = asyncio.run(_listed(running_stack_addresses(data)))
    if as_json:
        print(json.dumps(found))
    for one in () if as_json else found:
        say(f"{one['tenant']} ({one['kind']}) : {', '.join(one['topics'])} ; {one['user'] or 'aucun utilisateur'}")


async def _give(at: Addresses, tenant: str, password_file: Path) -> None:
    known = await _known(at)
    if tenant not in known.all:
        raise CannotRun(f"« {tenant} » n’est ni un organisme ni une école d’ici : « etabli partners list » les montre.")
    if tenant in known.both:
        raise CannotRun(f"« {tenant} » est un organisme et une école : l’un lirait ce qui est dit à l’autre.")
    is_agency, user = tenant in known.agencies, partner_user(tenant)
    async with _guarded(at) as (admin, there):
        wanted = set(partner_rules(tenant, is_agency=is_agency))
        given = {rule for rule in there.rules if rule.user == user}
        await users.keep(admin, user, _password(password_file))
        await rules.take_back(admin, sorted(given - wanted))
        await rules.add(admin, sorted(wanted - given))
    topics = [outbound(tenant), *([inbound(tenant)] if is_agency else [])]
    say(f"{user} lit {topics[0]}{' et écrit dans ' + topics[1] if is_agency else ''}, dans le groupe {user} ou {user}.…")
    say(f"Son mot de passe est dans {password_file} (SCRAM-SHA-512) : remettez-le-lui, puis détruisez ce fichier.")


async def _revoke(at: Addresses, tenant: str) -> None:
    user = partner_user(tenant)
    async with _guarded(at) as (admin, there):
        given = sorted(rule for rule in there.rules if rule.user == user)
        await rules.take_back(admin, given)
        known = user in await users.present(admin)
        if known:
            await users.drop(admin, user)
    say(f"{user} n’a plus aucun droit." if given or known else f"{user} n’avait aucun droit.")


async def _listed(at: Addresses) -> list[dict[str, Any]]:
    known = await _known(at)
    async with administering(at.brokers) as admin:
        there = await users.present(admin) if at.brokers.user else set()
    return [
        {
            "tenant": tenant, "kind": "organisme" if tenant in known.agencies else "école",
            "topics": [*([inbound(tenant)] if tenant in known.agencies else []), outbound(tenant)],
            "user": partner_user(tenant) if partner_user(tenant) in there else None,
        }
        for tenant in sorted(known.all)
    ]  # fmt: skip


async def _known(at: Addresses) -> Tenants:
    known = await known_tenants(at)
    if known is None:
        raise CannotRun("MongoDB ne répond pas, ou nous refuse : on ne sait pas qui sont les partenaires.")
    return known


@asynccontextmanager
async def _guarded(at: Addresses) -> AsyncIterator[tuple[AIOKafkaAdminClient, rules.Found]]:
    """An administrator of a Kafka that asks who one is, and its rules. CannotRun where anybody may do anything there."""
    async with administering(at.brokers) as admin:
        found = await rules.present(admin)
        if found is None or at.brokers.user is None:
            raise CannotRun("Ce Kafka ne demande à personne qui il est : chacun y lit tout, il n’y a pas de droit à donner.")
        yield admin, found


def _password(file: Path) -> PasswordFile:
    """Of a file; one that is not there is written, for its owner alone."""
    if not file.exists():
        with private_files():
            file.write_text(secrets.token_hex(32) + "\n")
    return PasswordFile(file)
