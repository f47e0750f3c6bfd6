"""One JSON line per event on stderr. Nothing about a person: ids and codes only."""

import logging
import sys
from typing import Any

import structlog

from shared.message import traceparent


def _with_trace(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    if trace := traceparent.get():
        line["trace"] = trace
    return line


def set_up(service: str, level: str) -> None:
    """Send structlog's and the libraries' lines through the same JSON renderer."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars, _with_trace, structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]  # fmt: skip
    render = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*before, structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(service=service)
