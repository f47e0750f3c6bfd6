"""What the doctor says of what it is told: each thing that is not well, by itself."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.cli_doctor import conclusion
from deploy.doctor.asking import Question, ask_all
from deploy.doctor.clocks import of_clock
from deploy.doctor.disk import GIGABYTE, of_disk
from deploy.doctor.finding import Finding, Verdict, act, look, well
from deploy.doctor.here import of_folder, of_keys
from deploy.doctor.kafka import of_brokers, of_partitions, of_topics
from deploy.doctor.lag import of_lag
from deploy.doctor.mongodb import direct, of_members, of_settings, of_version
from deploy.doctor.queues import of_leases, of_outbox
from deploy.doctor.services import of_belief, of_parked, of_readiness
from deploy.doctor.stack import Examined
from deploy.local.keys import keys_in
from deploy.local.servers import Servers
from deploy.stacks.addresses import Addresses
from deploy.stacks.hand_over import TYPED
from services import SERVICES
from shared.messaging.topics import topics

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
NOBODY = "http://127.0.0.1:1"
WELL, LOOK, ACT = Verdict.WELL, Verdict.LOOK, Verdict.ACT


def a_stack(data: Path, *, servers: Servers | None = None, **of: Any) -> Examined:
    """An embedded one whose services do not answer, nor its servers but for those that are given."""
    kafka, mongodb = (servers.kafka, servers.mongodb) if servers else ("127.0.0.1:1", "mongodb://127.0.0.1:1/?replicaSet=rs0")
    return Examined(Addresses(dict.fromkeys(SERVICES, NOBODY), kafka, mongodb, {}, **of), keys_in(data), data)


@pytest.fixture
def stack(tmp_path: Path) -> Examined:
    return a_stack(tmp_path)


def said(findings: Sequence[Finding]) -> list[tuple[Verdict, str]]:
    """Without the spaces that do not break."""
    return [(one.verdict, one.what.replace("\u00a0", " ").replace("\u202f", " ")) for one in findings]


async def test_who_hangs_or_fails_holds_nobody_up() -> None:
    async def answers() -> Sequence[Finding]:
        return [well("one", "là")]

    async def hangs() -> Sequence[Finding]:
        await asyncio.sleep(60)
        return []

    async def fails() -> Sequence[Finding]:
        raise RuntimeError("a password, perhaps")

    asked = [Question(name, check, "todo") for name, check in (("one", answers), ("two", hangs), ("three", fails))]
    found = await ask_all(asked, within=0.2)
    assert found.hung
    assert found.findings == [
        well("one", "là"), act("two", "pas de réponse en 0 secondes", "todo"),
        act("three", "n’a pu être examiné (RuntimeError)", "todo"),
    ]  # fmt: skip


def test_all_of_it_is_said_in_one_sentence() -> None:
    findings = [well("a", ""), look("b", "", ""), act("c", "", "")]
    assert [conclusion(findings[:count]).replace("\u00a0", " ") for count in (1, 2, 3)] == [
        "Tout va bien.", "Tout va bien ; 1 point à regarder.", "1 chose à faire, 1 point à regarder.",
    ]  # fmt: skip


def test_brokers_that_lack_are_counted_and_a_controller_is_wanted(stack: Examined) -> None:
    one = {"brokers": [{}], "controller_id": 1}
    assert said(of_brokers(stack, one, asked=1)) == [(WELL, "1 broker, contrôleur présent")]
    assert said(of_brokers(stack, one, asked=3)) == [(ACT, "2 brokers manquent sur 3")]
    assert said(of_brokers(stack, {**one, "controller_id": -1}, asked=1))[0][0] is ACT


def a_topic(*, leader: int = 1, isr: Sequence[int] = (1, 2, 3)) -> dict[str, Any]:
    return {"topic": "t", "partitions": [{"partition": 0, "leader": leader, "isr": isr, "replicas": [1, 2, 3]}]}


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (a_topic(), []),
        (a_topic(isr=(1, 2)), [(LOOK, "répliques en retard ou absentes : t/0")]),
        (a_topic(isr=(1,)), [(ACT, "trop peu de répliques pour être écrites : t/0")]),
        (a_topic(leader=-1, isr=()), [(ACT, "sans leader, ni lues ni écrites : t/0")]),
    ],
)
def test_a_partition_is_led_and_kept_enough_times(topic: Any, expected: Any, stack: Examined) -> None:
    assert said(of_partitions(stack, [topic], {"t": {"min.insync.replicas": "2"}})) == expected


def test_topics_that_lack_or_differ_are_named() -> None:
    there = [{"topic": topic.name, "partitions": [{}] * topic.partitions} for topic in topics()]
    settings = {topic.name: dict(topic.configs) for topic in topics()}
    assert said(of_topics(there, settings, topics())) == [(WELL, f"{len(there)} topics tels que voulus")]
    assert said(of_topics(there[1:], settings, topics())) == [(ACT, f"topics absents : {there[0]['topic']}")]
    settings["etabli.referral"]["retention.ms"] = "1000"
    assert "leur histoire peut se perdre : etabli.referral" in said(of_topics(there, settings, topics()))[0][1]
    there[-1]["partitions"] = []
    assert "nombre de partitions inattendu" in said(of_topics(there, settings, topics()))[0][1]


def a_member(name: str, state: int, *, behind: float = 0) -> dict[str, Any]:
    return {"name": name, "state": state, "optimeDate": NOW - timedelta(seconds=behind)}


def test_a_replica_set_has_a_primary_that_the_others_follow(stack: Examined) -> None:
    a, b, c = a_member("a", 1), a_member("b", 2), a_member("c", 2)
    assert said(of_members(stack, {"members": [a, b, c]})) == [(WELL, "primaire a, 3 membres")]
    assert said(of_members(stack, {"members": [b, c]})) == [(ACT, "aucun membre ne prend d’écriture (pas de primaire)")]
    assert said(of_members(stack, {"members": [a, a_member("b", 8), a_member("c", 2, behind=60)]}))[1:] == [
        (LOOK, "b n’est pas là, ou pas à jour"),
        (LOOK, "c suit avec 60 secondes de retard"),
    ]


@pytest.mark.parametrize(
    ("version", "data", "verdict"),
    [("8.0.4", "8.0", WELL), ("6.0.5", "6.0", LOOK), ("8.0.4", "7.0", LOOK), ("9.9.0", "9.9", WELL)],
)
def test_a_version_is_looked_after_and_that_of_its_data(version: str, data: str, verdict: Verdict) -> None:
    facts = {"version": version, "parameters": {"featureCompatibilityVersion": {"version": data}}}
    assert [one.verdict for one in of_version(facts, today=date(2026, 3, 2))] == [verdict]


def test_time_limits_and_privacy_rest_on_settings() -> None:
    assert of_settings({"parameters": {"transactionLifetimeLimitSeconds": 5}, "slow": 600_000}) == []
    assert len(of_settings({"parameters": {"transactionLifetimeLimitSeconds": 60}, "slow": 100})) == 2


def test_each_member_of_an_address_is_asked_by_itself() -> None:
    url = "mongodb://me:secret@a:1,b/db?replicaSet=rs0&tls=true"
    assert direct(url) == [f"mongodb://me:secret@{host}/?tls=true&directConnection=true" for host in ("a:1", "b")]
    assert direct("mongodb+srv://cluster/") == ["mongodb+srv://cluster/"]


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, {"kafka": "ok", "refusing": []}, (WELL, "prêt (20 ms)")),
        (200, {"kafka": "away", "refusing": []}, (ACT, "Kafka ne lui répond pas ; il garde ce qu’il a à dire")),
        (200, {"kafka": "ok", "refusing": ["group:referral"]}, (ACT, "Kafka ne le laisse pas lire (groupe referral)")),
        (200, {"kafka": "ok", "refusing": ["etabli.referral"]}, (ACT, "Kafka ne prend pas ses messages sur etabli.referral")),
        (503, {"code": "database_refused"}, (ACT, "MongoDB le refuse : son nom, son mot de passe ou ses droits")),
        (503, {"code": "migrating"}, (ACT, "met ce qu’il garde dans la forme de cette version")),
        (503, {"code": "outbox_full"}, (ACT, "trop d’événements attendent Kafka")),
        (502, {}, (ACT, "n’est pas prêt (réponse 502)")),
    ],
)
def test_why_a_service_is_not_well_is_said(status: int, answer: Any, expected: tuple[Verdict, str]) -> None:
    found = of_readiness("referral", status, answer, took=timedelta(milliseconds=20), journal="journal")
    assert said(found) == [expected]
    assert all(one.todo for one in found if one.verdict is not WELL)


def test_what_is_parked_is_counted_by_code() -> None:
    items = [{"code": "wrong_key"}, {"code": "deleted", "count": 3}, {"code": "wrong_key"}]
    (found,) = of_parked("referral", {"items": items, "next": None})
    assert said([found]) == [(LOOK, "5 messages mis de côté : 3 deleted, 2 wrong_key")]
    assert found.todo == "etabli parked list referral, puis unpark ou discard"


def test_a_service_that_does_not_believe_us_is_told() -> None:
    assert of_belief("referral", 200, "journal") == []
    assert said(of_belief("referral", 401, "journal")) == [(ACT, "ne croit pas nos jetons")]


def test_clocks_agree_as_far_as_an_answer_tells() -> None:
    asked, answered = NOW, NOW + timedelta(seconds=3)
    assert of_clock("a", NOW + timedelta(seconds=7), asked=asked, answered=answered) == []
    late = of_clock("a", NOW - timedelta(seconds=30), asked=asked, answered=answered)
    assert said(late) == [(ACT, "son horloge et la nôtre diffèrent de 30 secondes")]


@pytest.mark.parametrize(("minutes", "count", "verdict"), [(0, 5, WELL), (5, 5, LOOK), (30, 5, ACT), (0, 10_000, ACT)])
def test_an_outbox_is_judged_by_its_age_and_its_depth(minutes: int, count: int, verdict: Verdict) -> None:
    found = of_outbox("referral", count, NOW - timedelta(minutes=minutes), NOW, "journal")
    assert found.verdict is verdict


def test_a_lease_that_nobody_holds_is_told() -> None:
    held, ended = NOW + timedelta(seconds=5), NOW - timedelta(hours=3)
    leases = [{"_id": "relay", "until": ended}, {"_id": "projector", "until": held}, {"_id": "migrations", "until": ended}]
    assert said(of_leases("reporting", leases, NOW, "journal")) == [(ACT, "ne dit plus ses événements, depuis 3 heures")]
    assert [one.verdict for one in of_leases("reporting", [], NOW, "journal")] == [LOOK]


@pytest.mark.parametrize(("then", "verdict"), [(0, WELL), (4, WELL), (5, LOOK), (9, LOOK)])
def test_a_lag_is_looked_at_where_it_does_not_shrink(then: int, verdict: Verdict) -> None:
    place = ("referral", "etabli.enrolment")
    assert [one.verdict for one in of_lag({place: 5}, {place: then})] == [verdict]


@pytest.mark.parametrize(("free", "verdict"), [(50, WELL), (4, LOOK), (0.5, ACT)])
def test_a_disk_is_full_soon(free: float, verdict: Verdict) -> None:
    assert of_disk("mongodb", free=free * GIGABYTE, total=100 * GIGABYTE).verdict is verdict


def test_keys_that_others_may_read_or_that_do_not_go_together_are_told(stack: Examined) -> None:
    assert stack.data
    assert {one.subject for one in (*of_keys(stack), *of_folder(stack.data)) if one.verdict is WELL} >= {"clés"}
    stack.keys.secret.chmod(0o644)
    assert of_folder(stack.data)[0].todo == f"chmod go= {stack.keys.secret}"
    stack.keys.public.write_text('{"keys": []}')
    assert said(of_keys(stack))[0][0] is ACT
    stack.keys.private.unlink()
    assert said(of_keys(stack))[0][0] is ACT


def test_what_is_to_be_typed_is_of_its_kind_of_stack(stack: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stack.journal("mongodb") == f"tail -n 50 {stack.data}/logs/mongod.log"
    monkeypatch.setenv(TYPED, "docker compose -p essai -f deploy/compose.yaml")
    in_containers = Examined(stack.addresses, stack.keys, None)
    assert in_containers.journal("kafka") == "docker compose -p essai -f deploy/compose.yaml logs --tail 50 kafka"
