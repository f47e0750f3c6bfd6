"""MongoDB as operations see it: a primary, members that follow it, a version that is looked after, a disk that is not full."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import Any, cast

from deploy.doctor.clocks import of_clock
from deploy.doctor.disk import of_disk
from deploy.doctor.finding import Finding, act, look, well
from deploy.doctor.stack import Examined
from deploy.stacks.wanted import SLOW_MILLISECONDS, TRANSACTION_SECONDS
from shared.kernel.clock import real_now
from shared.persistence.failures import Away, Denied
from shared.persistence.mongo import Database
from shared.web.pages.french import day as in_french
from shared.web.pages.french import several

MONGODB = "mongodb"
SUPPORTED_UNTIL = {
    "4.4": date(2024, 2, 29),
    "5.0": date(2024, 10, 31),
    "6.0": date(2025, 7, 31),
    "7.0": date(2027, 8, 31),
    "8.0": date(2029, 10, 31),
}
"""mongodb.com/legal/support-policy/lifecycles."""
FAR_BEHIND = timedelta(seconds=10)
UP = (1, 2, 7)
"""Primary, secondary, arbiter."""
Facts = Mapping[str, Any]


async def mongodb(stack: Examined) -> Sequence[Finding]:
    """Its members, then what the first one that answers is like."""
    asked = [_facts(stack, url) for url in direct(stack.addresses.mongodb)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for facts in answers:
        if not isinstance(facts, BaseException):
            return _of(stack, facts)
    if unforeseen := [error for error in answers if not isinstance(error, Away)]:
        raise cast(BaseException, unforeseen[0])
    if any(isinstance(error, Denied) for error in answers):
        who = stack.addresses.login.user if stack.addresses.login else "un inconnu"
        return [act(MONGODB, f"refuse « {who} »", f"vérifiez son mot de passe et ses droits ; {stack.journal(MONGODB)}")]
    return [act(MONGODB, "aucun membre ne répond", stack.start(MONGODB))]


def direct(url: str) -> Sequence[str]:
    """Each member that an address names, to be asked whatever its state; the address itself where it names them by DNS."""
    found = re.fullmatch(r"mongodb://(?P<who>[^@/]*@)?(?P<hosts>[^/?]+)(/[^?]*)?(\?(?P<query>.*))?", url)
    if not found:
        return [url]
    kept = [one for one in (found["query"] or "").split("&") if one and not one.startswith(("replicaSet=", "directConnection="))]
    query = "&".join([*kept, "directConnection=true"])
    return [f"mongodb://{found['who'] or ''}{host}/?{query}" for host in found["hosts"].split(",")]


async def _facts(stack: Examined, url: str) -> Facts:
    """What one member says."""
    async with stack.database("admin", url) as admin:
        parameters = {"transactionLifetimeLimitSeconds": 1, "featureCompatibilityVersion": 1}
        asked = real_now()
        return {
            "asked": asked,
            "now": (await admin.command({"hello": 1}))["localTime"].replace(tzinfo=UTC),
            "answered": real_now(),
            "members": await _members(admin),
            "version": (await admin.command({"buildInfo": 1}))["version"],
            "parameters": await admin.command({"getParameter": 1, **parameters}),
            "slow": (await admin.command({"profile": -1}))["slowms"],
            "disk": await admin.command({"dbStats": 1}),
        }


async def _members(admin: Database) -> Sequence[Facts]:
    """As this one sees them; none where it is of no replica set yet."""
    try:
        return cast(Sequence[Facts], (await admin.command({"replSetGetStatus": 1}))["members"])
    except Denied:
        raise
    except Away:
        return []


def _of(stack: Examined, facts: Facts) -> Sequence[Finding]:
    total, used = facts["disk"].get("fsTotalSize", 0), facts["disk"].get("fsUsedSize", 0)
    clock = of_clock(MONGODB, facts["now"], asked=facts["asked"], answered=facts["answered"])
    disk = of_disk(MONGODB, free=total - used, total=total)
    return [*of_members(stack, facts), *of_version(facts), *of_settings(facts), *clock, disk]


def of_members(stack: Examined, facts: Facts) -> Sequence[Finding]:
    """Whether one takes writes, and how the others follow."""
    members, journal = facts["members"], stack.journal(MONGODB)
    primary = next((one for one in members if one["state"] == 1), None)
    down = [one["name"] for one in members if one["state"] not in UP]
    found = [look(MONGODB, f"{name} n’est pas là, ou pas à jour", stack.start(MONGODB)) for name in down]
    if primary is None:
        what = "aucun membre ne prend d’écriture (pas de primaire)"
        return [*found, act(MONGODB, what, f"remettez-en la majorité ; {journal}")]
    late = {one["name"]: primary["optimeDate"] - one["optimeDate"] for one in members if one["state"] == 2}
    found += [
        look(MONGODB, f"{name} suit avec {by.total_seconds():.0f} secondes de retard", journal)
        for name, by in late.items()
        if by > FAR_BEHIND
    ]
    return [well(MONGODB, f"primaire {primary['name']}, {several(len(members), 'membre', 'membres')}"), *found]


def of_version(facts: Facts, *, today: date | None = None) -> Sequence[Finding]:
    """Whether its maker still mends it, and whether its data are of the same version as its program."""
    version, today = facts["version"], today or real_now().date()
    line = ".".join(version.split(".")[:2])
    until, compatible = SUPPORTED_UNTIL.get(line), facts["parameters"]["featureCompatibilityVersion"]["version"]
    found = []
    if until and until < today:
        what = f"version {version}, qui n’est plus entretenue depuis le {in_french(until)}"
        found.append(look(MONGODB, what, "passez à une plus récente"))
    if compatible != line:
        todo = f"db.adminCommand({{setFeatureCompatibilityVersion: '{line}', confirm: true}}), une fois sûr d’y rester"
        found.append(look(MONGODB, f"version {version}, données restées en {compatible}", todo))
    return found or [well(MONGODB, f"version {version}")]


def of_settings(facts: Facts) -> Sequence[Finding]:
    """What our time limits, and the privacy of its journal, rest on."""
    found, seconds = [], facts["parameters"]["transactionLifetimeLimitSeconds"]
    if seconds > TRANSACTION_SECONDS:
        limit = f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"
        found.append(look(MONGODB, f"un service tué retient ses écritures {seconds} secondes", f"mongod --setParameter {limit}"))
    if facts["slow"] < SLOW_MILLISECONDS:
        todo = f"mongod --slowms {SLOW_MILLISECONDS}"
        found.append(look(MONGODB, "les commandes lentes entrent avec leurs valeurs dans son journal", todo))
    return found
