"""`etabli lag`: how far each service is behind what it is told."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from deploy.cli_options import Folder, Json
from deploy.doctor.queues import ago
from deploy.local.lag import Lag, folded, lags
from deploy.stacks.reach import running_stack_addresses
from services import GROUPS
from shared.kernel.clock import real_now
from shared.messaging.kafka import Brokers
from shared.web.pages.french import number

EVERY_SECONDS = 2.0


def lag(
    watch: Annotated[bool, typer.Option("--watch", help="Montre encore, toutes les deux secondes, jusqu’à Ctrl-C.")] = False,
    data: Folder = None,
    as_json: Json = False,
) -> None:
    """Montre le retard de chaque service : messages publiés qu’il n’a pas encore acquittés, et depuis quand."""
    brokers = running_stack_addresses(data).brokers
    if as_json:
        print(json.dumps([asdict(row) for row in _look(brokers)], default=datetime.isoformat))
    elif watch:
        _watch(brokers)
    else:
        Console().print(_table(_look(brokers)))


def _watch(brokers: Brokers) -> None:
    with suppress(KeyboardInterrupt), Live(_table(_look(brokers)), auto_refresh=False) as live:
        while True:
            time.sleep(EVERY_SECONDS)
            live.update(_table(_look(brokers)), refresh=True)


def _look(brokers: Brokers) -> list[Lag]:
    return folded(asyncio.run(lags(brokers, GROUPS)))


def _table(rows: list[Lag]) -> Table | Text:
    if not rows:
        return Text("Aucun service n’a encore acquitté de message.")
    table = Table("service", "topic", Column("retard", justify="right"), "depuis")
    for row in rows:
        table.add_row(row.group, row.topic, number(row.messages), ago(real_now() - row.since) if row.since else "")
    return table
