"""Every collection and topic that the code makes stands in docs/privacy.md with how long it is kept, and none besides."""

import importlib
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from services import SERVICES
from shared.events import TOPICS
from shared.messaging.topics import dead_letters, inbound, outbound
from shared.settings import Settings
from shared.web.app import _runtime

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "privacy.md"


def documented() -> dict[str, str]:
    """How long each is kept, by name."""
    table = PAGE.read_text().partition("## Durées")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| `")]
    return {name: row[3] for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def _named_in_code() -> set[str]:
    """Those that are named only when they are first used."""
    code = [path.read_text() for room in ("shared", "services") for path in (ROOT / room).rglob("*.py")]
    return {name for text in code for name in re.findall(r"(?:database|self)\[\"([a-z_]+)\"\]", text)}


@pytest.fixture(scope="module")
def made(keys: Path) -> set[str]:
    """What a running stack has: the collections of each service, and the topics."""
    settings = Settings(jwks_file=keys / "jwks.json", secret_file=keys / "secret", simulated=True)
    of_partners = {inbound("a-partner"), outbound("a-partner")}
    names = {*TOPICS, *map(dead_letters, TOPICS), *of_partners, *_named_in_code()}
    for service in SERVICES:
        runtime = _runtime(importlib.import_module(f"services.{service}.main").service(settings))
        names |= runtime.persistence.database._named.keys()
    return names


def test_whatever_is_kept_has_a_retention(made: set[str]) -> None:
    patterns = documented()
    assert {name for name in made if not any(fnmatch(name, pattern) for pattern in patterns)} == set()
    assert [name for name, kept in patterns.items() if not kept] == []


def test_nothing_is_said_of_what_nobody_makes(made: set[str]) -> None:
    by_generation = {"rows_*"}
    assert {name for name in documented() if not any(fnmatch(one, name) for one in made)} == by_generation
