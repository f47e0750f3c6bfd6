"""The house holds: what a domain may import, which rooms a service has, and that a planted import fails the checks."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import SERVICES

ROOT = Path(__file__).parents[2]
ALLOWED = {*sys.stdlib_module_names, "pydantic", "pydantic_core"}


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code, to plant things in."""
    for name in ("services", "shared", "deploy", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(tree: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One of the environment's programs, on that copy."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, env=environment)


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "planted"),
    [
        ("services/enrolment/use_cases/__init__.py", "from services.enrolment.api import applications"),
        ("services/referral/views/__init__.py", "from services.referral.api import deps"),
        ("services/referral/use_cases/referring.py", "from services.referral.use_cases import intake"),
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
def test_an_import_that_runs_up_fails_the_check(file: str, planted: str, tree: Path) -> None:
    with (tree / file).open("a") as target:
        target.write(f"\n{planted}\n")
    checked = run(tree, "lint-imports", "--no-cache")
    assert checked.returncode == 1, checked.stdout
    assert "BROKEN" in checked.stdout


def test_each_folder_of_services_is_named_once() -> None:
    assert sorted(SERVICES) == sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))


@pytest.mark.slow
def test_a_fifth_service_touches_one_line_outside_its_folder(tree: Path) -> None:
    fifth = tree / "services" / "fifth"
    shutil.copytree(tree / "services" / "production", fifth)
    for file in fifth.rglob("*.py"):
        file.write_text(file.read_text().replace("services.production", "services.fifth"))
    line = tree / "services" / "__init__.py"
    line.write_text(line.read_text().replace('"reporting")', '"reporting", "fifth")'))

    assert run(tree, "lint-imports", "--no-cache").returncode == 0
    assert run(tree, "python", "-m", "deploy.contracts").returncode == 0
    assert (tree / "docs" / "contracts" / "openapi-fifth.json").exists()
    assert "fifth" in run(tree, "python", "-m", "deploy.cli", "unpark", "--help").stdout

    with (fifth / "views.py").open("a") as target:
        target.write("\nfrom services.fifth.api import orders\n")
    assert "BROKEN" in run(tree, "lint-imports", "--no-cache").stdout
