"""Every contract by its path under docs/contracts: as the code makes it, as it is committed, as the last release published it."""

import json
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from deploy.contracts import inbound
from deploy.contracts.asyncapi import asyncapi
from deploy.contracts.openapi import openapi
from deploy.contracts.schemas import schema
from services import SERVICES
from shared.events import EVENTS, OUTBOUND_EVENTS

ROOT = Path(__file__).parents[2]
FOLDER = PurePosixPath("docs/contracts")
RELEASE = re.compile(r"v[1-9][0-9]*(\.[0-9]+)*")
Contracts = Mapping[str, Any]
"""Documents by path: `schemas/<type>.json`, `openapi-<service>.json`, `asyncapi.json`."""


@cache
def generated() -> Contracts:
    """As the code says them, which does not change while it runs. Not to be changed."""
    schemas = {f"schemas/{name}.json": schema(event) for name, event in {**EVENTS, **OUTBOUND_EVENTS}.items()}
    apis = {f"openapi-{service}.json": openapi(service) for service in SERVICES}
    return {**schemas, inbound.SCHEMA: inbound.schema(), **apis, "asyncapi.json": asyncapi()}


def committed(root: Path = ROOT) -> Contracts:
    """As they stand in the working tree."""
    folder = root / FOLDER
    return {file.relative_to(folder).as_posix(): json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))}


def published(root: Path = ROOT) -> Contracts | None:
    """As the last release (tag v1.0 or later) published them; None before the first."""
    tags = [tag for tag in _git(root, "tag", "--merged", "HEAD", "--sort=-version:refname").split() if RELEASE.fullmatch(tag)]
    if not tags:
        return None
    files = _git(root, "ls-tree", "-r", "--name-only", tags[0], "--", f"{FOLDER}/").splitlines()
    paths = [PurePosixPath(file) for file in files if file.endswith(".json")]
    return {str(path.relative_to(FOLDER)): json.loads(_git(root, "show", f"{tags[0]}:{path}")) for path in paths}


def text(contract: Any) -> str:
    """A contract as it is written down."""
    return json.dumps(contract, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write(contracts: Contracts, root: Path = ROOT) -> None:
    """Write them all down."""
    for path, contract in contracts.items():
        file = root / FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(contract))


def _git(root: Path, *arguments: str) -> str:
    """What git says; nothing in an unpacked archive, which is no repository."""
    if not (root / ".git").exists():
        return ""
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout
