"""OpenAPI 3.1 of each service, as the service itself answers it."""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.settings import Settings
from shared.web.app import build


@cache
def openapi(service: str) -> dict[str, Any]:
    """The document of one service, made without any server. Not to be changed."""
    return application(service).openapi()


def application(service: str) -> FastAPI:
    """The application of one service, with no server behind it."""
    main = importlib.import_module(f"services.{service}.main")
    kind: type[Settings] = getattr(main, "Settings", Settings)
    nowhere: Any = {name: Path("nowhere") for name, field in kind.model_fields.items() if field.is_required()}
    return build(main.service(kind(**nowhere)))
