"""Whether each service keeps up with what it is told: two looks, so that a delay that grows is told from one that shrinks."""

import asyncio
from collections.abc import Mapping, Sequence

from deploy.doctor.finding import Finding, look, well
from deploy.doctor.stack import Examined
from deploy.local.errors import CannotRun
from deploy.local.lag import lags
from services import GROUPS
from shared.web.pages.french import several

LAG = "retard"
BETWEEN = 2.0
Behind = Mapping[tuple[str, str], int]
"""Messages, by group and topic."""


async def lag(stack: Examined) -> Sequence[Finding]:
    """How far each is behind, and whether that grows. Nothing where Kafka does not answer, which is said elsewhere."""
    try:
        first = await _behind(stack)
        if not any(first.values()):
            return of_lag(first, first)
        await asyncio.sleep(BETWEEN)
        return of_lag(first, await _behind(stack))
    except CannotRun:
        return []


def of_lag(first: Behind, then: Behind) -> Sequence[Finding]:
    """From two looks."""
    found = []
    for (group, topic), count in then.items():
        if not count:
            continue
        what = f"{group} a {several(count, 'message', 'messages')} de {topic} à entendre"
        shrinks = count < first.get((group, topic), count + 1)
        todo = f"etabli lag pour suivre ; si cela dure, le journal de {group} et etabli parked list {group}"
        found.append(well(LAG, f"{what}, de moins en moins") if shrinks else look(LAG, f"{what}, et cela ne baisse pas", todo))
    return found or [well(LAG, "chaque service a tout entendu")]


async def _behind(stack: Examined) -> Behind:
    return {(row.group, row.topic): row.messages for row in await lags(stack.addresses.brokers, GROUPS)}
