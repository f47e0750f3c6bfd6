"""What ops ask of a stack that runs: its tokens, its parked messages, a rebuild."""

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app, main
from deploy.local.folder import locked, written_down
from deploy.local.keys import keys_in
from deploy.local.operations import HOLDING
from deploy.stacks.addresses import Addresses
from deploy.stacks.pointer import pointed_at
from services import SERVICES
from shared.web.tokens import verifier

PLACE = "etabli.production/3/8"
PARKED = {
    "coordinates": PLACE, "type": "", "code": "not_cloudevents", "key": "", "at": "2026-03-02T08:15:00Z", "expired": False,
}  # fmt: skip
SAYS = {"encoding": "text", "value": '{"family_name": "Léa\x1b[2J\u202e"'}
DISCARDED = {
    "coordinates": PLACE,
    "type": "",
    "code": "no_key",
    "reason": "[b]double",
    "by": "admin x",
    "at": "2026-03-02T08:15:00Z",
}
KNOWN, ALIAS = str(UUID(int=7)), str(UUID(int=9))


class Admin(BaseHTTPRequestHandler):
    """A service with one message that still cannot be heard, and a rebuild of a thousand messages."""

    tokens: list[str]
    asked: list[tuple[str, object]]
    done = 0
    found: ClassVar[dict[str, Any]] = {"parked": 0, "differing": {}, "uncompared": []}

    def do_POST(self) -> None:
        """Unpark, discard, or begin the rebuild."""
        self.asked.append((self.path, json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")))
        stopped = [{"coordinates": PLACE, "code": "value_expired"}]
        self.answer({"replayed": 3, "left": 1, "stopped": stopped} if self.path.endswith("/unpark") else {}, 202)

    def do_GET(self) -> None:
        """What is parked, or how far the rebuild is."""
        lists = {"/admin/parked": [PARKED], "/admin/discarded": [DISCARDED]}
        path, _, query = self.path.partition("?")
        if path in lists:  # the list, then an empty part
            self.answer(
                {"items": [] if "cursor=a%3Db" in query else lists[path], "next": None if "cursor" in query else "a=b"}, 200
            )
            return
        if path.startswith("/persons/"):
            held = {KNOWN: {"sent": ["Léa"], "others": [ALIAS]}, ALIAS: {"sent": ["Lea"], "others": [KNOWN]}}
            self.answer(*((held[path.split("/")[2]], 200) if path.split("/")[2] in held else ({"detail": "Introuvable"}, 404)))
            return
        if path == f"/admin/parked/{PLACE}":
            self.answer({**PARKED, **SAYS}, 200)
            return
        type(self).done += 500
        self.answer({"done": self.done, "total": 1000, "running": self.done < 1000, **self.found}, 200)

    def answer(self, body: object, status: int) -> None:
        self.tokens.append(self.headers["Authorization"].removeprefix("Bearer "))
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def asked() -> list[tuple[str, Any]]:
    """What the service was asked to do: paths and bodies."""
    return []


@pytest.fixture
def service(asked: list[tuple[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """A service's address, and the tokens it was asked with."""
    tokens: list[str] = []
    handler = type("OwnAdmin", (Admin,), {"tokens": tokens, "asked": asked})
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


STOPPED = f"  {PLACE} : son contenu, gardé trente jours, n’est plus là : il ne peut plus qu’être écarté"


@pytest.mark.parametrize("command", [["unpark"], ["parked", "unpark"]])
def test_unpark_says_what_is_left_and_why_and_fails(
    stack: Path, service: tuple[str, list[str]], command: list[str], asked: list[tuple[str, Any]]
) -> None:
    result = etabli(*command, "--data", str(stack))
    assert result.stdout.splitlines() == [line for name in SERVICES for line in (f"{name} : 3 réentendus, 1 restants", STOPPED)]
    assert result.exit_code == 1
    assert {verifier(keys_in(stack).public)(token).organisation for token in service[1]} == {"admin"}
    assert asked == [("/admin/unpark", None)] * len(SERVICES)


def test_a_person_is_erased_for_a_reason_that_has_a_code(stack: Path, asked: list[tuple[str, Any]]) -> None:
    young_id = str(uuid.UUID(int=1))
    assert etabli("person", "erase", young_id, "--code", "person_asked", "--data", str(stack)).exit_code == 0
    assert etabli("person", "erase", young_id, "--data", str(stack)).exit_code == 2
    assert asked == [(f"/persons/{young_id}/erasure", {"code": "person_asked"})]


def test_the_story_of_one_message_is_heard_again_and_one_is_discarded_with_its_reason(
    stack: Path, asked: list[tuple[str, Any]]
) -> None:
    assert etabli("unpark", "referral", "--like", PLACE, "--data", str(stack)).exit_code == 1
    assert etabli("parked", "discard", "referral", PLACE, "--reason", "Un essai", "--data", str(stack)).exit_code == 0
    assert etabli("parked", "discard", "referral", PLACE, "--data", str(stack)).exit_code == 2  # a reason is asked for
    assert etabli("unpark", "--like", PLACE, "--data", str(stack)).exit_code == 2  # and a service
    assert asked == [(f"/admin/parked/{PLACE}/unpark", None), (f"/admin/parked/{PLACE}/discard", {"reason": "Un essai"})]


def test_what_is_parked_is_listed_and_shown_so_that_no_terminal_obeys_it(stack: Path) -> None:
    everywhere = [{"service": name, **PARKED} for name in SERVICES]
    assert json.loads(etabli("parked", "list", "--json", "--data", str(stack)).stdout) == everywhere
    assert "not_cloudevents" in etabli("parked", "list", "referral", "--data", str(stack)).stdout
    assert "[b]double" in etabli("parked", "list", "referral", "--discarded", "--data", str(stack)).stdout
    shown = etabli("parked", "show", "referral", PLACE, "--data", str(stack)).stdout
    assert shown.splitlines()[-1] == '{"family_name": "Léa\\u001b[2J\\u202e"'
    wrong = etabli("parked", "show", "referral", "../clock", "--data", str(stack))
    assert "SUJET/PARTITION/OFFSET" in str(wrong.exception)


def test_a_service_that_does_not_answer_hides_nothing_of_the_others(stack: Path) -> None:
    addresses = json.loads((stack / "stack.json").read_text())
    (stack / "stack.json").write_text(json.dumps({**addresses, "referral": "http://127.0.0.1:1"}))
    result = etabli("parked", "list", "--json", "--data", str(stack))
    assert {row["service"] for row in json.loads(result.stdout)} == {*SERVICES} - {"referral"}
    assert "referral ne répond pas (http://127.0.0.1:1" in result.stderr
    assert result.exit_code == 1


def test_a_persons_file_is_what_each_service_holds_of_them_under_each_of_their_ids(stack: Path) -> None:
    exported = etabli("person", "export", KNOWN, "--data", str(stack))
    file = {id: {service: held["sent"] for service, held in of.items()} for id, of in json.loads(exported.stdout).items()}
    assert file == {id: {service: [name] for service in HOLDING} for id, name in ((KNOWN, "Léa"), (ALIAS, "Lea"))}
    unknown = etabli("person", "export", str(UUID(int=8)), "--data", str(stack))
    assert "Aucun service ne garde rien de ce jeune" in str(unknown.exception)
    assert etabli("person", "export", "Léa", "--data", str(stack)).exit_code == 2


def test_rebuild_shows_how_far_it_is_until_the_end(stack: Path) -> None:
    result = etabli("rebuild", "--data", str(stack))
    assert result.exit_code == 0
    assert result.stderr.endswith("Indicateurs reconstruits : 1000 positions relues.\n")


def test_a_rebuild_that_found_differences_says_how_many_and_what_it_could_not_compare(
    stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Admin, "found", {"parked": 0, "differing": {"orders": 2}, "uncompared": ["weeks", "exams"]})
    result = etabli("rebuild", "--data", str(stack))
    assert result.exit_code == 0
    assert "Table orders : 2 lignes différaient de ce que disent les événements ; elles sont refaites." in result.stderr
    assert "Tables non comparées, leur calcul ayant changé : weeks, exams." in result.stderr


def test_a_rebuild_that_parked_something_says_how_much_and_where_it_is_shown_and_fails(
    stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Admin, "found", {"parked": 3, "differing": {}, "uncompared": []})
    result = etabli("rebuild", "--data", str(stack))
    assert result.exit_code == 1
    assert "Messages mis de côté : 3. « etabli parked list » les montre." in result.stderr


def test_a_stack_that_was_killed_is_not_taken_for_one_that_runs(stack: Path, tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    dead.mkdir()
    (dead / "stack.json").write_bytes((stack / "stack.json").read_bytes())
    assert "Aucune pile ne tourne dans" in str(etabli("lag", "--data", str(dead)).exception)


def test_the_stack_last_started_from_here_is_found(stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pointed_at(stack):
        assert etabli("unpark", "referral").stdout == f"referral : 3 réentendus, 1 restants\n{STOPPED}\n"
    assert "Aucune pile n’a été lancée depuis ce dossier" in str(etabli("unpark").exception)
