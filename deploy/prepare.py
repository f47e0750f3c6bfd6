"""Before the services start: the topics, and each service's database made ready by that service's own user."""

import asyncio
import importlib
import os
from pathlib import Path
from typing import Any

from deploy.local.errors import CannotRun
from deploy.local.progress import say
from deploy.local.topics import make_topics
from services import SERVICES
from shared.messaging.kafka import brokers_of
from shared.persistence.mongo import connect
from shared.persistence.simulated_clock import is_of_kind
from shared.settings import Settings, from_environment
from shared.web.app import prepare as prepare_service

FOLDER = "ETABLI_MONGODB_PASSWORD_FOLDER"
"""The environment variable that names where `mongodb-<service>` is, the password of each; without it, they say no name."""


def prepare() -> None:
    """Make what is missing for the servers that the environment names. Done again it changes nothing.

    CannotRun where a simulated stack is given the databases of a real one, or the reverse.
    """
    make_topics(brokers_of(from_environment(Settings)))
    for name in SERVICES:
        service = _service(name)
        asyncio.run(prepare_service(service))
        asyncio.run(keep_kind(name, service.settings))
        say(f"La base de {name} est prête.")


async def keep_kind(name: str, settings: Settings) -> None:
    """A service's database is simulated or real for ever: invented facts never mix with true ones. CannotRun for the other."""
    database = connect(settings.mongodb, f"etabli_{name}", login=settings.mongodb_login, driver=settings.mongo_driver)
    try:
        if await is_of_kind(database, simulated=settings.simulated):
            return
    finally:
        await database.close()
    raise CannotRun(
        f"La base de {name} porte des données réelles : une pile simulée (ETABLI_SIMULATED=1) prend d’autres volumes, ceux d’un "
        "autre COMPOSE_PROJECT_NAME. Enlevez ETABLI_SIMULATED pour reprendre celle-ci."
        if settings.simulated
        else f"La base de {name} porte des données simulées : relancez avec ETABLI_SIMULATED=1, ou prenez d’autres volumes "
        "(un autre COMPOSE_PROJECT_NAME)."
    )


def _service(name: str) -> Any:
    main: Any = importlib.import_module(f"services.{name}.main")
    return main.service(_as_itself(name, from_environment(main.Settings)))


def _as_itself(name: str, settings: Settings) -> Settings:
    folder = os.environ.get(FOLDER)
    if folder is None:
        return settings
    return settings.model_copy(update={"mongodb_user": name, "mongodb_password_file": Path(folder) / f"mongodb-{name}"})
