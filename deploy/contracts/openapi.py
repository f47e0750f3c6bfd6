"""OpenAPI 3.1 of each service, as the service itself answers it."""

import importlib
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.settings import Settings
from shared.web.app import build


def openapi(service: str) -> dict[str, Any]:
    """The document of one service, made without any server."""
    return application(service).openapi()


def application(service: str) -> FastAPI:
    """The application of one service, with no server behind it."""
    main = importlib.import_module(f"services.{service}.main")
    nowhere = Path("nowhere")
    settings: Settings = getattr(main, "Settings", Settings)(jwks_file=nowhere, secret_file=nowhere)
    return build(main.service(settings))
