"""What ops ask of a stack that runs: its tokens, its parked messages, a rebuild, its lag."""

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from typer.testing import CliRunner, Result

from deploy.cli import app, main
from deploy.local.folder import Addresses, locked, pointed_at, written_down
from deploy.local.keys import keys_in
from deploy.local.lag import Lag, lags
from deploy.local.servers import Servers
from services import SERVICES
from shared.web.auth import verifier


class Admin(BaseHTTPRequestHandler):
    """A service with one message that still cannot be heard, and a rebuild of a thousand messages."""

    tokens: list[str]
    done = 0

    def do_POST(self) -> None:
        """Unpark, or begin the rebuild."""
        self.answer({"replayed": 3, "left": 1} if self.path == "/admin/unpark" else {}, 202)

    def do_GET(self) -> None:
        """How far the rebuild is."""
        type(self).done += 500
        self.answer({"done": self.done, "total": 1000, "running": self.done < 1000}, 200)

    def answer(self, body: dict[str, int | bool], status: int) -> None:
        self.tokens.append(self.headers["Authorization"].removeprefix("Bearer "))
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """A service's address, and the tokens it was asked with."""
    tokens: list[str] = []
    handler = type("OwnAdmin", (Admin,), {"tokens": tokens})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", tokens
        server.shutdown()


@pytest.fixture
def stack(service: tuple[str, list[str]], tmp_path: Path) -> Iterator[Path]:
    """The folder of a stack whose four services are that one."""
    url = service[0]
    addresses = Addresses(dict.fromkeys(SERVICES, url), kafka="", mongodb="", tokens={})
    keys_in(tmp_path)
    with locked(tmp_path), written_down(tmp_path, addresses):
        yield tmp_path


def etabli(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_token_names_each_scope_asked_for(tmp_path: Path) -> None:
    check = verifier(keys_in(tmp_path).public)
    result = etabli("token", "admin", "agency:cio-dole:manager", "--data", str(tmp_path))
    assert [check(line).organisation for line in result.stdout.splitlines()] == ["admin", "agency:cio-dole"]


def test_an_unknown_scope_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys_in(tmp_path)
    monkeypatch.setattr("sys.argv", ["etabli", "token", "school", "--data", str(tmp_path)])
    with pytest.raises(SystemExit) as exit:
        main()
    assert exit.value.code == 1
    assert capsys.readouterr().err.startswith("« school » n’est pas une portée : admin, region,")


def test_unpark_says_what_is_left_and_fails(stack: Path, service: tuple[str, list[str]]) -> None:
    result = etabli("unpark", "--data", str(stack))
    assert result.stdout.splitlines() == [f"{name} : 3 réentendus, 1 restants" for name in SERVICES]
    assert result.exit_code == 1
    assert {verifier(keys_in(stack).public)(token).organisation for token in service[1]} == {"admin"}


def test_rebuild_shows_how_far_it_is_until_the_end(stack: Path) -> None:
    result = etabli("rebuild", "--data", str(stack))
    assert result.exit_code == 0
    assert "Indicateurs reconstruits : 1000 messages relus." in result.stderr


def test_a_stack_that_was_killed_is_not_taken_for_one_that_runs(stack: Path, tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    dead.mkdir()
    (dead / "stack.json").write_bytes((stack / "stack.json").read_bytes())
    assert "Aucune pile ne tourne dans" in str(etabli("lag", "--data", str(dead)).exception)


def test_the_stack_last_started_from_here_is_found(stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pointed_at(stack):
        assert etabli("unpark", "referral").stdout == "referral : 3 réentendus, 1 restants\n"
    assert "Aucune pile n’a été lancée depuis ce dossier" in str(etabli("unpark").exception)


async def test_lag_counts_what_a_group_has_yet_to_acknowledge(servers: Servers) -> None:
    topic = group = f"lag-{uuid.uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka) as producer:
        for partition in (0, 0, 0, 1):
            await producer.send_and_wait(topic, b"said", partition=partition)
    async with AIOKafkaConsumer(bootstrap_servers=servers.kafka, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.commit({TopicPartition(topic, 0): 2})

    assert await lags(servers.kafka, [group, "nobody"]) == [Lag(group, topic, messages=2)]


async def test_marks_of_transactions_and_what_was_aborted_are_no_lag(servers: Servers) -> None:
    topic = group = f"lag-{uuid.uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 3, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, transactional_id=topic) as producer:
        for aborted in (False, True):
            await producer.begin_transaction()
            for partition in (0, 1, 2) if not aborted else (0,):
                await (await producer.send(topic, b"said", partition=partition))
            await (producer.abort_transaction() if aborted else producer.commit_transaction())
    async with AIOKafkaConsumer(bootstrap_servers=servers.kafka, group_id=group, enable_auto_commit=False) as consumer:
        partitions = [TopicPartition(topic, partition) for partition in range(3)]
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 1))
        assert await lags(servers.kafka, [group]) == [Lag(group, topic, messages=0)]
        await consumer.commit({partitions[1]: 0})
        assert await lags(servers.kafka, [group]) == [Lag(group, topic, messages=2)]
