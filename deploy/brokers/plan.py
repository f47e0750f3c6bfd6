"""The whole of it: topics, rules and users, as they are and as they should be."""

from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from deploy.access import PARTNER, Rule, rules
from deploy.brokers import rules as of_rules
from deploy.brokers import topics as of_topics
from deploy.brokers import users as of_users
from deploy.brokers.asking import administering
from deploy.brokers.change import Change, Kind
from deploy.brokers.tenants import Tenants
from services import SERVICES
from shared.kernel.secrets import PasswordFile, Unreadable
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import Brokers

USERS = (*SERVICES, "ops", "kafka")
OPEN = "pas d’autorisation sur ce Kafka : chacun y peut tout"


NOBODY = Tenants(frozenset(), frozenset())


@asynccontextmanager
async def planned(brokers: Brokers, tenants: Tenants | None = NOBODY) -> AsyncIterator[list[Change]]:
    """Every change; each may be made as long as this lasts. `tenants` is None where it is not known who the partners are."""
    unseen = Change(Kind.UNSEEN, "partenaires", "MongoDB ne les montre pas", "")
    async with administering(brokers) as admin:
        yield [
            *([] if tenants else [unseen]),
            *await _looked_at("topics", of_topics.changes(admin, tenants)),
            *await _looked_at("règles", _of_rules(admin, tenants)),
            *await _looked_at("utilisateurs", _of_users(admin, brokers, tenants)),
        ]


async def _looked_at(what: str, looking: Awaitable[list[Change]]) -> list[Change]:
    """What is found, or that Kafka does not let us look."""
    try:
        return await looking
    except KAFKA_ERRORS as error:
        if not is_refused(error):
            raise
        return [Change(Kind.UNSEEN, what, f"Kafka refuse de les montrer ({type(error).__name__})", "")]


async def _of_rules(admin: AIOKafkaAdminClient, tenants: Tenants | None) -> list[Change]:
    found = await of_rules.present(admin)
    if found is None:
        return [Change(Kind.UNSEEN, "règles", OPEN, "")]
    given = {rule for rule in found.rules if rule.user.startswith(PARTNER)}
    of_partners = {rule for user in {rule.user for rule in given} for rule in tenants.rules_of(user)} if tenants else given
    wanted = {*rules(), *of_partners}
    missing = [_given(admin, rule) for rule in sorted(wanted - found.rules)]
    strange = [_not_ours(admin, rule) for rule in sorted(found.rules - wanted)]
    others = Change(Kind.BY_HAND, "règles", f"{found.others} qui interdisent, ou d’un seul hôte", "aucune")
    return [*missing, *strange, *([others] if found.others else [])]


def _given(admin: AIOKafkaAdminClient, rule: Rule) -> Change:
    return Change(Kind.SAFE, f"règle {rule}", "absente", "donnée", partial(of_rules.add, admin, [rule]))


def _not_ours(admin: AIOKafkaAdminClient, rule: Rule) -> Change:
    """A service's, or a partner's, is taken back; somebody else's was given by hand, and is theirs to answer for."""
    if rule.user in SERVICES or rule.user.startswith(PARTNER):
        return Change(Kind.DESTRUCTIVE, f"règle {rule}", "donnée", "absente", partial(of_rules.take_back, admin, [rule]))
    return Change(Kind.BY_HAND, f"règle {rule}", "donnée", "inconnue d’Établi")


async def _of_users(admin: AIOKafkaAdminClient, brokers: Brokers, tenants: Tenants | None) -> list[Change]:
    if brokers.user is None or brokers.password_file is None:
        return [Change(Kind.UNSEEN, "utilisateurs", "ce Kafka ne demande à personne qui il est", "")]
    there, folder = await of_users.present(admin), brokers.password_file.parent
    found: list[Change] = []
    for user in USERS:
        found += [one async for one in _of_user(admin, brokers, user, folder / f"kafka-{user}", user in there)]
    partners = {user for user in there if user.startswith(PARTNER) and (tenants is None or tenants.rules_of(user))}
    return [*found, *_strangers(there - set(USERS) - partners)]


async def _of_user(admin: AIOKafkaAdminClient, brokers: Brokers, user: str, file: Path, is_there: bool) -> AsyncIterator[Change]:
    subject, keeping = f"utilisateur {user}", partial(of_users.keep, admin, user, PasswordFile(file))
    try:
        PasswordFile(file).read()
    except Unreadable:
        if not is_there:
            yield Change(Kind.BY_HAND, subject, "absent", f"son mot de passe n’est pas ici ({file})")
        return
    if not is_there:
        yield Change(Kind.SAFE, subject, "absent", "avec le mot de passe de son fichier", keeping)
    elif not await of_users.has_this_password(Brokers(brokers.bootstrap, user, file, brokers.ca_file)):
        yield Change(Kind.SAFE, subject, "un autre mot de passe", "celui de son fichier", keeping)


def _strangers(names: set[str]) -> Iterator[Change]:
    for name in sorted(names):
        yield Change(Kind.BY_HAND, f"utilisateur {name}", "présent", "inconnu d’Établi")
