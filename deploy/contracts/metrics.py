"""docs/metrics.md: every metric of a service, made from the one table of them."""

from pathlib import Path, PurePosixPath

from shared.metrics import CATALOGUE, Measure

PAGE = PurePosixPath("docs/metrics.md")
HEAD = """\
# Metrics

What each service's `/metrics` gives, beside those of the Python process itself (`process_…`, `python_…`). Made from
`shared/metrics.py` by `make contracts`; do not edit. The service measures by itself, every few seconds, whether or not anybody
asks: a scrape costs no look into a database. A label holds what the code names, never what was sent. Prometheus adds `service`
and `instance`.

What one replica knows of all (outbox, held, lag, parked, ready) each of them shows: take the `max`. What each does by itself
(counters, `…_active`, streams) is theirs: take the `sum`.

| metric | kind | labels | what it is |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(map(_row, CATALOGUE))


def _row(measure: Measure) -> str:
    labels = ", ".join(f"`{label}`" for label in measure.labels)
    return f"| `{measure.name}` | {measure.kind} | {labels} | {measure.says} |\n"


def drift(root: Path) -> list[str]:
    """Whether the page says something else than the code."""
    file = root / PAGE
    return [] if file.exists() and file.read_text() == page() else [f"{PAGE} : le code dit autre chose (make contracts)"]


def write(root: Path) -> None:
    """Write the page down."""
    (root / PAGE).write_text(page())
