"""One JSON line per event on stderr. Nothing about a person: ids and codes only."""

import logging
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

from shared.kernel.tracing import traceparent
from shared.logs import foreign


def _with_trace(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if trace := traceparent():
        line["trace"] = trace
    return line


def _without_values(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and where it was raised, and so each of a group: its own words may quote what was sent."""
    failure = line.pop("exc_info", None)
    error = sys.exc_info()[1] if failure is True else failure[1] if isinstance(failure, tuple) else failure
    if isinstance(error, BaseException):
        line["exception"] = _type_and_place(error)
    return line


def _type_and_place(error: BaseException) -> list[Any]:
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return [type(error).__name__, *traceback.format_tb(error.__traceback__), *map(_type_and_place, inner)]


TALKATIVE = frozenset({"aiokafka", "faust", "mode", "opentelemetry", "stderr"})


class Repeated(logging.Filter):
    """Of each line that Kafka's clients write again and again: the first, then every `seconds` one that counts those between.

    A broker that is away is otherwise said thousands of times a minute. Lines are the same when the same place writes them
    of the same type of error.
    """

    def __init__(self, seconds: float = 30.0, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._now = now
        self._last_written: dict[tuple[str, int, type | None], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in TALKATIVE:
            return True
        place, now = (record.pathname, record.lineno, record.exc_info[0] if record.exc_info else None), self._now()
        since, held_back = self._last_written.get(place, (-self._seconds, 0))
        if now - since < self._seconds:
            self._last_written[place] = since, held_back + 1
            return False
        self._last_written[place] = now, 0
        record.repeated = held_back
        return True


def set_up(service: str, level: str) -> None:
    """Send our lines and the libraries' through the same JSON renderer to stderr, and nothing else there."""
    stderr = sys.__stderr__ or sys.stderr
    before: list[Any] = [
        structlog.contextvars.merge_contextvars, _with_trace, structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]  # fmt: skip
    render = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*before, _without_values, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(stderr),
    )
    handler = foreign.Handler(stderr)
    handler.addFilter(Repeated())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder(allow=["logger", "place", "repeated"])],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_values, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(service=service)
    foreign.keep_to_ourselves()
