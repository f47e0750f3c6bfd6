"""`etabli sweep`: asked of the stack's enrolment, and told in French; a day to come moves simulated clocks alone."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.local.folder import locked, written_down
from deploy.local.keys import keys_in
from deploy.stacks.addresses import Addresses
from services import SERVICES

NOTHING = {"unanswered": 0, "offers_expired": 0, "closed": 0, "reminded": 0, "offered": 0, "lapsed": 0, "failed": 0}


class Enrolment(BaseHTTPRequestHandler):
    """A service that stands on 12 May 2025, and what it was asked."""

    asked: ClassVar[list[tuple[str, Any]]] = []
    done: ClassVar[dict[str, int]] = {}
    simulated = False

    def do_POST(self) -> None:
        """Sweep, or advance the clock."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        self.answer({"on": body.get("on", "2025-05-12"), **NOTHING, **self.done})

    def do_GET(self) -> None:
        """The clock."""
        self.answer({"now": "2025-05-12T06:00:00Z", "today": "2025-05-12", "simulated": self.simulated})

    def answer(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def service() -> type[Enrolment]:
    return type("OwnEnrolment", (Enrolment,), {"asked": [], "done": {}})


@pytest.fixture
def stack(service: type[Enrolment], tmp_path: Path) -> Iterator[Path]:
    """The folder of a stack whose four services are that one."""
    keys_in(tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        addresses = Addresses(dict.fromkeys(SERVICES, url), kafka="", mongodb="", tokens={})
        with locked(tmp_path), written_down(tmp_path, addresses):
            yield tmp_path
        server.shutdown()


def sweep(stack: Path, *arguments: str) -> tuple[int, str]:
    """Its status, and what it says."""
    done = CliRunner().invoke(app, ["sweep", *arguments, "--data", str(stack)])
    return done.exit_code, done.stderr.replace("\u00a0", " ")


def test_it_says_what_a_sweep_did_or_that_there_was_nothing_to_do(stack: Path, service: type[Enrolment]) -> None:
    assert sweep(stack) == (0, "Échéances du 12/05/2025 : rien à faire.\n")
    service.done |= {"unanswered": 2, "reminded": 1}
    said = "2 candidatures sans réponse de l’école ont expiré, 1 rappel"
    assert sweep(stack, "--on", "2025-05-01") == (0, f"Échéances du 01/05/2025 : {said}.\n")
    assert service.asked == [("/sweep", {}), ("/sweep", {"on": "2025-05-01"})]


def test_what_failed_is_said_and_is_status_1(stack: Path, service: type[Enrolment]) -> None:
    service.done |= {"failed": 1}
    failed = "1 rentrée ou proposition n’a pu être traitée : le journal d’enrolment dit pourquoi."
    assert sweep(stack) == (1, f"Échéances du 12/05/2025 : rien à faire.\n{failed}\n")


@pytest.mark.parametrize(("simulated", "moved"), [(True, len(SERVICES) - 1), (False, 0)])
def test_a_day_to_come_moves_the_clocks_of_the_others_where_they_are_simulated(
    stack: Path, service: type[Enrolment], simulated: bool, moved: int
) -> None:
    service.simulated = simulated
    sweep(stack, "--on", "2025-06-12")
    clocks = [one for one in service.asked if one[0] == "/admin/clock"]
    assert clocks == [("/admin/clock", {"now": "2025-06-12T08:00:00+02:00"})] * moved
    assert service.asked[-1] == ("/sweep", {"on": "2025-06-12"})
