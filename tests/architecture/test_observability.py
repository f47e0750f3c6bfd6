"""What Prometheus and Grafana are told: each metric exists, each alert is tried and has its heading, and promtool agrees."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from services import SERVICES
from shared.metrics import CATALOGUE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
BOARD = FOLDER / "grafana" / "boards" / "etabli.json"
RUNBOOK = ROOT / "docs" / "operations.md"
HISTOGRAM = ("_bucket", "_count", "_sum")
ALERTS = [rule for group in yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"] for rule in group["rules"]]


@pytest.fixture
def promtool() -> str:
    """Prometheus' own checker (package `prometheus`); without it its tests are skipped."""
    found = shutil.which("promtool")
    if not found:
        pytest.skip("promtool n’est pas installé (paquet prometheus) : les règles ne sont pas essayées par lui.")
    return found


def expressions(panel: Any) -> Iterator[str]:
    """Every query of the board."""
    for target in panel.get("targets", ()):
        yield target["expr"]
    for inner in panel.get("panels", ()):
        yield from expressions(inner)


def drawn() -> list[str]:
    return list(expressions(json.loads(BOARD.read_text())))


def named(expression: str) -> set[str]:
    """The metrics of ours that an expression names."""
    return set(re.findall(r"\betabli_\w+", expression))


def test_each_metric_of_a_rule_or_of_the_board_is_one_that_services_have() -> None:
    known = {f"{one.name}{suffix}" for one in CATALOGUE for suffix in (HISTOGRAM if one.kind == "histogram" else ("",))}
    asked = {name for text in [*drawn(), *(alert["expr"] for alert in ALERTS)] for name in named(text)}
    assert asked - known == set()
    labels = {label for one in CATALOGUE for label in one.labels} | {"service", "instance", "job", "le", "alertstate"}
    grouped = {label for text in drawn() for by in re.findall(r"(?:by|on) \(([^)]*)\)", text) for label in by.split(", ")}
    assert grouped - labels == set()


def test_each_alert_has_a_heading_in_the_runbook_to_which_it_leads() -> None:
    headings = {heading.lower() for heading in re.findall(r"^#+ (\w+)$", RUNBOOK.read_text(), re.M)}
    led_to = {alert["annotations"]["runbook"] for alert in ALERTS}
    assert led_to == {f"docs/operations.md#{alert['alert'].lower()}" for alert in ALERTS}
    assert {alert["alert"].lower() for alert in ALERTS} - headings == set()
    assert {alert["alert"] for alert in ALERTS if alert["labels"]["severity"] not in ("critical", "warning")} == set()
    assert [alert["alert"] for alert in ALERTS if "'" in alert["annotations"]["summary"]] == []


def test_each_alert_is_tried_to_stay_silent_to_fire_and_to_heal() -> None:
    tried = defaultdict[str, list[tuple[int, bool]]](list)
    for test in yaml.safe_load((FOLDER / "rules_test.yml").read_text())["tests"]:
        for look in test["promql_expr_test"]:
            tried[test["name"]].append((int(look["eval_time"].rstrip("m")), bool(look["exp_samples"])))
    for alert in ALERTS:
        looks = tried[alert["alert"]]
        fires = [at for at, firing in looks if firing]
        quiet = [at for at, firing in looks if not firing]
        assert fires, alert["alert"]
        assert min(quiet) < min(fires) < max(quiet), alert["alert"]


def test_prometheus_asks_each_service_wherever_its_replicas_are() -> None:
    asked = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"][0]
    assert asked["dns_sd_configs"][0]["names"] == list(SERVICES)
    down = next(alert["expr"] for alert in ALERTS if alert["alert"] == "ServiceDown")
    assert set(re.findall(r'absent\(up\{job="etabli", service="(\w+)"\}\)', down)) == set(SERVICES)


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        pytest.param(FOLDER, ("check", "config", "prometheus.yml"), id="the configuration"),
        pytest.param(FOLDER, ("test", "rules", "rules_test.yml"), id="the rules", marks=pytest.mark.slow),
    ],
)
def test_promtool_agrees_with(promtool: str, folder: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run([promtool, *command], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_reads_each_query_of_the_board(promtool: str, tmp_path: Path) -> None:
    asked = [text.replace("$__rate_interval", "5m").replace("$service", ".*") for text in drawn()]
    rules = [{"record": f"board:{number}", "expr": text} for number, text in enumerate(asked)]
    (tmp_path / "board.yml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    done = subprocess.run([promtool, "check", "rules", "board.yml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_board_is_in_french_and_its_panels_do_not_overlap() -> None:
    board = json.loads(BOARD.read_text())
    cells = [
        (x, y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert [panel["title"] for panel in board["panels"] if "'" in panel["title"] or not panel["title"]] == []
