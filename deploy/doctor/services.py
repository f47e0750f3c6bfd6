"""Each service, and each replica of it: does it answer, is it ready, does it believe us, what is not well with it and why."""

import asyncio
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from deploy.doctor.clocks import of_clock
from deploy.doctor.finding import Finding, act, look, well
from deploy.doctor.stack import Examined
from shared.kernel.clock import real_now
from shared.web.pages.french import several

SECONDS = 5.0
LOOKUP_SECONDS = 3.0
WHOLE_SECOND = timedelta(seconds=1)
"""As far as HTTP dates are exact."""
MOST = 200
"""Parked messages whose codes are counted."""
NOT_READY = {
    "database_away": ("MongoDB ne lui répond pas", "voyez « mongodb » ci-dessus"),
    "database_refused": ("MongoDB le refuse : son nom, son mot de passe ou ses droits", "{journal}"),
    "starting": ("démarre encore", "attendez ; sinon {journal}"),
    "migrating": ("met ce qu’il garde dans la forme de cette version", "attendez ; sinon {journal}"),
    "outbox_full": ("trop d’événements attendent Kafka", "voyez « kafka » ci-dessus ; {journal}"),
}
Answer = Mapping[str, Any]


async def service(stack: Examined, name: str, token: str) -> Sequence[Finding]:
    """All its replicas, then what they share."""
    try:
        places = await replicas(stack, name)
    except (OSError, TimeoutError):
        return [act(name, f"{stack.addresses.services[name]} ne mène nulle part : il ne tourne pas", stack.start(name))]
    options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": SECONDS, "trust_env": False}
    async with httpx.AsyncClient(**options) as client:
        each = await asyncio.gather(*(_replica(stack, client, name, label, url) for label, url in places.items()))
        parked = await _parked(client, name, stack.addresses.services[name])
    return [*(finding for found in each for finding in found), *parked]


async def replicas(stack: Examined, name: str) -> Mapping[str, str]:
    """What each is called, and its address: those that the stack names, else all that the name of the service leads to."""
    url = stack.addresses.services[name]
    urls = stack.addresses.replicas.get(name) or await _resolved(url)
    if len(urls) == 1:
        return {name: url}
    return {f"{name} {rank}/{len(urls)}": one for rank, one in enumerate(urls, start=1)}


async def _resolved(url: str) -> Sequence[str]:
    """One address for each that its host is known by. OSError or TimeoutError where it is not known."""
    place, loop = urlsplit(url), asyncio.get_running_loop()
    async with asyncio.timeout(LOOKUP_SECONDS):
        found = await loop.getaddrinfo(place.hostname, place.port, type=socket.SOCK_STREAM, family=socket.AF_INET)
    hosts = sorted({str(address[0]) for *_, address in found})
    return [f"{place.scheme}://{host}:{place.port}" for host in hosts]


async def _replica(stack: Examined, client: httpx.AsyncClient, name: str, label: str, url: str) -> Sequence[Finding]:
    asked, journal = real_now(), stack.journal(name)
    try:
        answer = await client.get(f"{url}/health/ready")
        answered = real_now()
        believed = await client.get(f"{url}/admin/clock")
    except httpx.TimeoutException:
        return [act(label, f"ne répond pas en {SECONDS:.0f} secondes", journal)]
    except httpx.HTTPError:
        return [act(label, f"ne répond pas à {url}", stack.start(name))]
    readiness = of_readiness(label, answer.status_code, _json(answer), took=answered - asked, journal=journal)
    clock = _of_date(label, answer.headers.get("date", ""), asked=asked - WHOLE_SECOND, answered=answered)
    return [*readiness, *of_belief(label, believed.status_code, journal), *clock]


def of_readiness(label: str, status: int, said: Answer, *, took: timedelta, journal: str) -> Sequence[Finding]:
    """From what `/health/ready` answers."""
    if status != 200:
        what, todo = NOT_READY.get(str(said.get("code")), (f"n’est pas prêt (réponse {status})", "{journal}"))
        return [act(label, what, todo.format(journal=journal))]
    found = [act(label, _refusal(refused), f"etabli topics plan ; {journal}") for refused in said.get("refusing", ())]
    if said.get("kafka") == "away":
        what = "Kafka ne lui répond pas ; il garde ce qu’il a à dire"
        found.insert(0, act(label, what, f"voyez « kafka » ci-dessus ; {journal}"))
    return found or [well(label, f"prêt ({took / timedelta(milliseconds=1):.0f} ms)")]


def _refusal(refused: str) -> str:
    if refused == "cluster":
        return "Kafka le refuse tout entier : son nom, son mot de passe ou ses droits"
    kind, _, group = refused.partition(":")
    if kind == "group" and group:
        return f"Kafka ne le laisse pas lire (groupe {group})"
    return f"Kafka ne prend pas ses messages sur {refused}"


def of_belief(label: str, status: int, journal: str) -> Sequence[Finding]:
    """Whether it believes a token that our key signed. One that is not ready may have no answer to give."""
    if status == 401:
        todo = "il lit d’autres clés publiques (jwks.json) que les nôtres, ou ne peut lire la liste des jetons retirés"
        return [act(label, "ne croit pas nos jetons", f"{todo} ; {journal}")]
    return []


def _of_date(label: str, date: str, *, asked: datetime, answered: datetime) -> Sequence[Finding]:
    """Whether its clock is ours, by the date of its answer."""
    try:
        return of_clock(label, parsedate_to_datetime(date), asked=asked, answered=answered)
    except (ValueError, TypeError):
        return []


async def _parked(client: httpx.AsyncClient, name: str, url: str) -> Sequence[Finding]:
    try:
        answer = await client.get(f"{url}/admin/parked?limit={MOST}")
    except httpx.HTTPError:
        return []  # that it does not answer is said above
    return of_parked(name, _json(answer)) if answer.status_code == 200 else []


def of_parked(name: str, page: Answer) -> Sequence[Finding]:
    """What is set aside, by code, from a page of it."""
    items = page.get("items", ())
    if not items:
        return []
    codes = Counter[str]()
    for one in items:
        codes[one["code"]] += one.get("count", 1)
    by_code = ", ".join(f"{count} {code}" for code, count in codes.most_common())
    more = " au moins" if page.get("next") else ""
    what = several(codes.total(), "message mis de côté", "messages mis de côté")
    return [look(name, f"{what}{more} : {by_code}", f"etabli parked list {name}, puis unpark ou discard")]


def _json(answer: httpx.Response) -> Answer:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
