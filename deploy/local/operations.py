"""What ops ask of a running stack through its services' own routes: unpark, rebuild."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.errors import CannotRun
from deploy.local.progress import progress

UNPARK_SECONDS = 600.0
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Unparked:
    """How many parked messages of a service were heard again, and how many still cannot be."""

    service: str
    replayed: int
    left: int


def unpark(urls: Mapping[str, str], token: str) -> Iterator[Unparked]:
    """Have each service hear again, in order, what it had set aside."""
    for service, url in urls.items():
        answer = _request(service, "POST", f"{url}/admin/unpark", token)
        yield Unparked(service, replayed=int(answer["replayed"]), left=int(answer["left"]))


def rebuild(reporting: str, token: str) -> int:
    """Have reporting rebuild its rows from the topics; returns how many messages it read, once it has ended."""
    route = f"{reporting}/admin/rebuild"
    _request("reporting", "POST", route, token)
    with progress("Reconstruction des indicateurs") as advance:
        while True:
            status = _request("reporting", "GET", route, token)
            advance(status["done"], status["total"])
            if not status["running"]:
                break
            time.sleep(POLL_SECONDS)
    if status["done"] < status["total"]:
        raise CannotRun(
            f"La reconstruction s’est arrêtée à {status['done']} messages sur {status['total']} : "
            "le journal de reporting dit pourquoi."
        )
    return int(status["done"])


def _request(service: str, method: str, url: str, token: str) -> dict[str, Any]:
    try:
        with httpx.Client(trust_env=False, timeout=UNPARK_SECONDS) as client:  # no proxy on the loopback
            answer = client.request(method, url, headers={"Authorization": f"Bearer {token}"})
    except httpx.HTTPError as error:
        raise CannotRun(f"{service} ne répond pas ({url} : {error}).") from error
    if answer.is_error:
        raise CannotRun(f"{service} refuse : {_reason(answer)}")
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title") or answer.status_code)
    except (ValueError, AttributeError):
        return f"réponse {answer.status_code}."
