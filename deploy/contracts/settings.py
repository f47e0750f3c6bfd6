"""docs/settings.md: every environment variable of every service, made from the services' own settings."""

import importlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from services import SERVICES
from shared.settings import Settings

PAGE = PurePosixPath("docs/settings.md")
HEAD = """\
# Settings

The environment variables that the services read. Made from their settings by `make contracts`; do not edit. OpenTelemetry's own
(`OTEL_…`) are read too: [architecture](architecture.md#one-trace).

A password (`…_PASSWORD_FILE`) is read from its file at each connection to Kafka, and by MongoDB's driver when its
client is made, which is done anew once one was refused. So a password is changed without a restart: write the file,
then have the server know it. For Kafka that is `etabli topics apply`, where the files of all users are beside the
administrator's; for MongoDB, `db.changeUserPassword` in the service's own database. Connections that stand are not
ended. A user without a password that can be read: the service says which variable, and ends with 2. In a file that
Docker lends (a secret), write over the content: a file put in its place is not seen before the container is made
again.

| variable | without it | read by | what it is |
|---|---|---|---|
"""


def settings_of(service: str) -> type[Settings]:
    """The settings that a service reads: its own, or those that all have."""
    kind: type[Settings] = importlib.import_module(f"services.{service}.main").Settings
    return kind


def page() -> str:
    """The whole page."""
    readers: dict[str, list[str]] = {}
    fields: dict[str, FieldInfo] = {}
    for service in SERVICES:
        for name, field in variables(settings_of(service)):
            readers.setdefault(name, []).append(service)
            fields[name] = field
    return HEAD + "".join(_row(name, field, readers[name]) for name, field in fields.items())


def variables(kind: type[Settings]) -> Iterator[tuple[str, FieldInfo]]:
    """Each variable of these settings and what it fills."""
    for name, field in kind.model_fields.items():
        alias = field.validation_alias
        own = f"{kind.model_config['env_prefix']}{name}".upper()
        yield str(alias.choices[0]) if isinstance(alias, AliasChoices) else own, field


def _row(name: str, field: FieldInfo, readers: list[str]) -> str:
    without = "**does not start**" if field.is_required() else f"`{field.default}`"
    services = "all" if len(readers) == len(SERVICES) else ", ".join(readers)
    return f"| `{name}` | {without} | {services} | {field.description} |\n"


def drift(root: Path) -> list[str]:
    """Whether the page says something else than the settings."""
    file = root / PAGE
    return [] if file.exists() and file.read_text() == page() else [f"{PAGE} : le code dit autre chose (make contracts)"]


def write(root: Path) -> None:
    """Write the page down."""
    (root / PAGE).write_text(page())
