"""`etabli topics`: what Kafka should have beside what it has; what takes something away is made only when told."""

from collections.abc import Iterable

import pytest
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.access import Rule
from deploy.brokers import rules, users
from deploy.brokers.asking import administering
from deploy.brokers.change import Change, Kind
from deploy.brokers.plan import planned
from deploy.cli_topics import _apply
from deploy.local.servers import Servers
from shared.kernel.secrets import PasswordFile
from shared.messaging.kafka import Brokers
from tests.access.servers import Guarded
from tests.waiting import soon


def said(changes: Iterable[Change]) -> set[tuple[Kind, str, str, str]]:
    return {(one.kind, one.subject, one.found, one.wanted) for one in changes}


def a_topic(name: str, **configs: str) -> ConfigResource:
    return ConfigResource(ConfigResourceType.TOPIC, name, configs or None)


async def found(brokers: Brokers) -> set[tuple[Kind, str, str, str]]:
    async with planned(brokers) as changes:
        return said(changes)


async def ends_as(brokers: Brokers, wanted: set[tuple[Kind, str, str, str]]) -> bool:
    """Whether that is what is found, once the broker has heard of what its controller has just answered."""
    return await soon(lambda: found(brokers), lambda one: one == wanted) == wanted


async def test_a_kafka_that_is_open_to_all_is_said_to_be(servers: Servers) -> None:
    unseen = {(kind, subject) for kind, subject, *_ in await found(servers.brokers) if kind is Kind.UNSEEN}
    assert unseen == {(Kind.UNSEEN, "règles"), (Kind.UNSEEN, "utilisateurs")}


@pytest.mark.slow
async def test_what_is_as_it_should_be_is_left(guarded: Guarded, capsys: pytest.CaptureFixture[str]) -> None:
    assert await found(guarded.brokers("ops")) == set()
    await _apply(guarded.brokers("ops"), yes=True)
    assert "comme ils doivent être" in capsys.readouterr().err


@pytest.mark.slow
async def test_who_is_no_administrator_is_told_what_could_not_be_seen(guarded: Guarded) -> None:
    assert {kind for kind, *_ in await found(guarded.brokers("enrolment"))} == {Kind.UNSEEN}


@pytest.mark.slow
async def test_a_rule_and_a_password_that_lack_are_made_and_what_a_service_may_besides_is_taken_back_when_told(
    guarded: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    ops = guarded.brokers("ops")
    lacking = Rule("enrolment", "Write", "topic", "literal", "etabli.enrolment")
    forged = Rule("production", "Write", "topic", "literal", "etabli.enrolment")
    partner = Rule("agence-dole", "Write", "topic", "literal", "etabli.inbound.dole")
    async with administering(ops) as admin:
        await rules.take_back(admin, [lacking])
        await rules.add(admin, [forged, partner])
        await users.keep(admin, "referral", PasswordFile(guarded.passwords / "kafka-enrolment"))
        await users.keep(admin, "agence-dole", PasswordFile(guarded.passwords / "kafka-enrolment"))
    wanted = {
        (Kind.SAFE, f"règle {lacking}", "absente", "donnée"),
        (Kind.DESTRUCTIVE, f"règle {forged}", "donnée", "absente"),
        (Kind.BY_HAND, f"règle {partner}", "donnée", "inconnue d’Établi"),
        (Kind.SAFE, "utilisateur referral", "un autre mot de passe", "celui de son fichier"),
        (Kind.BY_HAND, "utilisateur agence-dole", "présent", "inconnu d’Établi"),
    }
    assert await ends_as(ops, wanted)

    await _apply(ops, yes=False)
    left = {one for one in wanted if one[0] is not Kind.SAFE}
    assert await ends_as(ops, left)
    said = capsys.readouterr().err
    assert f"Laissé (fait par « apply --yes ») : règle {forged}" in said
    await _apply(ops, yes=True)
    assert await ends_as(ops, {one for one in left if one[0] is Kind.BY_HAND})
    assert (guarded.passwords / "kafka-referral").read_text().strip() not in said + capsys.readouterr().err
    async with administering(ops) as admin:
        await rules.take_back(admin, [partner])
        await users.drop(admin, "agence-dole")


@pytest.mark.slow
async def test_a_topic_that_lacks_is_made_and_one_that_would_forget_is_kept_for_longer(guarded: Guarded) -> None:
    ops, dead = guarded.brokers("ops"), "dlq.etabli.catalogue"
    async with administering(ops) as admin:
        await admin.delete_topics(["dlq.etabli.referral"])
        await admin.alter_configs([a_topic("etabli.production", **{"retention.ms": "1000", "max.message.bytes": "777"})])
        await admin.alter_configs([a_topic(dead, **{"retention.ms": "-1"})])
        await admin.create_topics([NewTopic("etabli.enrolement", 1, 1)])
    month = str(30 * 24 * 3600 * 1000)
    left = {
        (Kind.DESTRUCTIVE, f"topic {dead}, retention.ms", "-1", month),
        (Kind.BY_HAND, "topic etabli.enrolement", "présent", "inconnu d’Établi"),
    }
    made = {
        (Kind.SAFE, "topic dlq.etabli.referral", "absent"), (Kind.SAFE, "topic etabli.production, retention.ms", "1000"),
    }  # fmt: skip
    assert {one[:3] for one in await soon(lambda: found(ops), lambda all_: {one[:3] for one in all_} >= made)} >= made
    await _apply(ops, yes=False)
    after = await soon(lambda: found(ops), lambda all_: all_ >= left and not {one[:3] for one in all_} & made)
    assert after & left == left
    assert not {one[:3] for one in after} & made
    async with administering(ops) as admin:
        (answer,) = await admin.describe_configs([a_topic("etabli.production")])
    configs = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    assert (configs["retention.ms"], configs["max.message.bytes"]) == ("-1", "777"), "what the table does not name is left"
    await _apply(ops, yes=True)
    after = await soon(lambda: found(ops), lambda all_: Kind.DESTRUCTIVE not in {one[0] for one in all_})
    assert Kind.DESTRUCTIVE not in {one[0] for one in after}
    assert (Kind.BY_HAND, "topic etabli.enrolement", "présent", "inconnu d’Établi") in after
    async with administering(ops) as admin:
        await admin.delete_topics(["etabli.enrolement"])
