"""What a scrape would show now of one series, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import REGISTRY


def shown(name: str, **labels: object) -> float:
    """The value of one series; 0 where there is none."""
    return REGISTRY.get_sample_value(name, {label: str(value) for label, value in labels.items()}) or 0


@dataclass
class Rise:
    """By how much a series rose within a block."""

    by: float = 0


@contextmanager
def rise(name: str, **labels: object) -> Iterator[Rise]:
    """By how much this series rises within."""
    found, before = Rise(), shown(name, **labels)
    yield found
    found.by = shown(name, **labels) - before
