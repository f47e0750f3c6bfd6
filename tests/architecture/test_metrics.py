"""Metrics are documented as a scrape shows them, under Prometheus' own rules for names, and each is used."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from deploy.contracts import metrics
from shared.metrics import CATALOGUE
from tests.conftest import Start
from tests.web.builders import toy

ROOT = Path(__file__).parents[2]
UNITS = ("_seconds", "_messages", "_documents", "_offsets", "_info", "_total")
STATES = re.compile(
    r"etabli_(\w+_up|ready|degraded|migrating|\w+_active|\w+_running|\w+_simulated|streams_open|waiting_for_a_server)"
)


def documented() -> dict[str, tuple[str, str]]:
    """The kind and the words of each, by name, as docs/metrics.md has them."""
    rows = [line.strip("| ").split(" | ") for line in (ROOT / metrics.PAGE).read_text().splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): (row[1].strip(), row[-1].strip()) for row in rows}


async def test_a_running_service_shows_what_the_page_says_and_nothing_else_of_ours(running: Start) -> None:
    async with running(toy) as here:
        scraped = (await here.signed_out().get("/metrics")).text
    families = [one for one in text_string_to_metric_families(scraped) if one.name.startswith("etabli_")]
    suffixes = {"counter": "_total"}
    shown = {f"{one.name}{suffixes.get(one.type, '')}": (one.type, one.documentation) for one in families}
    said = {name: ("gauge" if kind == "info" else kind, words) for name, (kind, words) in documented().items()}
    assert shown == said
    labels = {measure.name: set(measure.labels) for measure in CATALOGUE}
    for family in families:
        name = f"{family.name}{suffixes.get(family.type, '')}"
        assert {frozenset(sample.labels.keys() - {"le"}) for sample in family.samples} <= {frozenset(labels[name])}


def test_the_page_is_what_the_code_says(tmp_path: Path) -> None:
    assert metrics.drift(ROOT) == []
    (tmp_path / "docs").mkdir()
    assert metrics.drift(tmp_path) == ["docs/metrics.md : le code dit autre chose (make contracts)"]


def test_names_end_in_what_they_count_in_base_units() -> None:
    odd = {one.name for one in CATALOGUE if not one.name.endswith(UNITS) and not STATES.fullmatch(one.name)}
    assert odd == set()
    assert {one.name for one in CATALOGUE if one.name.endswith("_total") != (one.kind == "counter")} == set()


def test_no_metric_is_made_elsewhere_and_none_is_made_in_vain() -> None:
    rooms = [path for room in ("shared", "services", "deploy") for path in (ROOT / room).rglob("*.py")]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in rooms}
    table = texts.pop("shared/metrics.py")
    makers = {
        name for name, text in texts.items() if re.search(r"prometheus_client import .*(Counter|Histogram|Summary|Info)", text)
    }
    assert makers == set()
    names = re.findall(r"^([A-Z_]+) = _", table, re.M)
    assert len(names) == len(CATALOGUE)
    used = {
        name
        for name in names
        if any(re.search(rf"\b{name}\b", text) for text in [*texts.values(), table.partition("def observe_delay")[2]])
    }
    assert set(names) - used == set()
