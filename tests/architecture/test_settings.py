"""Whoever runs a service finds each environment variable in one table, which the code itself made."""

from pathlib import Path

from deploy.contracts import settings
from deploy.local.stack import environment_of
from deploy.stacks.addresses import Addresses
from services import SERVICES

ROOT = Path(__file__).parents[2]


def documented() -> dict[str, str | None]:
    return {name: field.description for one in SERVICES for name, field in settings.variables(settings.settings_of(one))}


def test_the_page_of_settings_is_what_the_services_read(tmp_path: Path) -> None:
    assert settings.drift(ROOT) == []
    (tmp_path / "docs").mkdir()
    assert settings.drift(tmp_path) == ["docs/settings.md : le code dit autre chose (make contracts)"]
    settings.write(tmp_path)
    assert settings.drift(tmp_path) == []


def test_each_setting_says_what_it_is() -> None:
    assert [name for name, description in documented().items() if not description] == []


def test_the_embedded_stack_sets_nothing_that_no_service_reads(tmp_path: Path) -> None:
    for service in SERVICES:
        given = environment_of(service, tmp_path, Addresses({}, "", "", {}), simulated=True)
        read = {name for name, _ in settings.variables(settings.settings_of(service))}
        assert {name for name in given if not name.startswith("PYTHON")} <= read
