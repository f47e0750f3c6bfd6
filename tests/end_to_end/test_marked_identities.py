"""Fifty marked identities lived on the real stack: no file, log, topic nor dump shows one, nor a backup once forgotten.

They come by every road. What an agency wrote on its own topic stands there, for seven days, and nowhere else.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import bson
import httpx
import orjson
import pytest
import pytest_asyncio
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from deploy.local.keys import keys_in, sign
from deploy.local.ports import HOST
from deploy.local.servers import Servers
from deploy.local.stack import Stack, running_stack
from services import SERVICES
from services.referral.store.vault import Vault
from shared.events.students import DiplomaObtained
from shared.kernel.clock import Clock, real_now
from shared.messaging.topics import inbound
from shared.persistence.driver import ask
from shared.persistence.mongo import Database, connect
from shared.persistence.transaction import Persistence
from tests.architecture.test_privacy import documented
from tests.end_to_end.marked import files, found_in, marked, word
from tests.end_to_end.marked_roads import ROADS, walk
from tests.enrolment.life import PROGRAMME, SCHOOL, THIS_YEAR
from tests.messaging.by_hand import Put, put
from tests.own_mongod import Mongod
from tests.referral.builders import CIO, a_referral, an_identity
from tests.web.mail import mail_server

pytestmark = pytest.mark.slow
PEOPLE = 50
MAIL = 26_525
"""The port of a mail server, which says no to whom it is told of."""
WITNESS = "Jabberwock"
"""What is kept in clear, to know that whoever searches would find."""
DATABASES = ("etabli_referral", "etabli_enrolment", "etabli_production", "etabli_reporting", "local", "config", "witness")
UNCOMPRESSED = [
    "--wiredTigerCollectionBlockCompressor", "none", "--wiredTigerJournalCompressor", "none",
    "--wiredTigerIndexPrefixCompression", "false",
]  # fmt: skip
WITH_UUIDS = CodecOptions[dict[str, Any]](uuid_representation=UuidRepresentation.STANDARD)
HERE = ("school:dole:head", "dole", "dole-cap-serrurerie")


class Client:
    """Who asks the four services, by scope; what is refused says so."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def ask(self, scope: str, method: str, service: str, path: str, *, content: Any = None, **body: Any) -> Any:
        key = keys_in(self._stack.data).private
        token = sign(key, scope, sub="someone", now=real_now(), lifetime=timedelta(hours=1))
        address, headers = f"{self._stack.addresses.services[service]}{path}", {"Authorization": f"Bearer {token}"}
        sent: dict[str, Any] = {"content": content} if content else {"json": body or None}
        answer = httpx.request(method, address, headers=headers, timeout=60, trust_env=False, **sent)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def until(self, true: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 120
        while not (found := true()):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return found


@pytest.fixture
def server(not_started: Mongod) -> Mongod:
    """A mongod that compresses nothing, and writes every command into its log."""
    not_started.process.command = [*not_started.process.command, *UNCOMPRESSED]
    not_started.process.start()
    not_started.process.wait_ready()
    ask(HOST, not_started.port, {"profile": 0, "slowms": -1})
    return not_started


@pytest.fixture
def stack(server: Mongod, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The whole stack on that mongod."""
    monkeypatch.setenv("MONGODB_URL", server.url)
    mail = {"ETABLI_SMTP_HOST": HOST, "ETABLI_SMTP_PORT": f"{MAIL}", "ETABLI_SMTP_TLS": "none"}
    knobs = {"ETABLI_SMTP_SENDER": "etabli@exemple.test", "ETABLI_WEBHOOKS_TO_LOOPBACK": "true", "ETABLI_LOG_LEVEL": "DEBUG"}
    for name, value in {"ETABLI_SIMULATED_START": "2025-09-01T06:00:00+00:00", **mail, **knobs}.items():
        monkeypatch.setenv(name, value)
    with running_stack(tmp_path / "stack", simulated=True) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def databases(server: Mongod) -> AsyncIterator[dict[str, Database]]:
    """Every database there, and one to restore into."""
    found = {name: connect(server.url, name) for name in (*DATABASES, "restored")}
    yield found
    for one in found.values():
        await one.close()


def live(client: Client, servers: Servers) -> list[str]:
    """Fifty marked people referred, read, one examined all the same, one client with an order each: their young_id."""
    client.ask("admin", "PUT", "referral", f"/agencies/{CIO}", kind="cio", name="CIO", department="39")
    head, school, programme = HERE
    client.ask("admin", "PUT", "enrolment", f"/schools/{school}", **SCHOOL)
    client.ask("admin", "PUT", "enrolment", f"/schools/{school}/programmes/{programme}", **PROGRAMME)
    intake = {"school": school, "programme": programme, "seats": PEOPLE, **THIS_YEAR}
    intake_id = client.ask(head, "POST", "enrolment", "/intakes", **intake)["intake_id"]
    client.until(lambda: any(one["programmes"] for one in client.ask("admin", "GET", "referral", "/schools")["items"]))
    young_ids = [refer(client, number) for number in range(PEOPLE - ROADS)]
    walk(client.ask, client.until, servers, PEOPLE)
    for number in range(PEOPLE):
        work(client, number)
    one = f"/intakes/{intake_id}/applications/{young_ids[0]}"
    client.until(lambda: is_there(client, one))
    client.ask(head, "POST", "enrolment", f"{one}/review", overridden=True, motive=word("motive", 0))
    read = client.until(lambda: is_there(client, f"/identities/{young_ids[-1]}", "referral"))
    assert len(found_in([orjson.dumps(read)])) == 3  # words, a phone, an INE
    client.ask(f"agency:{CIO}", "GET", "referral", "/referrals")
    return young_ids


def is_there(client: Client, path: str, service: str = "enrolment") -> Any:
    try:
        return client.ask(HERE[0], "GET", service, path)
    except AssertionError:
        return None


def refer(client: Client, number: int) -> str:
    """A marked referral; the first is too young for machines."""
    identity = an_identity(birth_date="2010-10-14") if number == 0 else an_identity()
    body = marked(a_referral(identity=identity, external_id="dossier"), number)
    young_id: str = client.ask(f"agency:{CIO}", "POST", "referral", "/referrals", **body)["young_id"]
    return young_id


def work(client: Client, number: int) -> None:
    """A marked client and order."""
    said = {"name": word("client", number), "contact": word("contact", number), "kind": "person"}
    kept = client.ask(HERE[0], "POST", "production", "/clients", **said)
    client.ask(HERE[0], "POST", "production", "/orders", client_id=kept["client_id"], title=word("title", number))


def scrapes(stack: Stack) -> list[bytes]:
    """What Prometheus would read of each service."""
    return [httpx.get(f"{at}/metrics", trust_env=False).content for at in stack.addresses.services.values()]


async def dumped(databases: dict[str, Database], *names: str) -> list[bytes]:
    """Every document of these databases, as BSON and as JSON."""
    rows = []
    for name in names:
        for collection in await databases[name].names():
            rows += await databases[name][collection].patient().find()
    as_json = [orjson.dumps(row, default=as_text, option=orjson.OPT_NON_STR_KEYS) for row in rows]
    return [*(bson.encode(row, codec_options=WITH_UUIDS) for row in rows), *as_json]


def as_text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def written(server: Mongod, stack: Stack) -> dict[str, bytes]:
    """What stands on disk: mongod's files and journal, its log, Kafka's folder, the services' logs."""
    ask(HOST, server.port, {"fsync": 1})
    folders = [server.process.log.parent / "mongod", stack.data / "kafka", stack.data / "logs"]
    return {str(path): path.read_bytes().rstrip(b"\0") for path in [*files(*folders), server.process.log]}


async def test_no_identity_is_found_in_files_logs_topics_and_dumps_nor_in_a_backup_once_forgotten(
    server: Mongod, stack: Stack, databases: dict[str, Database]
) -> None:
    await databases["witness"]["said"].update({"_id": 1}, {"$set": {"said": WITNESS}}, upsert=True)
    async with mail_server(port=MAIL) as mail:
        mail.refusing["*"] = f"550 5.1.1 <{word('notices', 1)}@exemple.test> unknown"
        young_ids = await asyncio.to_thread(live, Client(stack), Servers(stack.addresses.kafka, "", None, None))

    scraped = await asyncio.to_thread(scrapes, stack)
    assert found_in(scraped) == set()
    assert all(b"etabli_http_requests_total{" in one for one in scraped)
    assert not any(id.encode() in one for id in young_ids for one in scraped)
    on_disk = written(server, stack)
    marks = {name for name, content in on_disk.items() if found_in([content])}
    assert {Path(name).parent.name for name in marks} == {f"{inbound(CIO)}-0"}  # what they wrote there themselves
    places = {Path(name).parent.name or name for name, content in on_disk.items() if WITNESS.encode() in content}
    assert {"journal", "mongod", server.process.log.parent.name} <= places  # whoever searches would find
    assert any(young_ids[0].encode() in content for name, content in on_disk.items() if "/kafka/" in name)
    dump = await dumped(databases, *DATABASES)
    assert found_in(dump) == set()
    assert sum(WITNESS.encode() in text for text in dump) >= 4  # the document and the oplog, both ways
    kept = {name for service in SERVICES for name in await databases[f"etabli_{service}"].names()}
    assert {name for name in kept if not any(fnmatch(name, pattern) for pattern in documented())} == set()

    await an_unreadable_message(stack, databases)
    assert found_in(await dumped(databases, *DATABASES)) == set()
    assert found_in([server.process.log.read_bytes(), *(path.read_bytes() for path in files(stack.data / "logs"))]) == set()

    await forget_and_restore(stack, databases, UUID(young_ids[0]), UUID(young_ids[1]))


async def an_unreadable_message(stack: Stack, databases: dict[str, Database]) -> None:
    """Somebody writes an identity into a topic by hand: it is parked, and shown to whoever is asked to look."""
    body = orjson.dumps({"family_name": word("parked", 1)})
    servers = Servers(stack.addresses.kafka, "", None, None)
    await put(servers, DiplomaObtained.topic, [Put(str(uuid4()).encode(), body, [("said", word("header", 1).encode())])])
    async with asyncio.timeout(60):
        while not any([await databases[f"etabli_{one}"]["parked"].count() for one in ("enrolment", "reporting")]):
            await asyncio.sleep(0.2)


async def forget_and_restore(stack: Stack, databases: dict[str, Database], young_id: UUID, other: UUID) -> None:
    """Forget one of two, and put back what a backup kept of both but their keys, which it does not have."""
    keys = [bytes.fromhex(keys_in(stack.data).vault.read_text())]
    database, restored = databases["etabli_referral"], databases["restored"]
    vault = Vault(database, Clock(), keys)
    backup = await database["persons"].find()
    assert len(await vault.sent_with([young_id, other])) == 2
    persistence = Persistence(database, "referral", Clock())
    await persistence.transaction(lambda session: vault.forget(young_id, session), young_id)
    for row in backup:
        await restored["persons"].insert(row)
    for row in await database["identity_keys"].find():
        await restored["identity_keys"].insert(row)
    again = await Vault(restored, Clock(), keys).sent_with([young_id, other])
    assert len(again) == 1
    assert found_in([orjson.dumps(sent.model_dump(mode="json")) for sent in again.values()]) != set()  # the other is there
    assert await Vault(databases["witness"], Clock(), keys).sent_with([young_id]) == {}
    assert found_in(await dumped(databases, "restored", "etabli_referral")) == set()
