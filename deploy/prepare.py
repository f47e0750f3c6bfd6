"""Before the services start: the topics, and each service's database made ready by that service's own user."""

import asyncio
import importlib
import os
from pathlib import Path
from typing import Any

from deploy.local.progress import say
from deploy.local.topics import make_topics
from services import SERVICES
from shared.messaging.kafka import brokers_of
from shared.settings import Settings, from_environment
from shared.web.app import prepare as prepare_service

FOLDER = "ETABLI_MONGODB_PASSWORD_FOLDER"
"""The environment variable that names where `mongodb-<service>` is, the password of each; without it, they say no name."""


def prepare() -> None:
    """Make what is missing for the servers that the environment names. Done again it changes nothing."""
    make_topics(brokers_of(from_environment(Settings)))
    for name in SERVICES:
        asyncio.run(prepare_service(_service(name)))
        say(f"La base de {name} est prête.")


def _service(name: str) -> Any:
    main: Any = importlib.import_module(f"services.{name}.main")
    return main.service(_as_itself(name, from_environment(main.Settings)))


def _as_itself(name: str, settings: Settings) -> Settings:
    folder = os.environ.get(FOLDER)
    if folder is None:
        return settings
    return settings.model_copy(update={"mongodb_user": name, "mongodb_password_file": Path(folder) / f"mongodb-{name}"})
