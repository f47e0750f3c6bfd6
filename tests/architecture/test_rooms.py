"""The house holds: what a domain may import, which rooms a service has, and that a planted import fails the checks."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/main.py"))
ALLOWED = {*sys.stdlib_module_names, "pydantic", "pydantic_core"}


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("service", SERVICES)
def test_a_domain_imports_the_standard_library_pydantic_the_kernel_the_events_its_labels_and_itself(service: str) -> None:
    ours = ("shared.kernel", "shared.events", f"services.{service}.labels", f"services.{service}.domain")
    foreign = {
        name
        for file in (ROOT / "services" / service / "domain").glob("*.py")
        for name in imports(file)
        if name.partition(".")[0] not in ALLOWED and not name.startswith(ours)
    }
    assert foreign == set()


@pytest.mark.parametrize(
    ("file", "planted"),
    [
        ("services/enrolment/use_cases.py", "from services.enrolment.api import applications"),
        ("services/referral/views.py", "from services.referral.api import deps"),
        ("services/referral/domain/person.py", "from services.referral.store import Store"),
        ("services/production/handlers.py", "from services.enrolment.domain import intake"),
        ("services/reporting/readings.py", "from services.reporting.dashboard import board"),
        ("shared/messaging/relay.py", "from shared.web import problems"),
        ("shared/persistence/repository.py", "import motor"),
        ("services/production/store/clients.py", "import pymongo"),
        ("deploy/local/mongod.py", "from bson import ObjectId"),
        ("services/enrolment/helpers.py", "from services.enrolment.domain import intake"),
    ],
)
def test_an_import_that_runs_up_fails_the_check(file: str, planted: str, tmp_path: Path) -> None:
    for name in ("services", "shared", "deploy", "pyproject.toml"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path)
    with (tmp_path / file).open("a") as target:
        target.write(f"\n{planted}\n")
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert checked.returncode == 1, checked.stdout
    assert "BROKEN" in checked.stdout
