"""A restore that was begun and is not finished: no service works on half of what it kept."""

import asyncio

import structlog

from shared.persistence.mongo import Database

RESTORING = "restoring"
"""The collection of its mark, in each database."""
PAUSE = 1.0
log = structlog.get_logger()


async def until_restored(database: Database) -> None:
    """Return once no restore of this database is under way."""
    while await database["restoring"].find_one({}):
        log.warning("start.restoring")
        await asyncio.sleep(PAUSE)
