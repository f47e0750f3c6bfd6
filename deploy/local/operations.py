"""What ops ask of a running stack through its services' own routes: parked messages, erasures, rebuild."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from deploy.local.errors import CannotRun
from deploy.local.progress import progress

UNPARK_SECONDS = 600.0
ANSWER_SECONDS = 30.0
POLL_SECONDS = 0.5
Json = dict[str, Any]
HOLDING = ("referral", "enrolment", "production")
"""The services that keep something of a person under their own id; reporting has rows of the same facts."""


@dataclass(frozen=True)
class Unparked:
    """How many parked messages of a service were heard again, how many still cannot be, and where and why it stopped."""

    service: str
    replayed: int
    left: int
    stopped: Sequence[tuple[str, str]] = ()


def unpark(urls: Mapping[str, str], token: str, *, like: str | None = None) -> Iterator[Unparked]:
    """Have each service hear again, in order, what it had set aside, or only the story of one message."""
    for service, url in urls.items():
        answer = request(service, "POST", f"{url}/admin/{_parked(like)}/unpark" if like else f"{url}/admin/unpark", token)
        stopped = [(str(one["coordinates"]), str(one["code"])) for one in answer["stopped"]]
        yield Unparked(service, int(answer["replayed"]), int(answer["left"]), stopped)


def list_parked(urls: Mapping[str, str], token: str) -> Iterator[Json]:
    """What each service has set aside."""
    for service, url in urls.items():
        yield from ({"service": service, **row} for row in _every(service, f"{url}/admin/parked", token))


def list_discarded(urls: Mapping[str, str], token: str) -> Iterator[Json]:
    """What was discarded in each service, by whom and why."""
    for service, url in urls.items():
        yield from ({"service": service, **row} for row in _every(service, f"{url}/admin/discarded", token))


def show_parked(url: str, service: str, coordinates: str, token: str) -> Json:
    """What one message that was set aside says."""
    found: Json = request(service, "GET", f"{url}/admin/{_parked(coordinates)}", token)
    return found


def discard(url: str, service: str, coordinates: str, reason: str, token: str) -> None:
    """Have a service pass over a message for ever."""
    request(service, "POST", f"{url}/admin/{_parked(coordinates)}/discard", token, {"reason": reason})


def list_agencies(referral: str, token: str) -> list[Json]:
    """The agencies that are registered."""
    return list(_every("referral", f"{referral}/agencies", token))


def erase_person(referral: str, young_id: UUID, code: str, token: str) -> None:
    """Have a person erased, in every service."""
    request("referral", "POST", f"{referral}/persons/{young_id}/erasure", token, {"code": code})


def export_person(urls: Mapping[str, str], young_id: UUID, token: str) -> Json:
    """All that each service holds of a person, by each id that is theirs; None where that is nothing."""
    held = {str(young_id): _held(urls, str(young_id), token)}
    if not any(held[str(young_id)].values()):
        raise CannotRun("Aucun service ne garde rien de ce jeune : vérifiez l’identifiant.")
    referral = held[str(young_id)]["referral"] or {"others": ()}
    return {**held, **{other: _held(urls, other, token) for other in referral["others"]}}


def _held(urls: Mapping[str, str], young_id: str, token: str) -> Json:
    path = f"/persons/{young_id}/file"
    return {service: request(service, "GET", f"{urls[service]}{path}", token, absent=None) for service in HOLDING}


def _parked(coordinates: str) -> str:
    """The route of what is parked there."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+/[0-9]+/[0-9]+", coordinates):
        raise CannotRun("Des coordonnées s’écrivent SUJET/PARTITION/OFFSET : « etabli parked list » les donne.")
    return f"parked/{coordinates}"


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild read, could not take, and found different in the rows that it replaced (by table)."""

    read: int
    parked: int
    differing: Mapping[str, int]
    uncompared: Sequence[str]


def rebuild(reporting: str, token: str) -> Rebuilt:
    """Have reporting rebuild its rows from the topics; returns once it has ended."""
    route = f"{reporting}/admin/rebuild"
    request("reporting", "POST", route, token)
    with progress("Reconstruction des indicateurs") as advance:
        while True:
            status = request("reporting", "GET", route, token)
            advance(status["done"], status["total"])
            if not status["running"]:
                break
            time.sleep(POLL_SECONDS)
    if status["done"] < status["total"]:
        raise CannotRun(
            f"La reconstruction s’est arrêtée à {status['done']} messages sur {status['total']} : "
            "le journal de reporting dit pourquoi."
        )
    return Rebuilt(status["done"], status["parked"], status["differing"], status["uncompared"])


def _every(service: str, url: str, token: str) -> Iterator[Json]:
    """Each item of a list, which is answered in parts."""
    address = f"{url}?limit=200"
    while True:
        page = request(service, "GET", address, token)
        yield from page["items"]
        if page["next"] is None:
            return
        address = f"{url}?limit=200&cursor={quote(page['next'])}"


def request(service: str, method: str, url: str, token: str, body: Json | None = None, *, absent: Any = ...) -> Any:
    """What a service answers; where there is no such thing, `absent` if that is given. Else CannotRun, with its sentence."""
    try:
        timeout = ANSWER_SECONDS if method == "GET" else UNPARK_SECONDS
        with httpx.Client(trust_env=False, timeout=timeout) as client:  # no proxy on the loopback
            answer = client.request(method, url, headers={"Authorization": f"Bearer {token}"}, json=body)
    except httpx.HTTPError as error:
        raise CannotRun(f"{service} ne répond pas ({url}) : « etabli doctor » dit ce qui ne va pas.") from error
    if answer.status_code == 404 and absent is not ...:
        return absent
    if answer.is_error:
        raise CannotRun(f"{service} refuse : {_reason(answer)}")
    return answer.json() if answer.content else {}


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title") or answer.status_code)
    except (ValueError, AttributeError):
        return f"réponse {answer.status_code}."
